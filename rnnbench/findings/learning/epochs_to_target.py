"""How often and when cells reach each threshold, and how the mean epochs of two cells compare."""

from collections.abc import Mapping, Sequence
from itertools import chain

from msgspec import Struct

from rnnbench.findings.learning.targets import SHARES, epochs_to, threshold
from rnnbench.findings.stats.estimates import solve_rate, spread
from rnnbench.findings.stats.kaplan_meier import (
    Survival,
    censored,
    restricted_mean,
    restricted_ratio,
    survival,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Learning


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


def reached(measured: Sequence[Learning], budget: int, batch_size: int) -> tuple[Reached, ...]:
    """Return a record for each threshold that every seed has, the target first."""
    shares = [share for share in SHARES if _has_threshold(measured, share)]
    return tuple(_reached(measured, share, budget, batch_size) for share in shares)


def _reached(measured: Sequence[Learning], share: float, budget: int, batch_size: int) -> Reached:
    epochs = [epochs_to(learning, share) for learning in measured]
    solved = sum(epoch is not None for epoch in epochs)
    mean = restricted_mean(epochs, budget)
    steps = measured[0].steps_per_epoch
    thresholds = [threshold(learning, share) for learning in measured]
    return Reached(
        share=share,
        threshold=spread([score for score in thresholds if score is not None]),
        solved=solved,
        solve_rate=solve_rate(solved, len(epochs)),
        epochs=mean,
        steps=mean.scaled(steps),
        sequences=mean.scaled(steps * batch_size),
        survival=survival(epochs, budget),
    )


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
    means = {row: _mean_epochs(by_seed, shares, budget) for row, by_seed in known.items()}
    if not means or all(mean >= budget for mean in chain.from_iterable(means.values())):
        return ()
    quickest = min(means, key=lambda row: (means[row], row))
    ratios = []
    for row in known:
        if row != quickest:
            by_share = _share_ratios(known[row], known[quickest], shares, budget)
            ratios.append(EpochRatio(row, quickest, by_share))
    return tuple(ratio for ratio in ratios if ratio.ratios)


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


def _mean_epochs(
    by_seed: Mapping[int, Learning], shares: Sequence[float], budget: int
) -> list[float]:
    """Return the mean epochs up to the budget at each share."""
    means = []
    for share in shares:
        epochs = [epochs_to(learning, share) for learning in by_seed.values()]
        means.append(float(censored(epochs, budget).mean()))
    return means


def _share_ratios(
    ours: Mapping[int, Learning],
    theirs: Mapping[int, Learning],
    shares: Sequence[float],
    budget: int,
) -> tuple[ShareRatio, ...]:
    """Return the ratio at each share that some seed reaches; none without common seeds."""
    common = sorted(set(ours) & set(theirs))
    ratios = []
    for share in shares:
        our_epochs = [epochs_to(ours[seed], share) for seed in common]
        their_epochs = [epochs_to(theirs[seed], share) for seed in common]
        if any(epoch is not None for epoch in (*our_epochs, *their_epochs)):
            pairs = zip(our_epochs, their_epochs, strict=True)
            ties = sum(our is not None and our == their for our, their in pairs)
            ratio = restricted_ratio(our_epochs, their_epochs, budget)
            ratios.append(ShareRatio(share, ratio, ties))
    return tuple(ratios)


def _all_have_threshold(known: Mapping[str, Mapping[int, Learning]], share: float) -> bool:
    return all(_has_threshold(list(by_seed.values()), share) for by_seed in known.values())


def _has_threshold(measured: Sequence[Learning], share: float) -> bool:
    return bool(measured) and all(threshold(learning, share) is not None for learning in measured)
