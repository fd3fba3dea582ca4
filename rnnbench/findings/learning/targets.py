"""The target and easier thresholds: when each was reached, and how near a score comes to it."""

from collections.abc import Iterable

from rnnbench.records import SHARES, Learning

__all__ = ["SHARES", "epochs_to", "share_of_the_way", "target_of", "threshold"]


def target_of(records: Iterable[Learning]) -> float | None:
    """Return the target of trainings under one condition.

    None where the task has no target. None also where some of the trainings had none, as their task
    was changed: all of them are then compared by their scores.
    """
    targets = [learning.target for learning in records]
    return None if None in targets or not targets else targets[0]


def threshold(learning: Learning, share: float) -> float | None:
    """Return the score at this share of the way from the trivial forecast to the target.

    None without a target, and where the trivial forecast is unknown or reaches the target already.
    """
    metric = learning.metrics[0]
    target = learning.target
    if target is None or share == 1.0:
        return target
    trivial = learning.trivial.get(metric.name)
    if trivial is None or not metric.better(target, trivial):
        return None
    return trivial + share * (target - trivial)


def epochs_to(learning: Learning, share: float) -> int | None:
    """Return the epoch at which validation data first reach the threshold twice in a row.

    It is the first of the two epochs. None where the epochs that were run do not reach the
    threshold, or where there is no threshold.
    """
    if share == 1.0:
        return learning.epochs_to_target
    metric = learning.metrics[0]
    wanted = threshold(learning, share)
    if wanted is None:
        return None
    is_lower_better = metric.direction == "lower"
    was_reached = False
    for number, epoch in enumerate(learning.curve):
        score = epoch.validation[metric.name]
        is_reached = score <= wanted if is_lower_better else score >= wanted
        if was_reached and is_reached:
            return number
        was_reached = is_reached
    return None


def share_of_the_way(learning: Learning, setting: str = "") -> float | None:
    """Return the share of the way from the trivial forecast to the target of a test score.

    The share is cut to 0 to 1: a trial stops when it has solved its task, so that scores beyond the
    target mean nothing, and an error has no upper end. It is 0 where training diverged, or gave no
    finite score. None without a target, and where the trivial forecast is unknown or reaches the
    target already.

    setting: "", or a further setting on which the task tests the trained model ("@4x").
    """
    metric = learning.metrics[0]
    name = f"{metric.name}{setting}"
    score = learning.test.get(name)
    target = learning.target
    trivial = learning.trivial.get(name)
    if target is None or trivial is None or not metric.better(target, trivial):
        return None
    if score is None:
        return 0.0
    return min(max((score - trivial) / (target - trivial), 0.0), 1.0)
