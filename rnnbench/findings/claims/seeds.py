"""What the seeds of one cell, or of two side by side, say of a figure, and why some say nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from rnnbench import text
from rnnbench.findings.claims.figures import LOST
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.records import LearningSide

NO_RATIO = "where it is 0 or below, of which there is no ratio"


class Seeds(Struct, frozen=True):
    """Figures by seed, one for each cell.

    trials:   ids of the results that they are from.
    lost:     why other seeds say nothing, with how many each reason has.
    unknown:  those that ran to their end, so that the figure which is absent may be anything.
    conceded: those that one of the cells lost at a rate which is not its best, and has at its best
              one: there it is worse than anything.
    """

    figures: dict[int, tuple[float, ...]]
    trials: tuple[str, ...]
    lost: tuple[str, ...]
    unknown: tuple[int, ...]
    conceded: tuple[int, ...] = ()


class SideAtRate(NamedTuple):
    """A cell at one of its learning rates, as a book notes it."""

    side: LearningSide
    rate: float


def seeds_of(
    sides: Sequence[SideAtRate], name: str, measurements: Measurements, *, positive: bool
) -> Seeds:
    """The seeds at which each of these cells has the figure of this name; of `positive` ones, one
    above 0."""
    found = [measurements.figures(*side, name) for side in sides]
    usable = [_usable(of_side, positive=positive) for of_side in found]
    seeds = sorted(set.intersection(*map(set, usable)))
    figures = {}
    trials: list[str] = []
    for seed in seeds:
        figures[seed] = tuple(of_side[seed] for of_side in usable)
        trials += [of_side[seed][0] for of_side in found]
    ran = [measurements.ran(*side) for side in sides]
    reasons: Counter[str] = Counter()
    unknown: list[int] = []
    for seed in sorted(set.union(*ran) - set(seeds)):
        known = _known_reasons(sides, seed, name, measurements)
        ran_in_all = all(seed in of_side for of_side in ran)
        if ran_in_all and not any(reason.startswith(LOST) for reason in known):
            unknown.append(seed)
        if known:
            reasons[known[0]] += 1
        elif not ran_in_all:
            reasons["of one of the cells only"] += 1
        elif any(seed in of_side for of_side in found):
            reasons[NO_RATIO] += 1
        else:
            reasons["without this figure"] += 1
    lost = tuple(f"{text.counted(count, 'seed')} {reason}" for reason, count in reasons.items())
    return Seeds(figures, tuple(trials), lost, tuple(unknown))


def _usable(of_side: Mapping[int, tuple[str, float]], *, positive: bool) -> dict[int, float]:
    """The figures of one cell by seed; where they have to be `positive`, those above 0."""
    return {seed: value for seed, (_, value) in of_side.items() if value > 0 or not positive}


def _known_reasons(
    sides: Sequence[SideAtRate], seed: int, name: str, measurements: Measurements
) -> list[str]:
    """Why cells have no figure of this name at a seed, as far as a reason was recorded."""
    reasons = [measurements.why_absent(*side, seed, name) for side in sides]
    return [reason for reason in reasons if reason]
