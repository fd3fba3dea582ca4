"""Tables of what lies behind the scores: the search for learning rates, and diagnostics."""

from collections.abc import Iterator, Sequence
from typing import Any

import rnnbench
from rnnbench_reports.page import words
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, amount, count, figure, slug, table, word
from rnnbench_reports.style import spread


def searches(condition: rnnbench.Condition) -> Table | None:
    """Return the search for the learning rate of each cell."""
    metric = condition.metrics[0].name
    columns = [CELL, Column("rate", stays=True), Column("state", "text"), Column("trials")]
    columns += [Column("width of the optimum", hint=words.OPTIMUM), Column("lost")]
    if condition.target is not None:
        columns.append(Column("epochs to target"))
    columns.append(Column(f"validation {metric}"))
    columns += [Column("steps in all"), Column("sequences in all"), Column("seconds in all")]
    rows = []
    for arm in condition.arms:
        if arm.search:
            rows += list(_search_rows(arm, arm.search, condition))
    name = f"search-{slug(condition.title)}"
    return table(
        name, "Search for the learning rate", columns, rows, words.search(condition.recipe)
    )


def _search_rows(arm: rnnbench.Arm, search: Any, condition: rnnbench.Condition) -> Iterator[Row]:
    width = _width(search)
    for rate in search.rates:
        is_chosen = rate.rate == search.chosen
        values = [
            word(arm.row),
            amount(rate.rate),
            Value(_state(rate.rate, arm, search)),
            count(rate.trials),
            width,
            count(rate.lost) if rate.lost else Value(),
        ]
        if condition.target is not None:
            values.append(_epochs(rate.epochs, condition.recipe.epochs))
        values += [
            figure(rate.score),
            count(search.steps),
            count(search.sequences),
            amount(search.seconds),
        ]
        yield Row(values, arm.row, kind="chosen" if is_chosen else "")


def _epochs(mean: rnnbench.Range | None, budget: int) -> Value:
    """Return the mean of epochs to target, which is the budget where no trial reached it."""
    if mean and mean.centre >= budget:
        return Value(f"over {budget}", budget + 1.0)
    return figure(mean)


def _width(search: Any) -> Value:
    """Return the rates that are near the best one, sorted by the factor between their ends."""
    if search.optimum is None:
        return Value("-", hint=search.no_optimum)
    factor = search.optimum.high / search.optimum.low
    return Value(search.optimum.in_words, factor)


def _state(rate: float, arm: rnnbench.Arm, search: Any) -> str:
    if rate == search.chosen:
        return "chosen"
    return "kept" if rate in arm.rates_left else ""


def diagnostics(conditions: Sequence[rnnbench.Condition]) -> Table | None:
    """Return the figures of all diagnostics under these conditions."""
    columns = [Column("condition", "text"), CELL, Column("diagnostic", "text")]
    columns += [Column("model", "text"), Column("figures", "words")]
    rows = []
    for condition in conditions:
        for arm in condition.arms:
            for curve in arm.diagnostics:
                parts = [f"{name} {spread(shown)}" for name, shown in curve.figures.items()]
                parts += [f"{name}: {reason}" for name, reason in curve.absent.items()]
                model = "as initialised" if curve.when == "fresh" else "trained"
                values = [condition.title, arm.row, curve.name, model, "; ".join(parts)]
                rows.append(Row([word(value) for value in values], arm.row))
    if not rows:
        return None
    name = f"diagnostics-{slug(conditions[0].task)}"
    return table(name, "Diagnostics", columns, rows)
