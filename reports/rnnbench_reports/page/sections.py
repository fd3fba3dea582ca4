"""The sections of the page in their order, and those of each task and across tasks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, product

import rnnbench
from rnnbench_reports.page import (
    answers,
    caveats,
    example_tables,
    learning_tables,
    notes,
    search_tables,
    size_tables,
    span_tables,
    words,
)
from rnnbench_reports.page.cost_sections import cost_section, scaling_section
from rnnbench_reports.page.links import Trials
from rnnbench_reports.page.records import Answer, Fold, Plot, Plots, Section, Table
from rnnbench_reports.page.tables import present, row_id, slug

FOLDED = ("epochs-to-target", "learning-rates")
"""How the names of those figures of a task begin that are folded."""

FOLDED_TABLES = (size_tables.models, learning_tables.thresholds, search_tables.searches)


def sections(findings: rnnbench.Findings, plots: Plots, trials: Trials) -> Iterator[Section]:
    """Yield the sections that have something to show, in the order of the page."""
    by_task = groupby(findings.conditions, key=lambda condition: condition.task)
    for task, conditions in by_task:
        yield _task(task, list(conditions), findings, plots.get(("task", task), ()), trials)
    if findings.across:
        yield _across(findings, plots.get(("across", ""), ()))
    if findings.costs:
        yield cost_section(findings, plots.get(("cost", ""), ()), trials)
    if findings.scalings:
        yield scaling_section(findings, plots.get(("scaling", ""), ()))


def _task(
    task: str,
    conditions: Sequence[rnnbench.Condition],
    findings: rnnbench.Findings,
    plots: Sequence[Plot],
    trials: Trials,
) -> Section:
    spans = [finding for finding in findings.spans if finding.task == task]
    given = [_answer(condition, findings) for condition in conditions]
    given += [_answer_on_span(finding, findings) for finding in spans]
    sizes = [finding for finding in findings.state_sizes if finding.task == task]
    given += [_answer_on_sizes(finding, findings) for finding in sizes if finding.answer]
    tables = [*map(size_tables.scores_by_state, sizes)]
    for condition in conditions:
        tables.append(_of_condition(size_tables.scores_by_length(condition), condition, conditions))
    tables += map(span_tables.spans, spans)
    tables += [_scores(condition, trials) for condition in conditions]
    behind = [*map(size_tables.models_by_state, sizes)]
    for condition, made in product(conditions, FOLDED_TABLES):
        behind.append(_of_condition(made(condition), condition, conditions))
    folds = [
        Fold(
            f"more-{slug(task)}",
            learning_tables.behind_scores(conditions),
            _note_on_rates(conditions),
            [plot for plot in plots if plot.id.startswith(FOLDED)],
            present(behind),
        )
    ]
    asked = present(example_tables.examples(condition, findings) for condition in conditions)
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
        notes.SCORES if _have_target(conditions) else notes.SCORES_ALONE,
        given,
        [plot for plot in plots if not plot.id.startswith(FOLDED)],
        present(tables),
        [fold for fold in folds if fold.tables or fold.plots],
        caveats.of_settings(findings, titles),
    )


def _have_target(conditions: Sequence[rnnbench.Condition]) -> bool:
    return any(condition.target is not None for condition in conditions)


def _note_on_rates(conditions: Sequence[rnnbench.Condition]) -> str:
    if not any(condition.recipe.tune for condition in conditions):
        return ""
    return notes.RATES if _have_target(conditions) else notes.RATES_BY_SCORE


def _of_condition(
    table: Table | None, condition: rnnbench.Condition, conditions: Sequence[rnnbench.Condition]
) -> Table | None:
    """Return a table with its condition in its title, where a task has several."""
    if table is None or len(conditions) == 1:
        return table
    return replace(table, title=f"{table.title}, {condition.title}")


def _answer_on_span(finding: rnnbench.HorizonFinding, findings: rnnbench.Findings) -> Answer:
    laws = words.laws(findings, [span.row for span in finding.spans])
    name = slug(finding.title)
    title = f"Memory span, {finding.title}"
    figure = slug(f"solve-rate-against-horizon-{finding.task}")
    ways = [("figure", figure), ("table", f"spans-{name}")]
    return Answer(f"span-{name}", title, answers.spans(finding), laws=laws, ways=ways)


def _answer_on_sizes(finding: rnnbench.StateSizeFinding, findings: rnnbench.Findings) -> Answer:
    laws = words.laws(findings, [curve.row for curve in finding.curves])
    name = slug(finding.title)
    title = f"Numbers in the state, {finding.title}"
    ways = [("figure", slug(f"score-against-state-{finding.task}")), ("table", f"states-{name}")]
    return Answer(f"state-size-{name}", title, finding.answer, laws=laws, ways=ways)


def _scores(condition: rnnbench.Condition, trials: Trials) -> Table | None:
    found = learning_tables.scores(condition, trials)
    if found is None:
        return None
    note = f"{words.recipe(condition)} {found.note}"
    return replace(found, title=condition.title, note=note)


def _answer(condition: rnnbench.Condition, findings: rnnbench.Findings) -> Answer:
    laws = words.laws(findings, [arm.row for arm in condition.arms])
    text, sure = answers.learned(condition)
    identity = f"condition-{slug(condition.title)}"
    title = "" if condition.title == condition.task else condition.title
    ways = [
        ("figure", slug(f"learning-curves-{condition.task}")),
        ("table", f"scores-{slug(condition.title)}"),
        ("row", row_id(condition.title, condition.leader or "")),
    ]
    return Answer(identity, title, text, sure, condition.leader or "", laws=laws, ways=ways)


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
    given = list(answers.across(findings.across))
    return Section("across", "Across tasks", notes.ACROSS, given, plots, tables, folds)
