"""Tables of memory spans, and of aspects across tasks."""

import rnnbench
from rnnbench_reports.page import words
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, amount, figure, slug, table, word

SPANS = (
    "A memory span is the longest horizon that most seeds solve, where they also solve all shorter"
    " ones. A span has a 95 % interval from six seeds on. Horizons that a cell was not run at count"
    " as not solved. A span of at least so many steps ends with the horizons tried, and may be"
    " longer. The column “half” has the horizon that half of the seeds solve by the fitted curve,"
    " if it lies among the horizons that were run."
)


def spans(finding: rnnbench.HorizonFinding) -> Table | None:
    """Return the memory span of each cell, and how many seeds solve each horizon."""
    columns = [CELL, Column("span, steps", stays=True), Column("95 % interval"), Column("half")]
    columns += [Column(f"horizon {horizon}", stays=True) for horizon in finding.horizons]
    title = f"Memory span, {finding.title}"
    rows = []
    for span in sorted(finding.spans, key=lambda span: (-span.longest, span.row)):
        half = span.curve.half if span.curve else None
        values = [
            word(span.row),
            Value(finding.in_steps(span), float(span.longest) if span.is_known else None),
            word(words.span_interval(span, finding) if span.is_known else ""),
            amount(half),
        ]
        values += [_solved_at(span, horizon) for horizon in finding.horizons]
        rows.append(Row(values, span.row))
    return table(f"spans-{slug(finding.title)}", title, columns, rows, SPANS)


def _solved_at(span: rnnbench.Span, horizon: int) -> Value:
    """Return how many seeds of a cell solve a horizon."""
    rung = next((rung for rung in span.rungs if rung.horizon == horizon), None)
    if rung is None:
        return Value("-")
    if rung.tried and not rung.seeds:
        return Value("no figures")
    return Value(words.solved_at(span, horizon), float(rung.solved))


def aspect(found: rnnbench.Aspect) -> Table | None:
    """Return the figures of each cell in one aspect over all conditions."""
    if not found.rows:
        return None
    columns = [CELL]
    for name in found.rows[0].figures:
        higher = (found.better == "higher") != (name == "optimality gap")
        columns.append(Column(f"{name} {'↑' if higher else '↓'}", stays=True))
    if found.pairs:
        columns.append(Column(f"{found.rows[0].row} is better with probability"))
    over = {pair.over: pair.probability for pair in found.pairs}
    rows = []
    for row in found.rows:
        values = [word(row.row), *map(figure, row.figures.values())]
        if found.pairs:
            values.append(figure(over.get(row.row)))
        rows.append(Row(values, row.row))
    return table(f"across-{found.name}-table", "", columns, rows, _aspect_note(found))


def missing(found: rnnbench.Aspect) -> Table:
    """Return what the set of an aspect lacks to be complete."""
    columns = [Column("missing", "words", stays=True)]
    rows = [Row([word(lack)]) for lack in found.missing]
    return Table(f"across-{found.name}-lacks", "", columns, rows)


def _aspect_note(found: rnnbench.Aspect) -> str:
    if found.seeds:
        counted = rnnbench.text.counted
        conditions = counted(len(found.conditions), "condition")
        extent = f"{conditions} x {counted(len(found.seeds), 'seed')}"
    elif len(found.conditions) > 1:
        extent = f"{len(found.conditions)} shapes, geometric means with the range over them"
    else:
        extent = "1 shape"
    sentences = [
        f"{words.capitalise(found.measures)}. {extent}. {found.better.capitalize()} is better."
    ]
    for reason in dict.fromkeys(found.left_out.values()):
        left = [what for what, why in found.left_out.items() if why == reason]
        sentences.append(rnnbench.text.sentence(f"Without {'; '.join(left)}: {reason}"))
    return " ".join(sentences)
