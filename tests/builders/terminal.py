"""What is printed on a terminal, held against its width and against a wider one."""

from rich.cells import cell_len


def too_wide(printed: str, columns: int = 80) -> list[str]:
    """Lines that are wider than a terminal though they could be broken at a blank."""
    wide = []
    for line in printed.splitlines():
        but_the_last = line.rstrip().rpartition(" ")[0]
        if cell_len(line.rstrip()) > columns and but_the_last.strip():
            wide.append(line)
    return wide


def broken_words(narrow: str, wide: str, *, known: str = "") -> set[str]:
    """Words on a narrow terminal that are neither on a wide one nor known; names that are shortened
    by `…` are none."""
    whole = {word for word in narrow.split() if "…" not in word.strip("…“”;")}
    return whole - set(wide.split()) - set(known.split())
