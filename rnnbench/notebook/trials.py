"""The frame of trials: one row a trial, of learning and of cost."""

from collections.abc import Iterator, Sequence

import pandas as pd

from rnnbench.notebook.frames import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    Line,
    frame,
    joined,
    scores,
    with_prefix,
)
from rnnbench.records import CostTrial, Learning, LearningTrial, Result, trial_id

COLUMNS = {
    "trial": TEXT,
    "lane": TEXT,
    "suite": TEXT,
    "suite_version": COUNT,
    "row": TEXT,
    "cell": TEXT,
    "implementation": TEXT,
    "task": TEXT,
    "phase": TEXT,
    "seed": COUNT,
    "learning_rate": NUMBER,
    "measurement": TEXT,
    "replicate": COUNT,
    "session": TEXT,
    "status": TEXT,
    "reason": TEXT,
    "metric": TEXT,
    "metric_unit": TEXT,
    "metric_direction": TEXT,
    "target": NUMBER,
    "score": NUMBER,
    "validation_score": NUMBER,
    "trivial_score": NUMBER,
    "epochs_budget": COUNT,
    "epochs_run": COUNT,
    "epochs_to_target": COUNT,
    "steps_to_target": COUNT,
    "chosen_epoch": COUNT,
    "steps_per_epoch": COUNT,
    "hidden_size": COUNT,
    "parameters": COUNT,
    "state_floats": COUNT,
    "off_budget": NUMBER,
    "process_seconds": NUMBER,
    "preparing_seconds": NUMBER,
    "training_seconds": NUMBER,
    "evaluating_seconds": NUMBER,
    "threads": COUNT,
    "device": TEXT,
    "executor": TEXT,
    "shared": FLAG,
    "machine": TEXT,
    "accelerator": TEXT,
    "started": MOMENT,
}


def trials(results: Sequence[Result]) -> pd.DataFrame:
    """One row a result, in the order of the results.

    What is not of a trial's lane, `learning` or `cost`, is absent. Of a learning trial, `reason`
    says why a figure is absent. A dial, an option and a test score by a metric have a column each:
    `dial_horizon`, `option_chrono`, `test_accuracy`. A cost trial names all its cells, joined by
    `+`, and has its figures in the frame of costs.
    """
    return frame(map(_line, results), COLUMNS)


def _line(result: Result) -> Line:
    trial = result.trial
    line: Line = {
        "trial": trial_id(trial),
        "suite": trial.suite,
        "suite_version": trial.suite_version,
        "status": result.status,
        "reason": joined(_reasons(result)),
        "process_seconds": result.seconds.process,
        "threads": trial.threads,
        "device": trial.device,
        "executor": result.provenance.executor,
        "shared": result.provenance.shared,
        "machine": result.provenance.machine.processor,
        "accelerator": result.provenance.machine.accelerator,
        "started": result.started,
    }
    if isinstance(trial, CostTrial):
        return line | _of_cost(trial)
    line |= {
        "lane": "learning",
        "epochs_budget": trial.recipe.epochs,
        "preparing_seconds": result.seconds.preparing,
        "training_seconds": result.seconds.training,
        "evaluating_seconds": result.seconds.evaluating,
        **learning_line(trial),
    }
    return line | _figures(result.learning) if result.learning else line


def learning_line(trial: LearningTrial) -> Line:
    """What tells a learning trial from the others of its suite."""
    return {
        "row": trial.cell.row,
        "cell": trial.cell.name,
        "implementation": trial.cell.implementation,
        "task": trial.task,
        "phase": trial.phase,
        "seed": trial.seed,
        "learning_rate": trial.learning_rate,
        **with_prefix("dial", trial.dials),
        **with_prefix("option", trial.cell.options),
    }


def _of_cost(trial: CostTrial) -> Line:
    return {
        "lane": "cost",
        "row": "+".join(cell.row for cell in trial.cells),
        "cell": "+".join(cell.name for cell in trial.cells),
        "implementation": "+".join(dict.fromkeys(cell.implementation for cell in trial.cells)),
        "measurement": trial.measurement,
        "replicate": trial.round,
        "session": trial.session,
    }


def _figures(learning: Learning) -> Line:
    """The metric that decides, and what the trial reached by it."""
    metric = learning.metrics[0]
    reached = learning.epochs_to_target
    chosen = learning.chosen_epoch
    return {
        "metric": metric.name,
        "metric_unit": metric.unit,
        "metric_direction": metric.direction,
        "target": learning.target,
        "score": learning.test.get(metric.name),
        "validation_score": learning.curve[chosen - 1].validation[metric.name] if chosen else None,
        "trivial_score": learning.trivial.get(metric.name),
        "epochs_run": learning.epochs_run,
        "epochs_to_target": reached,
        "steps_to_target": learning.curve[reached - 1].step if reached else None,
        "chosen_epoch": chosen,
        "steps_per_epoch": learning.steps_per_epoch,
        "hidden_size": learning.hidden_size,
        "parameters": learning.parameters,
        "state_floats": learning.state_floats,
        "off_budget": learning.off_budget,
        **scores("test", learning.metrics, learning.test),
    }


def _reasons(result: Result) -> Iterator[str]:
    yield result.reason
    if result.learning:
        yield from (f"{figure}: {reason}" for figure, reason in result.learning.absent.items())
    elif not result.reason:
        yield from (f"{row}: {reason}" for row, reason in result.absent.items())
