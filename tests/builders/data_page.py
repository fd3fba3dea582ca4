"""The tables of docs/your-data.md: six lines, kinds of notices, and what is said of hostile files."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rnnbench.datafile import KINDS, inspect, six_lines
from tests.builders.hostile_files import HOSTILE, PRICES, Hostile
from tests.builders.inside import rnnbench_here

PAGE = Path(__file__).parents[2] / "docs" / "your-data.md"


def tables(folder: Path) -> Iterator[tuple[str, str]]:
    """The name of each table with its lines of Markdown; files are written into the folder."""
    lines = [f"| {name} | {sentence} |" for name, sentence in six_lines(inspect(PRICES(folder)))]
    yield "six lines", table("| line | says |", lines)
    kinds = [f"| `{kind}` | {finds} | {action} |" for kind, (finds, action) in KINDS.items()]
    yield (
        "notices",
        table("| notice | finds | what is done, unless the notice says otherwise |", kinds),
    )
    rows = [row(hostile, folder / f"{number}") for number, hostile in enumerate(HOSTILE)]
    yield "hostile files", table("| file | what is said | exit code |", rows)


def table(heading: str, rows: list[str]) -> str:
    rule = re.sub(r"[^|]+", "---", heading)
    return "\n".join([heading, rule, *rows])


def row(hostile: Hostile, folder: Path) -> str:
    """What is wrong in a file, the sentence that names it, and the exit code."""
    folder.mkdir()
    code, printed = typed(hostile, hostile.make(folder))
    found = [line for line in printed.splitlines() if hostile.said in line]
    said = re.sub(rf"^({hostile.kind}|rnnbench): ", "", found[0] if found else "nothing of it")
    return f"| {hostile.what} | {said} | {code} |".replace("'1_00'", "'1\\_00'")


def typed(hostile: Hostile, file: Path) -> tuple[int, str]:
    """The exit code of `rnnbench inspect`, and everything that it printed."""
    done = rnnbench_here("inspect", file.name, *hostile.options, cwd=file.parent)
    return done.returncode, done.stdout + done.stderr


def main() -> None:
    """Write the tables between their marks in the page."""
    page = PAGE.read_text()
    with TemporaryDirectory() as folder:
        for name, text in tables(Path(folder)):
            marks = (f"<!-- {name} -->", f"<!-- end of {name} -->")
            before, _, rest = page.partition(marks[0])
            _, _, after = rest.partition(marks[1])
            page = f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{after}"
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
