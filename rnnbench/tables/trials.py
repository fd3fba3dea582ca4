"""The table of trials: one row a trial, of learning and of cost."""

from collections.abc import Iterator

from rnnbench.records import CostTrial, Learning, LearningTrial, Result, trial_id
from rnnbench.tables.lines import Line, joined, scores, with_prefix
from rnnbench.tables.schema import Table
from rnnbench.tables.trial_columns import COLUMNS

PREFIXES = {
    "dial_*": "a dial of the task, such as `dial_horizon`",
    "option_*": "an option of the cell, such as `option_chrono`",
    "test_*": "the test score by a metric, such as `test_accuracy`",
}


def _lines(result: Result) -> Iterator[Line]:
    yield _line(result)


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


TRIALS = Table(name="trials", row="trial", columns=COLUMNS, prefixes=PREFIXES, lines=_lines)
"""A row a result. A cost trial names all its cells, and has its figures in the table of costs."""
