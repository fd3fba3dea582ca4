"""Evaluates a tryout: what was found on a user's file, and what of it is drawn."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from rnnbench import text
from rnnbench.datafile import headline, sentence_of, six_lines, words_of_use
from rnnbench.findings import Condition
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.tryout.answer import Outcome, answer, recommended
from rnnbench.findings.tryout.records import CellRow, TargetErrors, Tryout
from rnnbench.tryout.drawing import confusion, forecast_lines, step_errors
from rnnbench.tryout.evaluation import Evaluation
from rnnbench.tryout.losses import Array


def evaluate(
    evaluation: Evaluation,
    looks: Mapping[str, Schedule],
    condition: Condition | None,
    planned: int,
) -> Tryout:
    """Return what was found on a user's file.

    looks:     the looks at each cell.
    condition: the findings on the trainings; None where there are none.
    planned:   the number of seeds that were planned.
    """
    losses = evaluation.losses
    cells = evaluation.judged(looks)
    baselines = evaluation.baseline_rows()
    best = evaluation.best_baseline
    inspection = losses.dataset.inspection
    outcome = Outcome(
        measure=losses.measure,
        cells=cells,
        baselines=baselines,
        level_cells=_level_with_leader(condition, cells),
        names=evaluation.cells,
        planned=planned,
        test=text.counted(losses.test, losses.unit),
        used=words_of_use(inspection.split),
    )
    found = Tryout(
        file=inspection.file,
        taken_for=headline(inspection),
        lines=tuple(six_lines(inspection)),
        notices=tuple(map(sentence_of, inspection.notices)),
        measure=losses.measure,
        unit=losses.unit,
        test=losses.test,
        answer=answer(outcome),
        best_baseline=best.name if best else "",
        baselines=baselines,
        cells=cells,
    )
    return _with_drawings(found, evaluation) if cells else found


def _level_with_leader(condition: Condition | None, cells: Sequence[CellRow]) -> list[str]:
    """Return the cells that the comparison between cells does not tell from the best of these."""
    if condition is None or not cells or condition.leader != cells[0].row:
        return []
    level = ("undecided", "equivalent", "too few seeds")
    return [shown.other for shown in condition.comparisons if shown.answer in level]


def _with_drawings(found: Tryout, evaluation: Evaluation) -> Tryout:
    """Return the findings with forecasts and their errors by step, or with answers by class."""
    kind = evaluation.losses.kind
    best = evaluation.best_baseline
    found = replace(found, drawn_cell=recommended(found.cells).row)
    if best is None or best.predictions is None or kind == "language model":
        return found
    if kind == "forecast":
        return _with_forecasts(found, evaluation, best.predictions)
    losses = evaluation.losses
    ours = confusion(losses, found.drawn_cell, evaluation.typical(found.drawn_cell))
    theirs = confusion(losses, best.name, best.predictions)
    classes = losses.dataset.preparation.classes
    return replace(found, classes=classes, confusions=(ours, theirs))


def _with_forecasts(found: Tryout, evaluation: Evaluation, baseline: Array) -> Tryout:
    losses = evaluation.losses
    ours = evaluation.typical(found.drawn_cell)
    lines = forecast_lines(losses, ours, baseline)
    shown = [(cell.row, evaluation.typical(cell.row), True) for cell in found.cells]
    for held in evaluation.baselines:
        if held.predictions is not None:
            shown.append((held.name, held.predictions, False))
    targets = losses.dataset.targets
    if ours.shape[1] > len(targets):
        by_step = [step_errors(losses, name, of, is_cell=is_cell) for name, of, is_cell in shown]
        found = replace(found, by_step=tuple(by_step))
    if losses.has_several_targets:
        by_target = [
            TargetErrors(name=name, is_cell=is_cell, errors=losses.of_targets(of))
            for name, of, is_cell in shown
        ]
        found = replace(found, targets=targets, by_target=tuple(by_target))
    return replace(found, forecasts=lines)
