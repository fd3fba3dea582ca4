"""Changes in the words of a reader: what belongs together is said once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from rnnbench import text
from rnnbench.compare.records import OUTCOME, Change, Value

FEWEST_DIGITS, MOST_DIGITS = 4, 17
MOST_NAMED = 3
SMALL = 5e-4
BARE = ("missing", "not comparable", "new")
"""Verdicts of which the reason is what matters, and the numbers say nothing."""


class Line(NamedTuple):
    """One figure with both values, as short as they can be told apart, and by how much it moved."""

    figure: str
    base: str
    head: str
    by: str


class Block(NamedTuple):
    """Lines that hold for all of some trials, for one reason.

    what: how many figures that is; of what is missing or new, its name.
    """

    titles: tuple[str, ...]
    reason: str
    lines: tuple[Line, ...]
    what: str

    @property
    def heading(self) -> str:
        """The trials, by name as far as that helps."""
        return text.listed(self.titles, MOST_NAMED)


def blocks(changes: Iterable[Change]) -> tuple[Block, ...]:
    """What changed, each thing once: the epochs of a curve together, and trials in which the same
    figure changed in the same way. What has no two values is gathered by its reason."""
    everything = list(changes)
    with_numbers = [change for change in everything if change.verdict not in BARE]
    bare = [change for change in everything if change.verdict in BARE]
    return (*_by_trials(_by_line(with_numbers)), *_by_reason(bare))


@dataclass
class _SameLine:
    """Trials in which a figure changed in the same way for the same reason, and all their
    changes."""

    line: Line
    reason: str
    titles: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def _by_line(changes: Iterable[Change]) -> list[_SameLine]:
    """Curves that are described by the same line and reason, together."""
    found: dict[tuple[Line, str], _SameLine] = {}
    for curve in _curves(changes):
        last = curve[-1]
        line = _line(curve)
        same = found.setdefault((line, last.reason), _SameLine(line, last.reason))
        if last.title not in same.titles:
            same.titles.append(last.title)
        same.changes += curve
    return list(found.values())


def _by_trials(found: Iterable[_SameLine]) -> list[Block]:
    """Lines that the same trials share, for the same reason, in one block."""
    together: dict[tuple[tuple[str, ...], str], list[_SameLine]] = defaultdict(list)
    for same in found:
        together[tuple(same.titles), same.reason].append(same)
    blocks = []
    for (titles, reason), alike in together.items():
        changes = [change for same in alike for change in same.changes]
        blocks.append(Block(titles, reason, tuple(same.line for same in alike), counted(changes)))
    return blocks


def _curves(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes of one curve of one trial together, epoch by epoch; any other by itself."""
    found: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        found[change.trial, change.row, change.figure, change.verdict, change.reason].append(change)
    return list(found.values())


def _by_reason(changes: Iterable[Change]) -> list[Block]:
    """What is missing or new by its name; what cannot be compared by the number of figures."""

    def told(change: Change) -> tuple[str, str, str]:
        return (
            change.verdict,
            "" if change.verdict == "not comparable" else change.figure,
            change.reason,
        )

    made = []
    for (_, figure, reason), group in groupby(sorted(changes, key=told), key=told):
        alike = list(group)
        titles = tuple(dict.fromkeys(change.title for change in alike))
        made.append(Block(titles, reason, (), figure or counted(alike)))
    return made


def _line(curve: Sequence[Change]) -> Line:
    """The last change of a curve, with the epoch of the first."""
    last = curve[-1]
    base, head = apart(last.base, last.head)
    epochs = [change.epoch for change in curve if change.epoch is not None]
    figure = last.figure
    if epochs:
        figure += f", epoch {epochs[-1]}" + (f" (since {epochs[0]})" if len(epochs) > 1 else "")
    return Line(figure, base, head, moved(last.base, last.head))


def apart(base: Value, head: Value) -> tuple[str, str]:
    """Two values as texts, with as few digits as tell them apart."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        one, other = _text(base, digits), _text(head, digits)
        if one != other or base == head:
            break
    return one, other


def _text(value: Value, digits: int) -> str:
    if value is None:
        return "not reached"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else f"{value:#.{digits}g}".rstrip(".")


def moved(base: Value, head: Value) -> str:
    """The difference as a part of BASE, where that makes sense: not of zero, nor across it."""
    if (
        not isinstance(base, int | float)
        or not isinstance(head, int | float)
        or base == head
        or base * head <= 0
    ):
        return ""
    part = (head - base) / abs(base)
    return f"{part:+.1%}" if abs(part) >= SMALL else f"{part:+.0e}"


def in_units(value: Value, unit: str) -> str:
    """A noisy figure in three digits, with a unit of its size."""
    if not isinstance(value, int | float):
        return "-"
    return text.in_units(value, unit)


def counted(changes: Collection[Change]) -> str:
    """`1 figure`, `2 trials`."""
    noun = "trial" if all(change.figure == OUTCOME for change in changes) else "figure"
    return text.counted(len(changes), noun)
