"""How often and when cells reach each threshold, and how the mean epochs of two of them compare."""

from collections.abc import Mapping, Sequence

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

    share:     of the way from the trivial forecast to the target; 1 is the target itself.
    threshold: score that this asks for: median and range over the test sets of the seeds.
    epochs:    mean up to the budget, unsolved seeds counting as the whole of it; `steps` and
               `sequences` likewise.
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
    """The ratio of the mean epochs up to the budget of two cells at one threshold, on the seeds
    that both have.

    ties: seeds in which both got there in the same epoch.
    """

    share: float
    ratio: Range
    ties: int


class EpochRatio(Struct, frozen=True):
    """Epochs of `row` over those of `other`, which is the quickest to the target, at each threshold
    that some reach."""

    row: str
    other: str
    ratios: tuple[ShareRatio, ...]


def reached(measured: Sequence[Learning], budget: int, batch_size: int) -> tuple[Reached, ...]:
    """At each threshold that every seed has, the target first."""
    return tuple(
        _reached(measured, share, budget, batch_size) for share in SHARES if _has(measured, share)
    )


def _reached(measured: Sequence[Learning], share: float, budget: int, batch_size: int) -> Reached:
    epochs = [epochs_to(learning, share) for learning in measured]
    solved = sum(e is not None for e in epochs)
    mean, steps = restricted_mean(epochs, budget), measured[0].steps_per_epoch
    return Reached(
        share=share,
        threshold=spread(
            [score for learning in measured if (score := threshold(learning, share)) is not None]
        ),
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
    """Every cell against the one that is quickest to the target (to the easier thresholds, where
    the target does not tell); none where no seed of any cell reaches anything."""
    known = {row: {seed: x for seed, x in by_seed.items() if x} for row, by_seed in figures.items()}
    known = {row: by_seed for row, by_seed in known.items() if by_seed}
    shares = [
        s for s in SHARES if all(_has(list(by_seed.values()), s) for by_seed in known.values())
    ]
    means = {
        row: [
            float(censored([epochs_to(x, s) for x in by_seed.values()], budget).mean())
            for s in shares
        ]
        for row, by_seed in known.items()
    }
    if not means or all(mean >= budget for by_share in means.values() for mean in by_share):
        return ()
    quickest = min(means, key=lambda row: (means[row], row))
    ratios = (
        _ratio(row, quickest, known[row], known[quickest], shares, budget)
        for row in known
        if row != quickest
    )
    return tuple(ratio for ratio in ratios if ratio.ratios)


def _ratio(
    row: str,
    other: str,
    ours: Mapping[int, Learning],
    theirs: Mapping[int, Learning],
    shares: Sequence[float],
    budget: int,
) -> EpochRatio:
    found, common = [], sorted(set(ours) & set(theirs))
    for share in shares if common else ():
        a, b = ([epochs_to(by_seed[seed], share) for seed in common] for by_seed in (ours, theirs))
        if any(e is not None for e in (*a, *b)):
            ties = sum(x is not None and x == y for x, y in zip(a, b, strict=True))
            found.append(ShareRatio(share, restricted_ratio(a, b, budget), ties))
    return EpochRatio(row, other, tuple(found))


def _has(measured: Sequence[Learning], share: float) -> bool:
    return bool(measured) and all(threshold(learning, share) is not None for learning in measured)
