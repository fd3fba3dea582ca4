"""How often and when cells reach each threshold, and how the mean epochs of two cells compare."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import Struct

from rnnbench.findings.learning.targets import SHARES, epochs_to, threshold
from rnnbench.findings.stats.estimates import solve_rate, spread
from rnnbench.findings.stats.kaplan_meier import (
    Survival,
    censored,
    restricted_means,
    restricted_ratios,
    survival,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Learning

EpochsByShare = Mapping[float, Mapping[int, int | None]]
"""The epochs of one cell to each threshold by share and seed; None where it was not reached."""


class Reached(Struct, frozen=True, kw_only=True):
    """How often and when one cell reached a threshold, over the seeds that have figures.

    share:     part of the way from the trivial forecast to the target; 1 is the target itself.
    threshold: score at this share: median and range over the test sets of the seeds.
    solved:    how many seeds reached the threshold.
    epochs:    mean up to the budget; a seed that did not get there counts as the whole budget.
    steps:     the mean in training steps.
    sequences: the mean in training sequences.
    """

    share: float
    threshold: Range
    solved: int
    solve_rate: Range
    epochs: Range
    steps: Range
    sequences: Range
    survival: Survival


class ShareRatio(Struct, frozen=True):
    """The ratio of two cells' mean epochs up to the budget at one threshold, on common seeds.

    ties: seeds in which both cells got there in the same epoch.
    """

    share: float
    ratio: Range
    ties: int


class EpochRatio(Struct, frozen=True):
    """Epochs of `row` over those of `other`, the quickest cell to the target.

    ratios: one for each threshold that some seed reaches.
    """

    row: str
    other: str
    ratios: tuple[ShareRatio, ...]


def reached(
    measured: Mapping[str, Sequence[Learning]], budget: int, batch_size: int
) -> dict[str, tuple[Reached, ...]]:
    """Return, by row, a record for each threshold that every seed has, the target first."""
    places = []
    for row, records in measured.items():
        places += [(row, share) for share in SHARES if _has_threshold(records, share)]
    epochs = [[epochs_to(learning, share) for learning in measured[row]] for row, share in places]
    means = restricted_means(epochs, budget)
    thresholds: dict[str, list[Reached]] = {row: [] for row in measured}
    for (row, share), of_share, mean in zip(places, epochs, means, strict=True):
        records = measured[row]
        solved = sum(epoch is not None for epoch in of_share)
        steps = records[0].steps_per_epoch
        scores = [threshold(learning, share) for learning in records]
        thresholds[row].append(
            Reached(
                share=share,
                threshold=spread([score for score in scores if score is not None]),
                solved=solved,
                solve_rate=solve_rate(solved, len(of_share)),
                epochs=mean,
                steps=mean.scaled(steps),
                sequences=mean.scaled(steps * batch_size),
                survival=survival(of_share),
            )
        )
    return {row: tuple(of_row) for row, of_row in thresholds.items()}


def epoch_ratios(
    figures: Mapping[str, Mapping[int, Learning | None]], budget: int
) -> tuple[EpochRatio, ...]:
    """Compare every cell with the one that is quickest to the target.

    Easier thresholds decide where the target does not part the cells. The result is empty where no
    seed of any cell reaches any threshold.

    figures: learning records by row and seed.
    """
    known = _with_records(figures)
    shares = [share for share in SHARES if _all_have_threshold(known, share)]
    epochs = {row: _epochs(by_seed, shares) for row, by_seed in known.items()}
    means = {row: _mean_epochs(by_share, budget) for row, by_share in epochs.items()}
    if not means or all(mean >= budget for mean in chain.from_iterable(means.values())):
        return ()
    quickest = min(means, key=lambda row: (means[row], row))
    compared = []
    for row in known:
        if row != quickest:
            compared += [(row, pair) for pair in _pairs(epochs[row], epochs[quickest])]
    ratios = restricted_ratios([(pair.ours, pair.theirs) for _, pair in compared], budget)
    by_row: dict[str, list[ShareRatio]] = defaultdict(list)
    for (row, pair), ratio in zip(compared, ratios, strict=True):
        by_row[row].append(ShareRatio(pair.share, ratio, pair.ties))
    return tuple(EpochRatio(row, quickest, tuple(found)) for row, found in by_row.items())


def _with_records(
    figures: Mapping[str, Mapping[int, Learning | None]],
) -> dict[str, dict[int, Learning]]:
    """Leave out seeds without a learning record, and cells without any."""
    known = {}
    for row, by_seed in figures.items():
        records = {seed: learning for seed, learning in by_seed.items() if learning}
        if records:
            known[row] = records
    return known


def _epochs(by_seed: Mapping[int, Learning], shares: Sequence[float]) -> EpochsByShare:
    """Return the epochs to each threshold by share and seed."""
    epochs = {}
    for share in shares:
        epochs[share] = {seed: epochs_to(learning, share) for seed, learning in by_seed.items()}
    return epochs


def _mean_epochs(by_share: EpochsByShare, budget: int) -> list[float]:
    """Return the mean epochs up to the budget at each share."""
    return [float(censored(list(by_seed.values()), budget).mean()) for by_seed in by_share.values()]


class _Pair(NamedTuple):
    """The epochs of two cells to one threshold on their common seeds."""

    share: float
    ours: list[int | None]
    theirs: list[int | None]

    @property
    def ties(self) -> int:
        pairs = zip(self.ours, self.theirs, strict=True)
        return sum(our is not None and our == their for our, their in pairs)


def _pairs(ours: EpochsByShare, theirs: EpochsByShare) -> Iterator[_Pair]:
    """Yield the pair at each share that some seed reaches; none without common seeds."""
    for share, our_epochs in ours.items():
        common = sorted(set(our_epochs) & set(theirs[share]))
        pair = _Pair(
            share,
            [our_epochs[seed] for seed in common],
            [theirs[share][seed] for seed in common],
        )
        if any(epoch is not None for epoch in (*pair.ours, *pair.theirs)):
            yield pair


def _all_have_threshold(known: Mapping[str, Mapping[int, Learning]], share: float) -> bool:
    return all(_has_threshold(list(by_seed.values()), share) for by_seed in known.values())


def _has_threshold(measured: Sequence[Learning], share: float) -> bool:
    return bool(measured) and all(threshold(learning, share) is not None for learning in measured)
