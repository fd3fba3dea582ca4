"""The part of a result that planning needs."""

from collections.abc import Mapping

from msgspec import Struct

from rnnbench.findings import LOST, claim_figures
from rnnbench.records import Result, Status, TimeRow


class Known(Struct, frozen=True):
    """The part of a result that planning needs.

    epochs_to_target: None where the target was not reached.
    loss:             the deciding metric on validation data at the chosen epoch, turned so that
                      lower is better; None where there is none.
    figures:          figures of an evaluation that a claim may be about, by name.
    log_ratios:       of a replicate of times: log ratios to the reference cell, by row.
    seconds:          how long the process of the trial took.
    absent:           of a cost trial: why cells have no row, by row.
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
        """Of an evaluation: the reason why all its figures are lost, if they are."""
        return {} if self.figures else {"": f"{LOST}{self.status}"}


Index = Mapping[str, Known]
"""The known results by the ids of their trials; a campaign updates it with every result."""


def known(result: Result) -> Known:
    """Extract from a result what planning needs."""
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
