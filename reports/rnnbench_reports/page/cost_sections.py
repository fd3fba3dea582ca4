"""The sections of the page on cost, and on cost against the length of sequences."""

from collections.abc import Sequence
from dataclasses import replace

import rnnbench
from rnnbench_reports import cost_words
from rnnbench_reports.looks import featured
from rnnbench_reports.page import caveats, cost_answers, cost_tables, words
from rnnbench_reports.page.links import Trials, measurements
from rnnbench_reports.page.records import Answer, Fold, Plot, Section, Table
from rnnbench_reports.page.scaling_tables import scaling_tables
from rnnbench_reports.page.tables import present, row_id, slug


def cost_section(findings: rnnbench.Findings, plots: Sequence[Plot], trials: Trials) -> Section:
    """Return the section on times, memory and operations at each shape."""
    given = []
    tables: list[Table] = []
    folds = []
    for cost in findings.costs:
        laws = words.laws(findings, [row.row for row in cost.rows])
        text = cost_answers.cost(cost, findings)
        name = slug(cost.title)
        ways = [
            ("figure", "training-time"),
            ("times", f"train-{name}"),
            ("memory", f"memory-{name}"),
            ("row", row_id(cost.title, cost.fastest or "")),
        ]
        given.append(Answer(f"cost-{name}", cost.title, text, laws=laws, ways=ways))
        for kind in cost_tables.KINDS:
            own = present((cost_tables.times(cost, kind), cost_tables.kernels(cost, kind)))
            tables += [_titled(table, cost, findings) for table in own]
            pairs = cost_tables.pairs(cost, kind, featured(findings))
            if pairs:
                title = f"{pairs.title} ({cost_tables.KINDS[kind].lower()}, {cost.title})"
                is_open = len(pairs.rows) <= cost_words.MOST_PAIRS_UNFOLDED
                folds.append(Fold(f"of-{pairs.id}", title, tables=[pairs], is_open=is_open))
        memory = cost_tables.memory(cost, trials)
        if memory:
            tables.append(_titled(memory, cost, findings))
    of_all = cost_answers.on_all_shapes(findings)
    if of_all:
        given.append(Answer("cost-of-all", "", of_all))
    behind = present(measurements(cost, trials) for cost in findings.costs)
    if behind:
        folds.append(Fold("results-of-cost", "Results behind these tables", tables=behind))
    titles = [cost.title for cost in findings.costs]
    note = words.cost(findings.costs)
    own_caveats = caveats.of_settings(findings, titles)
    return Section("cost", "Cost", note, given, plots, tables, folds, own_caveats)


def _titled(table: Table, cost: rnnbench.CostFinding, findings: rnnbench.Findings) -> Table:
    """Return a table with the shape in its title, where there are several."""
    if len(findings.costs) == 1:
        return table
    return replace(table, title=f"{table.title}, {cost.title}")


def scaling_section(findings: rnnbench.Findings, plots: Sequence[Plot]) -> Section:
    """Return the section on how cost grows with the length of sequences."""
    given = []
    tables: list[Table] = []
    for scaling in findings.scalings:
        laws = words.laws(findings, [curve.row for curve in scaling.curves])
        name = slug(scaling.title)
        ways = [("figure", "time-against-length"), ("table", f"scaling-{name}")]
        identity = f"scaling-answer-{name}"
        given.append(Answer(identity, scaling.title, scaling.answer, laws=laws, ways=ways))
        tables += scaling_tables(scaling)
    return Section("scaling", "Cost against length", "", given, plots, tables)
