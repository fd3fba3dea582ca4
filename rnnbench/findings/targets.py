"""What counts as acceptable: the target, and two thresholds that are easier; when each was reached."""

from rnnbench.records import SHARES, Learning

__all__ = ["SHARES", "epochs_to", "threshold"]


def threshold(learning: Learning, share: float) -> float | None:
    """The score that lies this share of the way from the trivial forecast to the target; None where nothing is known of
    the trivial forecast, or where it is at the target already."""
    metric = learning.metrics[0]
    if share == 1.0:
        return learning.target
    trivial = learning.trivial.get(metric.name)
    if trivial is None or not metric.better(learning.target, trivial):
        return None
    return trivial + share * (learning.target - trivial)


def epochs_to(learning: Learning, share: float) -> int | None:
    """First of two evaluations in a row, on validation data, at the threshold of this share; None where that did not
    happen in the epochs that were run (or where there is no such threshold)."""
    if share == 1.0:
        return learning.epochs_to_target
    wanted, metric = threshold(learning, share), learning.metrics[0]
    if wanted is None:
        return None
    reached = [not metric.better(wanted, epoch.validation[metric.name]) for epoch in learning.curve]
    return next((place + 1 for place in range(len(reached) - 1) if reached[place] and reached[place + 1]), None)
