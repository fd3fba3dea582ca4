"""Tables of models: their sizes, and scores by the numbers in the state and by the length of the
test sequences."""

from itertools import chain

import rnnbench
from rnnbench_reports.length_figures import further_metrics, multiple, scored_lengths
from rnnbench_reports.page import words
from rnnbench_reports.page.learning_tables import metric_column
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, amount, count, figure, sized, slug, table, word
from rnnbench_reports.style import number, spread

BUDGETS = {"parameters": "{:,} parameters", "state": "state {:,}", "hidden": "hidden size {:,}"}
"""The title of a column of models with equal budgets, by what is matched."""
AT_TARGET = (
    " At the target from: so many numbers in the state; with them, as with all larger states that"
    " were tried, the median is at the target of {}."
)
OFF = " In brackets: how far a model is from its budget, where that is over 2 %."


def models(condition: rnnbench.Condition) -> Table | None:
    """Return the rates and sizes of the models, and their scores by further metrics."""
    columns = [CELL, Column("rate", hint="learning rate"), Column("hidden"), Column("parameters")]
    columns.append(Column("state", hint=words.STATE))
    further = further_metrics(condition)
    columns += [metric_column(metric) for metric in further]
    rows = []
    for arm in condition.ranked:
        values = [
            word(arm.row),
            amount(arm.learning_rate),
            count(arm.hidden_size if arm.seeds else None),
            sized(arm, "parameters", condition),
            sized(arm, "state", condition),
        ]
        values += [figure(arm.test.get(metric.name)) for metric in further]
        rows.append(Row(values, arm.row))
    title = "Models and further scores" if further else "Models"
    return table(f"models-{slug(condition.title)}", title, columns, rows)


def scores_by_state(finding: rnnbench.StateSizeFinding) -> Table | None:
    """Return the score of each cell at each budget, and with which state it is at the target."""
    budgets = sorted({point.budget for point in _points(finding)})
    has_target = finding.target is not None
    needed = Column("at the target from", hint="numbers in the state", stays=has_target)
    columns = [CELL, needed]
    columns += [Column(BUDGETS[finding.match].format(one), stays=True) for one in budgets]
    rows = []
    for curve in sorted(finding.curves, key=lambda curve: _rank(finding, curve)):
        by_budget = {point.budget: point for point in curve.points}
        values = [word(curve.row), count(finding.needed(curve))]
        values += [_score(by_budget.get(budget)) for budget in budgets]
        rows.append(Row(values, curve.row))
    if finding.trivial:
        trivial = [figure(finding.trivial)] * len(budgets)
        rows.append(Row([word(finding.trivial_forecast), Value(), *trivial], kind="trivial"))
    metric = finding.metric
    note = f"Test {metric.name}, {metric.direction} is better: median [smallest to largest]."
    if finding.target is not None:
        note += AT_TARGET.format(number(finding.target))
    if any(point.misses_budget for point in _points(finding)):
        note += OFF
    title = _titled(f"Test {metric.name} by numbers in the state", finding)
    return table(f"states-{slug(finding.title)}", title, columns, rows, note)


def models_by_state(finding: rnnbench.StateSizeFinding) -> Table | None:
    """Return the sizes of all models, and how far each is from its budget."""
    columns = [CELL, Column("budget", stays=True), Column("state", hint=words.STATE, stays=True)]
    columns += [Column("parameters", stays=True), Column("from the budget"), Column("solved")]
    columns.append(Column(f"test {finding.metric.name}", stays=True))
    rows = []
    for curve in finding.curves:
        for point in curve.points:
            off = point.off_budget
            values = [word(curve.row), count(point.budget), count(point.state_floats)]
            values += [
                count(point.parameters),
                Value("-") if off is None else Value(rnnbench.text.deviation(off), abs(off)),
                Value(f"{point.solved} of {point.seeds}", float(point.solved)),
                figure(point.score),
            ]
            rows.append(Row(values, curve.row))
    title = _titled("Models by numbers in the state", finding)
    note = f"Budget: {words.BUDGETS[finding.match]}."
    return table(f"models-by-state-{slug(finding.title)}", title, columns, rows, note)


def scores_by_length(condition: rnnbench.Condition) -> Table | None:
    """Return the score of each cell at each multiple of the training length."""
    lengths = scored_lengths(condition)
    columns = [CELL, Column("parameters"), Column("state", hint=words.STATE)]
    columns += [Column(multiple(times), stays=True) for times in lengths]
    rows = []
    for arm in condition.ranked:
        scores = [arm.test.get(name) for name in lengths.values()]
        if any(scores):
            values = [
                word(arm.row),
                sized(arm, "parameters", condition),
                sized(arm, "state", condition),
            ]
            rows.append(Row([*values, *map(figure, scores)], arm.row))
    if rows:
        trivial = [figure(condition.trivial.get(name)) for name in lengths.values()]
        rows.append(
            Row([word(condition.trivial_forecast), Value(), Value(), *trivial], kind="trivial")
        )
    metric = condition.metrics[0]
    title = f"Test {metric.name} at multiples of the longest training length"
    note = f"{metric.direction.capitalize()} is better; median [smallest to largest]."
    return table(f"lengths-{slug(condition.title)}", title, columns, rows, note)


def _titled(title: str, finding: rnnbench.StateSizeFinding) -> str:
    """Return a title with the setting, where a task has several."""
    setting = finding.title.removeprefix(finding.task)
    return f"{title}{setting}"


def _points(finding: rnnbench.StateSizeFinding) -> list[rnnbench.SizedScore]:
    return list(chain.from_iterable(curve.points for curve in finding.curves))


def _rank(
    finding: rnnbench.StateSizeFinding, curve: rnnbench.StateSizeCurve
) -> tuple[float, float, str]:
    """Return by what cells are ordered: the state that they need, and the score with the largest
    state."""
    needed = finding.needed(curve)
    loss = finding.metric.loss(curve.points[-1].score.centre)
    return float("inf") if needed is None else float(needed), loss, curve.row


def _score(point: rnnbench.SizedScore | None) -> Value:
    if point is None:
        return Value("-")
    sizes = f"{point.state_floats:,} numbers in the state, {point.parameters:,} parameters"
    hint = f"{sizes}; {point.score.kind}, n = {point.score.n}"
    off = f" ({rnnbench.text.deviation(point.off_budget or 0)})" if point.misses_budget else ""
    return Value(f"{spread(point.score)}{off}", point.score.centre, hint=hint)
