"""What planning needs of results."""

from collections.abc import Mapping

from msgspec import Struct

from rnnbench.records import Result, Status


class Known(Struct, frozen=True):
    """What planning needs of a result.

    epochs_to_target: None where it was not reached.
    loss:             the deciding metric on validation data at the chosen epoch, turned so that lower is better; None
                      where there is none.
    """

    status: Status
    epochs_to_target: int | None = None
    loss: float | None = None


Index = Mapping[str, Known]
"""What is known, by the ids of trials. It is kept up to date result by result."""


def known(result: Result) -> Known:
    """What planning needs of this result."""
    learning = result.learning
    if learning is None or learning.chosen_epoch is None:
        return Known(result.status)
    metric = learning.metrics[0]
    score = learning.curve[learning.chosen_epoch - 1].validation[metric.name]
    return Known(result.status, learning.epochs_to_target, metric.loss(score))
