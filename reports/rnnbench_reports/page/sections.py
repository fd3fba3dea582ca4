"""The sections of the page: each task, what holds across tasks, cost, and cost against length."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, product

import rnnbench
from rnnbench_reports import cost_words
from rnnbench_reports.looks import featured
from rnnbench_reports.page import (
    answers,
    caveats,
    cost_answers,
    cost_tables,
    example_tables,
    learning_tables,
    notes,
    search_tables,
    span_tables,
    words,
)
from rnnbench_reports.page.links import Trials, measurements
from rnnbench_reports.page.records import Answer, Fold, Plot, Plots, Section, Table
from rnnbench_reports.page.scaling_tables import scaling_tables
from rnnbench_reports.page.tables import slug

FOLDED = ("epochs-to-target", "learning-rates")
"""How the names of those figures of a task begin that are folded."""

FOLDED_TABLES = (learning_tables.models, learning_tables.thresholds, search_tables.searches)


def sections(findings: rnnbench.Findings, plots: Plots, trials: Trials) -> Iterator[Section]:
    """Yield the sections that have something to show, in the order of the page."""
    by_task = groupby(findings.conditions, key=lambda condition: condition.task)
    for task, conditions in by_task:
        yield _task(task, list(conditions), findings, plots.get(("task", task), ()), trials)
    if findings.across:
        yield _across(findings, plots.get(("across", ""), ()))
    if findings.costs:
        yield _cost(findings, plots.get(("cost", ""), ()), trials)
    if findings.scalings:
        yield _scaling(findings, plots.get(("scaling", ""), ()))


def _task(
    task: str,
    conditions: Sequence[rnnbench.Condition],
    findings: rnnbench.Findings,
    plots: Sequence[Plot],
    trials: Trials,
) -> Section:
    spans = [finding for finding in findings.spans if finding.task == task]
    said = [_answer(condition, findings) for condition in conditions]
    for finding in spans:
        laws = _laws(findings, [span.row for span in finding.spans])
        title = f"Memory span, {finding.title}"
        said.append(Answer(f"span-{slug(finding.title)}", title, answers.spans(finding), laws=laws))
    tables = [*map(span_tables.spans, spans)]
    tables += [_scores(condition, trials) for condition in conditions]
    folds = [
        Fold(
            f"more-{slug(task)}",
            learning_tables.behind_scores(conditions),
            notes.RATES if any(condition.recipe.tune for condition in conditions) else "",
            [plot for plot in plots if plot.id.startswith(FOLDED)],
            _present(
                _of_condition(made(condition), condition, conditions)
                for condition, made in product(conditions, FOLDED_TABLES)
            ),
        )
    ]
    asked = _present(example_tables.examples(condition, findings) for condition in conditions)
    title = "Examples, with the cells' own answers"
    folds.append(Fold(f"examples-of-{slug(task)}", title, tables=asked))
    diagnosed = search_tables.diagnostics(conditions)
    if diagnosed:
        folds.append(Fold(f"of-diagnostics-{slug(task)}", "Diagnostics", tables=[diagnosed]))
    titles = [condition.title for condition in conditions]
    titles += [finding.title for finding in spans]
    return Section(
        f"task-{slug(task)}",
        task,
        notes.SCORES,
        said,
        [plot for plot in plots if not plot.id.startswith(FOLDED)],
        _present(tables),
        [fold for fold in folds if fold.tables or fold.plots],
        caveats.of_settings(findings, titles),
    )


def _of_condition(
    table: Table | None, condition: rnnbench.Condition, conditions: Sequence[rnnbench.Condition]
) -> Table | None:
    """Return a table with its condition in its title, where a task has several."""
    if table is None or len(conditions) == 1:
        return table
    return replace(table, title=f"{table.title}, {condition.title}")


def _scores(condition: rnnbench.Condition, trials: Trials) -> Table | None:
    found = learning_tables.scores(condition, trials)
    if found is None:
        return None
    note = f"{words.recipe(condition)} {found.note}"
    return replace(found, title=condition.title, note=note)


def _answer(condition: rnnbench.Condition, findings: rnnbench.Findings) -> Answer:
    laws = _laws(findings, [arm.row for arm in condition.arms])
    text, sure = answers.learned(condition)
    identity = f"condition-{slug(condition.title)}"
    title = "" if condition.title == condition.task else condition.title
    return Answer(identity, title, text, sure, condition.leader or "", laws=laws)


def _laws(findings: rnnbench.Findings, rows: Sequence[str]) -> list[str]:
    """Return the sentences on laws that these cells fail."""
    shown = set(rows)
    return [law.sentence for law in findings.law_caveats if shown & set(law.rows)]


def _present(tables: Iterable[Table | None]) -> list[Table]:
    return [table for table in tables if table]


def _across(findings: rnnbench.Findings, plots: Sequence[Plot]) -> Section:
    tables = []
    lacking: dict[tuple[str, ...], Table] = {}
    for aspect in findings.across:
        found = span_tables.aspect(aspect)
        if found:
            tables.append(replace(found, title=aspect.name.capitalize()))
        if len(aspect.missing) > answers.MOST_GAPS and aspect.missing not in lacking:
            lacking[aspect.missing] = span_tables.missing(aspect)
    folds = (
        [Fold("across-lacks", "What these sets lack to be complete", tables=list(lacking.values()))]
        if lacking
        else []
    )
    said = list(answers.across(findings.across))
    return Section("across", "Across tasks", notes.ACROSS, said, plots, tables, folds)


def _cost(findings: rnnbench.Findings, plots: Sequence[Plot], trials: Trials) -> Section:
    said = []
    tables: list[Table] = []
    folds = []
    for cost in findings.costs:
        laws = _laws(findings, [row.row for row in cost.rows])
        text = cost_answers.cost(cost, findings)
        said.append(Answer(f"cost-{slug(cost.title)}", cost.title, text, laws=laws))
        for kind in cost_tables.KINDS:
            own = _present((cost_tables.times(cost, kind), cost_tables.kernels(cost, kind)))
            tables += [_titled(table, cost, findings) for table in own]
            pairs = cost_tables.pairs(cost, kind, featured(findings))
            if pairs:
                title = f"{pairs.title} ({cost_tables.KINDS[kind].lower()}, {cost.title})"
                is_open = len(pairs.rows) <= cost_words.MOST_PAIRS_UNFOLDED
                folds.append(Fold(f"of-{pairs.id}", title, tables=[pairs], is_open=is_open))
        memory = cost_tables.memory(cost)
        if memory:
            tables.append(_titled(memory, cost, findings))
    of_all = cost_answers.on_all_shapes(findings)
    if of_all:
        said.append(Answer("cost-of-all", "", of_all))
    behind = _present(measurements(cost, trials) for cost in findings.costs)
    if behind:
        folds.append(Fold("results-of-cost", "Results behind these tables", tables=behind))
    titles = [cost.title for cost in findings.costs]
    note = words.cost(findings.costs)
    own_caveats = caveats.of_settings(findings, titles)
    return Section("cost", "Cost", note, said, plots, tables, folds, own_caveats)


def _titled(table: Table, cost: rnnbench.CostFinding, findings: rnnbench.Findings) -> Table:
    """Return a table with the shape in its title, where there are several."""
    if len(findings.costs) == 1:
        return table
    return replace(table, title=f"{table.title}, {cost.title}")


def _scaling(findings: rnnbench.Findings, plots: Sequence[Plot]) -> Section:
    said = []
    tables: list[Table] = []
    for scaling in findings.scalings:
        laws = _laws(findings, [curve.row for curve in scaling.curves])
        identity = f"scaling-answer-{slug(scaling.title)}"
        said.append(Answer(identity, scaling.title, scaling.answer, laws=laws))
        tables += scaling_tables(scaling)
    return Section("scaling", "Cost against length", "", said, plots, tables)
