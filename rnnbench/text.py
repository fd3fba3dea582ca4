"""Formatting of figures, counts and lists, the same in the terminal, on the page, in Markdown and
in JUnit."""

import re
from collections.abc import Iterable, Sequence
from inspect import cleandoc

MEBIBYTE = 2**20
"""Bytes."""
DIGITS = 3
P_DIGITS = 2
SETTING_DIGITS = 6
WHOLE = 1e5
"""Numbers from 1,000 to this one are written in full."""
LARGEST = 1e9
"""Numbers from this one on are written with a power of ten."""
TIMES = "\u00d7"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
UNITS = {
    "seconds": (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)),
    "bytes": (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10)),
}
SHORTEST_IN_MILLISECONDS = 1e-4
"""Seconds; shorter step times are written in microseconds."""


def number(value: float) -> str:
    """Format three significant digits, or as many as a whole number below 100,000 has: `0.93`,
    `12,346`, `500,000`, `1.2×10⁻⁵`."""
    if 1000 <= abs(value) < WHOLE:
        return f"{value:,.0f}"
    return rounded(value)


def rounded(value: float, digits: int = DIGITS) -> str:
    """Format this many significant digits, without trailing zeros: `0.93`, `12,300`, `1.2×10⁻⁵`."""
    written = f"{value:.{digits}g}"
    if "e" not in written:
        return written
    if 1 <= abs(value) < LARGEST:
        return f"{float(written):,.0f}"
    return scientific(value, digits)


def scientific(value: float, digits: int = DIGITS) -> str:
    """Format this many significant digits with a power of ten: `1.2×10⁻⁵`, `10⁻⁵`."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    factor = f"{float(mantissa):g}"
    power = f"10{str(int(exponent)).translate(RAISED)}"
    if factor in ("1", "-1"):
        return factor.replace("1", power)
    return f"{factor}{TIMES}{power}"


def setting(value: float) -> str:
    """Format a number that somebody chose, such as a learning rate, with up to six digits:
    `0.003`."""
    return rounded(value, SETTING_DIGITS)


def apart(value: float, other: float, digits: int = DIGITS) -> str:
    """Format this many significant digits, or as many as tell a value from another: `0.9698` beside
    `0.97`."""
    while value != other and rounded(value, digits) == rounded(other, digits):
        digits += 1
    return rounded(value, digits)


def counted(count: int, noun: str) -> str:
    """Format a count with its noun: `1 seed`, `2,000 seeds`."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def rounded_count(value: float, noun: str) -> str:
    """Format three significant digits with a noun: `1 epoch`, `2.33 epochs`."""
    written = rounded(value)
    return f"{written} {noun if written == '1' else noun + 's'}"


def sentence(words: str) -> str:
    """Return words as a sentence: with one full stop, where a reason in them may end in another.

    An ellipsis, a question mark and an exclamation mark end a sentence too.
    """
    if words.endswith(("...", "?", "!")):
        return words
    return f"{words.rstrip('.')}."


def plural(noun: str, count: int) -> str:
    """Return the noun as it follows a count or precedes a list: `seed`, `seeds`."""
    return noun if count == 1 else f"{noun}s"


def listed(things: Iterable[object], most: int | None = None, by: str = ", ") -> str:
    """List things: `a, b, c`; beyond `most` of them, the first ones: `a, b and 2 more`."""
    words = [str(thing) for thing in things]
    if most is None or len(words) <= most + 1:
        return by.join(words)
    return f"{by.join(words[:most])} and {len(words) - most} more"


def enumerated(things: Sequence[str]) -> str:
    """List things with a final "and": `a`, `a and b`, `a, b and c`."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


def interval(low: float, high: float, what: str = "", digits: int = DIGITS) -> str:
    """Format an interval, with a description: `[0.5 to 0.8 at 95 %]`, `[0.5 to 0.8]`."""
    ends = f"{rounded(low, digits)} to {rounded(high, digits)}"
    return f"[{ends} {what}]" if what else f"[{ends}]"


def with_ends(centre: str, low: str, high: str, kind: str = "") -> str:
    """Write a formatted figure with the ends of its range: `0.93 [0.92 to 0.95]`, `0.93 [0.9 to 1,
    range]`; the figure alone where all three read the same."""
    if centre == low == high:
        return centre
    ends = low if low == high else f"{low} to {high}"
    return f"{centre} [{ends}, {kind}]" if kind else f"{centre} [{ends}]"


def p_value(value: float) -> str:
    """Format a p-value with two significant digits: `p = 0.0039`."""
    return f"p = {rounded(value, P_DIGITS)}"


def more_seeds(count: int | None) -> str:
    """Say how many more seeds would probably decide a comparison; "" where that is unknown."""
    if not count:
        return ""
    return f"about {counted(count, 'more seed')} would probably decide"


def change(ratio: float) -> str:
    """Write a ratio as a change in percent, with its sign: `+5.2%`."""
    return f"{ratio - 1:+.1%}"


def deviation(share: float) -> str:
    """Write a deviation from a budget in percent, with its sign: `+6.3 %`, `0 %`."""
    written = f"{100 * share:+.1f}"
    return f"{written} %" if float(written) else "0 %"


def step_time(seconds: float) -> str:
    """Format the time of one step: `3.25 ms`, `41 µs`."""
    if seconds >= SHORTEST_IN_MILLISECONDS:
        return f"{rounded(1e3 * seconds)} ms"
    return f"{rounded(1e6 * seconds)} µs"


def mebibytes(size: float) -> str:
    """Format bytes as MiB: `12.3 MiB`."""
    return f"{rounded(size / MEBIBYTE)} MiB"


def in_units(value: float, unit: str) -> str:
    """Format three digits, trailing zeros kept, with a unit of fitting size: `1.20 s`, `35.0
    MiB`."""
    for name, size in UNITS.get(unit, ()):
        if abs(value) >= size:
            return f"{_three_digits(value / size)} {name}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{_three_digits(value)} {unit}".strip()


def _three_digits(value: float) -> str:
    written = f"{value:#.{DIGITS}g}".rstrip(".")
    return rounded(value) if "e" in written else written


def markdown(text: str) -> str:
    """Escape a text so that Markdown shows it letter by letter, within one cell of a table."""
    line = " ".join(text.split())
    escaped = re.sub(r"[\\`*\[\]|$]", r"\\\g<0>", line)
    escaped = re.sub(r"(?<!\w)_|_(?!\w)", r"\_", escaped)  # within a word it opens no emphasis
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def summary(docstring: str | None) -> str:
    """Return the first paragraph of a docstring in one line; "" where there is none."""
    paragraph, *_ = cleandoc(docstring or "").split("\n\n")
    return " ".join(paragraph.split())
