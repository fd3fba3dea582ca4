"""What counts as acceptable: the target, and easier thresholds; when each was reached, and how near
a score comes."""

from rnnbench.records import SHARES, Learning

__all__ = ["SHARES", "epochs_to", "threshold"]


def threshold(learning: Learning, share: float) -> float | None:
    """The score that lies this share of the way from the trivial forecast to the target; None where
    nothing is known of the trivial forecast, or where it is at the target already."""
    metric = learning.metrics[0]
    if share == 1.0:
        return learning.target
    trivial = learning.trivial.get(metric.name)
    if trivial is None or not metric.better(learning.target, trivial):
        return None
    return trivial + share * (learning.target - trivial)


def epochs_to(learning: Learning, share: float) -> int | None:
    """First of two evaluations in a row, on validation data, at the threshold of this share; None
    where that did not happen in the epochs that were run (or where there is no such threshold)."""
    if share == 1.0:
        return learning.epochs_to_target
    wanted, metric = threshold(learning, share), learning.metrics[0]
    if wanted is None:
        return None
    reached = [not metric.better(wanted, epoch.validation[metric.name]) for epoch in learning.curve]
    return next(
        (place + 1 for place in range(len(reached) - 1) if reached[place] and reached[place + 1]),
        None,
    )


def share_of_the_way(learning: Learning, setting: str = "") -> float | None:
    """How much of the way from the trivial forecast to the target the test score is, from 0 to 1.
    `setting` is "" or one of those on which the task tests the trained model too ("@4x").

    A trial stops when it has solved its task, so that how far beyond the target it stands says
    nothing; and an error has no upper end. 0 where training diverged, or gave no finite score. None
    where nothing is known of the trivial forecast, or where it is at the target already.
    """
    metric = learning.metrics[0]
    score, trivial = (
        scores.get(f"{metric.name}{setting}") for scores in (learning.test, learning.trivial)
    )
    if trivial is None or not metric.better(learning.target, trivial):
        return None
    return (
        0.0
        if score is None
        else min(max((score - trivial) / (learning.target - trivial), 0.0), 1.0)
    )
