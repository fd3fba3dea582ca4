"""The seeds at which each cell of a comparison has a figure, and why other seeds have none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from rnnbench import text
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.trial_figures import LOST
from rnnbench.records import LearningSide

NO_RATIO = "where the figure is 0 or below, so that it has no ratio"


class Seeds(Struct, frozen=True):
    """Figures by seed, with one figure for each cell.

    trials:   ids of the results that the figures are from.
    lost:     why other seeds have no figure, with the number of seeds for each reason.
    unknown:  seeds that ran to their end without the figure, whose value may be anything.
    conceded: seeds that a cell lost at a rate which is not its best, and completed at its best one:
              at the other rate that cell counts as worse than anything.
    """

    figures: dict[int, tuple[float, ...]]
    trials: tuple[str, ...]
    lost: tuple[str, ...]
    unknown: tuple[int, ...]
    conceded: tuple[int, ...] = ()


class SideAtRate(NamedTuple):
    """A cell at one of its learning rates, as `Measurements` keys it."""

    side: LearningSide
    rate: float


def seeds_of(
    sides: Sequence[SideAtRate], name: str, measurements: Measurements, *, positive: bool
) -> Seeds:
    """Return the seeds at which each cell has the figure of this name.

    With `positive`, only figures above 0 count: those alone have a ratio.
    """
    measured = [measurements.figures(*side, name) for side in sides]
    usable = [_usable(of_side, positive=positive) for of_side in measured]
    figures = {}
    trials: list[str] = []
    for seed in sorted(set.intersection(*map(set, usable))):
        figures[seed] = tuple(of_side[seed] for of_side in usable)
        trials += [of_side[seed][0] for of_side in measured]

    ran = [measurements.ran(*side) for side in sides]
    reasons: Counter[str] = Counter()
    unknown: list[int] = []
    for seed in sorted(set.union(*ran) - set(figures)):
        known = _known_reasons(sides, seed, name, measurements)
        ran_in_all = all(seed in of_side for of_side in ran)
        if ran_in_all and not any(reason.startswith(LOST) for reason in known):
            unknown.append(seed)
        has_figure = any(seed in of_side for of_side in measured)
        reasons[_reason(known, ran_in_all=ran_in_all, has_figure=has_figure)] += 1
    lost = [f"{text.counted(count, 'seed')} {reason}" for reason, count in reasons.items()]
    return Seeds(figures, tuple(trials), tuple(lost), tuple(unknown))


def _usable(of_side: Mapping[int, tuple[str, float]], *, positive: bool) -> dict[int, float]:
    return {seed: value for seed, (_, value) in of_side.items() if value > 0 or not positive}


def _known_reasons(
    sides: Sequence[SideAtRate], seed: int, name: str, measurements: Measurements
) -> list[str]:
    """Return the recorded reasons why cells have no figure of this name at a seed."""
    reasons = [measurements.why_absent(*side, seed, name) for side in sides]
    return [reason for reason in reasons if reason]


def _reason(known: Sequence[str], *, ran_in_all: bool, has_figure: bool) -> str:
    """Return why a seed is left out: the first recorded reason, or what follows from the runs."""
    if known:
        return known[0]
    if not ran_in_all:
        return "of one of the cells only"
    if has_figure:
        return NO_RATIO
    return "without this figure"
