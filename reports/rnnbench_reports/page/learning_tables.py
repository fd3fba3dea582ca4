"""Tables of learning under one condition: scores, and epochs to each threshold."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import rnnbench
from rnnbench_reports.length_figures import further_metrics
from rnnbench_reports.page import words
from rnnbench_reports.page.links import Trials, links
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, figure, row_id, sized, slug, table, word
from rnnbench_reports.style import number, spread

EPOCHS = "epochs to target"
"""The figure by which cells are compared where some cell reaches the target."""
VERDICTS = {
    "better": ("worse", "worse"),
    "worse": ("better in the typical seed", "better"),
    "equivalent": ("equivalent", "equivalent"),
    "undecided": ("not told apart", "open"),
    "too few seeds": ("too few seeds", "open"),
}
"""The verdict on a cell that is compared with the first one, and its class, by the answer."""
UNCONFIRMED = "reached on validation data alone, which the test score does not confirm"


def scores(condition: rnnbench.Condition, trials: Trials) -> Table | None:
    """Return what each cell reached: the first table of a condition."""
    columns = [CELL, Column("verdict", "text", "against the cell that comes first", stays=True)]
    if condition.target is None:
        columns.append(Column("seeds", stays=True, hint="seeds with figures, and those without"))
    else:
        hint = "mean up to the budget, with a 95 % interval"
        columns += [
            Column("solved", stays=True, hint="seeds that reach the target, with a 95 % interval"),
            Column("epochs to target", stays=True, hint=hint),
        ]
    columns += [metric_column(condition.metrics[0]), Column("parameters")]
    columns += [Column("state", hint=words.STATE), Column("trials")]
    rows = [_score_row(arm, condition, trials) for arm in condition.ranked]
    if rows and any(condition.trivial.values()):
        rows.append(_trivial_row(condition))
    unconfirmed = any(arm.solved and not condition.confirms(arm) for arm in condition.arms)
    note = f"In brackets: {UNCONFIRMED}." if unconfirmed else ""
    return table(f"scores-{slug(condition.title)}", "", columns, rows, note)


def _score_row(arm: rnnbench.Arm, condition: rnnbench.Condition, trials: Trials) -> Row:
    values = [word(arm.row), _verdict(arm.row, condition), _solved(arm, condition)]
    if condition.target is not None:
        values.append(_epochs(arm, condition))
    values += [
        figure(arm.test.get(condition.metrics[0].name)),
        sized(arm, "parameters", condition),
        sized(arm, "state", condition) if condition.recipe.match == "state" else Value(),
        links(trials.get((condition.title, arm.row), ())),
    ]
    return Row(values, arm.row, row_id(condition.title, arm.row))


def metric_column(metric: Any) -> Column:
    """Return the column of test scores by a metric."""
    arrow = "↓" if metric.direction == "lower" else "↑"
    parts = (metric.unit, f"{metric.direction} is better", "median [smallest to largest]")
    hint = "; ".join(filter(None, parts))
    return Column(f"test {metric.name} {arrow}", hint=hint, stays=True)


def _verdict(row: str, condition: rnnbench.Condition) -> Value:
    for comparison in condition.comparisons:
        if comparison.other == row:
            verdict, kind = VERDICTS[comparison.answer]
            seeds = rnnbench.text.counted(comparison.pairs, "seed")
            parts = [f"the first is ahead in {comparison.wins} of {seeds}"]
            if comparison.effect:
                bound = "at least " if _is_bound(row, condition) else ""
                parts.append(f"typical advantage {bound}{spread(comparison.effect)}")
            if comparison.p_value is not None:
                parts.append(rnnbench.text.p_value(comparison.p_value))
            return Value(verdict, kind=kind, hint=", ".join(parts))
    if not condition.is_compared:
        return Value("-")
    if row == condition.leader and condition.leads:
        return Value("leads", kind="better")
    if row == condition.leader:
        return Value("ahead", kind="open")
    return Value("first by figures", kind="open")


def _is_bound(row: str, condition: rnnbench.Condition) -> bool:
    """Return whether a cell is compared by its epochs to a target that it never reached."""
    arms = [arm for arm in condition.arms if arm.row == row]
    return condition.figure == EPOCHS and not any(arm.solved for arm in arms)


def _solved(arm: rnnbench.Arm, condition: rnnbench.Condition) -> Value:
    """Return how many seeds solved the task, or without a target how many there are, and what
    became of the others."""
    parts = []
    if condition.target is None and arm.seeds:
        parts.append(str(len(arm.seeds)))
    if arm.solve_rate:
        low = f"{100 * arm.solve_rate.low:.0f}"
        high = f"{100 * arm.solve_rate.high:.0f}"
        times = f"{arm.solved} of {len(arm.seeds)}"
        if arm.solved and not condition.confirms(arm):
            times = f"({times})"
        parts.append(f"{times} [{low} to {high} %]")
    if arm.diverged:
        parts.append(f"{arm.diverged} diverged")
    if arm.given_up:
        parts.append(f"{arm.given_up} given up")
    parts += [f"{number_} {status}" for status, number_ in arm.lost.items()]
    share = arm.solve_rate.centre if arm.solve_rate else float(len(arm.seeds)) or None
    hint = UNCONFIRMED if arm.solved and not condition.confirms(arm) else ""
    return Value(", ".join(parts) or "-", share, hint=hint)


def _epochs(arm: rnnbench.Arm, condition: rnnbench.Condition) -> Value:
    budget = condition.recipe.epochs
    if arm.solved:
        return figure(arm.epochs)
    return Value(f"over {budget}", budget + 1.0) if arm.seeds else Value("-")


def _trivial_row(condition: rnnbench.Condition) -> Row:
    values = [word(condition.trivial_forecast), Value(), Value()]
    if condition.target is not None:
        values.append(Value())
    values += [figure(condition.trivial.get(condition.metrics[0].name)), Value(), Value(), Value()]
    return Row(values, kind="trivial")


def thresholds(condition: rnnbench.Condition) -> Table | None:
    """Return how often and when each cell reached each threshold."""
    columns = [CELL, Column("acceptable from", "text"), Column("solved"), Column("epochs")]
    if condition.ratios:
        columns.append(Column(f"epochs over those of {condition.ratios[0].other}"))
    rows = []
    for arm in condition.arms:
        rows += [_threshold_row(arm, found, condition) for found in arm.reached]
    name = f"thresholds-{slug(condition.title)}"
    steps = rnnbench.text.counted(condition.steps_per_epoch, "step")
    sequences = rnnbench.text.counted(condition.recipe.batch_size, "sequence")
    note = f"An epoch is {steps} of {sequences}."
    return table(name, "Epochs to each threshold", columns, rows, note)


def _threshold_row(arm: rnnbench.Arm, found: Any, condition: rnnbench.Condition) -> Row:
    way = "target" if found.share == 1 else f"{100 * found.share:.0f} % of the way"
    values = [
        word(arm.row),
        Value(f"{spread(found.threshold)} ({way})", found.share),
        Value(f"{found.solved} of {len(arm.seeds)}", found.solve_rate.centre),
    ]
    over = Value(f"over {number(found.epochs.centre)}", found.epochs.centre)
    values.append(figure(found.epochs) if found.solved else over)
    if condition.ratios:
        values.append(Value(*words.epochs_ratio(condition, arm, found.share)))
    return Row(values, arm.row)


def behind_scores(conditions: Sequence[rnnbench.Condition]) -> str:
    """Return the title of what lies behind the scores of a task, by what there is."""
    arms = list(chain.from_iterable(condition.arms for condition in conditions))
    parts = {
        "models": True,
        "further scores": any(map(further_metrics, conditions)),
        "epochs to each threshold": any(arm.reached for arm in arms),
        "the search for learning rates": any(arm.search for arm in arms),
    }
    shown = rnnbench.text.enumerated([part for part, is_there in parts.items() if is_there])
    return words.capitalise(shown)
