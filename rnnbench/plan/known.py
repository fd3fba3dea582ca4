"""What planning needs of results."""

from collections.abc import Mapping

from msgspec import Struct

from rnnbench.findings import LOST, claim_figures
from rnnbench.records import Result, Status, TimeRow


class Known(Struct, frozen=True):
    """What planning needs of a result.

    epochs_to_target: None where it was not reached.
    loss:             the deciding metric on validation data at the chosen epoch, turned so that
                      lower is better; None where there is none.
    figures:          of an evaluation: what a claim may be about, by name.
    log_ratios:       of a replicate of times, to the reference cell, by row; `seconds` is how long
                      its process took.
    absent:           of a cost trial, why cells have no row, by row.
    """

    status: Status
    epochs_to_target: int | None = None
    loss: float | None = None
    log_ratios: dict[str, float] = {}
    seconds: float = 0.0
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}

    @property
    def absences(self) -> dict[str, str]:
        """Of an evaluation: that all its figures are lost, where they are."""
        return {} if self.figures else {"": f"{LOST}{self.status}"}


Index = Mapping[str, Known]
"""What is known, by the ids of trials. It is kept up to date result by result."""


def known(result: Result) -> Known:
    """What planning needs of this result."""
    if result.costs:
        ratios = {
            row.row: row.log_ratio_to_reference_cell
            for row in result.costs
            if isinstance(row, TimeRow)
        }
        return Known(
            result.status, log_ratios=ratios, seconds=result.seconds.process, absent=result.absent
        )
    learning = result.learning
    if learning is None or learning.chosen_epoch is None:
        return Known(result.status, seconds=result.seconds.process, figures=claim_figures(result))
    metric = learning.metrics[0]
    score = learning.curve[learning.chosen_epoch - 1].validation[metric.name]
    return Known(
        result.status, learning.epochs_to_target, metric.loss(score), figures=claim_figures(result)
    )
