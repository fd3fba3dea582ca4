"""Summarises changes for readers: changes that belong together are described once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import NamedTuple

from rnnbench import text
from rnnbench.compare.records import OUTCOME, Change, Value

FEWEST_DIGITS = 4
MOST_DIGITS = 17
MOST_TITLES = 3
SMALL_SHARE = 5e-4
"""Smaller relative differences are written with an exponent instead of in percent."""
WITHOUT_VALUES = ("missing", "not comparable", "new", "too few seeds")
"""Verdicts that only have a reason: there are no two values to show."""


class Line(NamedTuple):
    """One figure with both values, shortened as far as they differ, and the relative difference,
    with its interval where there is one."""

    figure: str
    kind: str
    base: str
    head: str
    by: str


class Block(NamedTuple):
    """Lines that hold for each of several trials, for one reason.

    what:    the number of changes; of missing or new figures, the name of the figure.
    command: measures the first of them again.
    """

    titles: tuple[str, ...]
    reason: str
    lines: tuple[Line, ...]
    what: str
    command: str = ""

    @property
    def heading(self) -> str:
        """The names of the first trials, and how many more there are."""
        return text.listed(self.titles, MOST_TITLES)


def blocks(changes: Iterable[Change]) -> tuple[Block, ...]:
    """Group changes so that each is described once.

    The epochs of a curve are one line; trials in which the same figures changed in the same way are
    one block. Changes without two values are grouped by their reason.
    """
    all_changes = list(changes)
    with_values = [change for change in all_changes if change.verdict not in WITHOUT_VALUES]
    without_values = [change for change in all_changes if change.verdict in WITHOUT_VALUES]
    return (*_blocks_of_trials(_shared_lines(with_values)), *_blocks_of_reasons(without_values))


@dataclass
class _SharedLine:
    """A line with the trials and changes that it describes, all for the same reason."""

    line: Line
    reason: str
    titles: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def _shared_lines(changes: Iterable[Change]) -> list[_SharedLine]:
    """Merge the curves that have the same line and reason."""
    shared: dict[tuple[Line, str], _SharedLine] = {}
    for curve in _curves(changes):
        last = curve[-1]
        line = _line(curve)
        merged = shared.setdefault((line, last.reason), _SharedLine(line, last.reason))
        if last.title not in merged.titles:
            merged.titles.append(last.title)
        merged.changes += curve
    return list(shared.values())


def _blocks_of_trials(shared_lines: Iterable[_SharedLine]) -> list[Block]:
    """Gather the lines that hold for the same trials for the same reason into one block."""
    groups: dict[tuple[tuple[str, ...], str], list[_SharedLine]] = defaultdict(list)
    for shared in shared_lines:
        groups[tuple(shared.titles), shared.reason].append(shared)
    blocks = []
    for (titles, reason), group in groups.items():
        changes = [*chain.from_iterable(shared.changes for shared in group)]
        lines = tuple(shared.line for shared in group)
        blocks.append(Block(titles, reason, lines, counted(changes), changes[0].command))
    return blocks


def _curves(changes: Iterable[Change]) -> list[list[Change]]:
    """Group the epochs of each curve of a trial; any other change is a group by itself."""
    curves: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        key = (change.trial, change.row, change.figure, change.verdict, change.reason)
        curves[key].append(change)
    return list(curves.values())


def _blocks_of_reasons(changes: Iterable[Change]) -> list[Block]:
    """Gather changes without two values by verdict, figure and reason."""
    blocks = []
    ordered = sorted(changes, key=_reason_key)
    for (_, figure, reason), group in groupby(ordered, key=_reason_key):
        alike = list(group)
        titles = tuple(dict.fromkeys(change.title for change in alike))
        what = figure or counted(alike)
        blocks.append(Block(titles, reason, (), what, alike[0].command))
    return blocks


def _reason_key(change: Change) -> tuple[str, str, str]:
    """Verdict, figure and reason; figures that cannot be compared are counted, not named."""
    figure = "" if change.verdict == "not comparable" else change.figure
    return change.verdict, figure, change.reason


def _line(curve: Sequence[Change]) -> Line:
    """A line for the last change of a curve, with the epoch of the first change."""
    last = curve[-1]
    base, head = distinguished(last.base, last.head)
    epochs = [change.epoch for change in curve if change.epoch is not None]
    figure = last.figure
    if epochs:
        figure += f", epoch {epochs[-1]}"
    if len(epochs) > 1:
        figure += f" (since {epochs[0]})"
    return Line(figure, last.kind, base, head, _by(last))


def _by(change: Change) -> str:
    """The relative difference with its interval, where HEAD over BASE has one."""
    if change.ratio is None or change.low is None or change.high in (None, change.low):
        return relative_difference(change.base, change.head)
    ratios = (change.ratio, change.low, change.high)
    return text.with_ends(*(text.change(ratio) for ratio in ratios))


def distinguished(base: Value, head: Value) -> tuple[str, str]:
    """Two values as texts, with the fewest digits that show their difference."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        base_text = _text(base, digits)
        head_text = _text(head, digits)
        if base_text != head_text or base == head:
            break
    return base_text, head_text


def _text(value: Value, digits: int) -> str:
    if value is None:
        return "not reached"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return value
    return f"{value:#.{digits}g}".rstrip(".")


def relative_difference(base: Value, head: Value) -> str:
    """The difference as a share of BASE; "" where a value is zero or the signs differ."""
    if not isinstance(base, int | float) or not isinstance(head, int | float):
        return ""
    if base == head or base * head <= 0:
        return ""
    share = (head - base) / abs(base)
    if abs(share) >= SMALL_SHARE:
        return f"{share:+.1%}"
    return f"{'-' if share < 0 else '+'}{text.scientific(abs(share), 1)}"


def in_units(value: Value, unit: str) -> str:
    """A noisy figure in three digits, with a unit of its size: `1.20 s`."""
    if not isinstance(value, int | float):
        return "-"
    return text.in_units(value, unit)


def counted(changes: Collection[Change]) -> str:
    """The number of changes with its noun: `1 figure`, `2 trials`."""
    noun = "trial" if all(change.figure == OUTCOME for change in changes) else "figure"
    return text.counted(len(changes), noun)
