"""What the seeds of one cell, or of two side by side, say of a figure, and why some say nothing."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from rnnbench.findings.claims.book import Book
from rnnbench.findings.claims.figures import LOST
from rnnbench.records import LearningSide

NO_RATIO = "where it is 0 or below, of which there is no ratio"


class Seeds(Struct, frozen=True):
    """Figures by seed, one for each cell.

    trials:  ids of the results that they are from.
    lost:    why other seeds say nothing, with how many each reason has.
    unknown: those that ran to their end, so that the figure which is absent may be anything.
    conceded: those that one of the cells lost at a rate which is not its best, and has at its best one: there it is
              worse than anything.
    """

    figures: dict[int, tuple[float, ...]]
    trials: tuple[str, ...]
    lost: tuple[str, ...]
    unknown: tuple[int, ...]
    conceded: tuple[int, ...] = ()


class At(NamedTuple):
    """A cell at one of its learning rates, as a book notes it."""

    side: LearningSide
    rate: float


def seeds_of(sides: Sequence[At], name: str, book: Book, *, positive: bool) -> Seeds:
    """The seeds at which each of these cells has the figure of this name; of `positive` ones, one above 0."""
    found = [book.figures(*side, name) for side in sides]
    usable = [{s: v for s, (_, v) in one.items() if v > 0 or not positive} for one in found]
    seeds = sorted(set.intersection(*map(set, usable)))
    ran = [book.ran(*side) for side in sides]
    reasons: Counter[str] = Counter()
    unknown: list[int] = []
    for seed in sorted(set.union(*ran) - set(seeds)):
        known = [reason for side in sides if (reason := book.why_absent(*side, seed, name))]
        of_all = all(seed in one for one in ran)
        if of_all and not any(reason.startswith(LOST) for reason in known):
            unknown.append(seed)
        odd = NO_RATIO if any(seed in one for one in found) else "without this figure"
        reasons[next(iter(known), odd if of_all else "of one of the cells only")] += 1
    return Seeds(
        {seed: tuple(one[seed] for one in usable) for seed in seeds},
        tuple(one[seed][0] for seed in seeds for one in found),
        tuple(f"{counted(count)} {reason}" for reason, count in reasons.items()),
        tuple(unknown),
    )


def counted(seeds: int) -> str:
    """`1 seed`, `2 seeds`."""
    return f"{seeds} seed{'s' * (seeds > 1)}"
