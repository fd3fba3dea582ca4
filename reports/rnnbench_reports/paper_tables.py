"""The tables of findings for a paper: scores by condition, cost, memory spans, and figures across
tasks. How they are written, as LaTeX or Markdown, is not decided here."""

from collections.abc import Iterator, Sequence
from typing import Any

import rnnbench
from rnnbench_reports.paper_sizes import off_budgets, states
from rnnbench_reports.paper_table import Entry, PaperTable

SOLVED = (
    "Solved: seeds that reached the target, of those that have figures. Epochs to target: a mean up"
    " to the budget, which counts for seeds that did not reach it. "
)
SCORES = "Test score: median over seeds."
UNCONFIRMED = (
    " (k/n): reached on validation data alone, as the test score does not beat the trivial"
    " forecast; such epochs do not count."
)
BOLD = " Bold: better than every other cell in the typical seed."
COSTS = (
    "ms: time of a step, median over n replicates. Ratio: that time over the time of the reference,"
    " which is {}. MiB: peak memory of a training step."
)
SPANS = (
    "Span: the longest horizon that most seeds solve, with all shorter ones; “at least” where that"
    " is the longest tried. From six seeds on it has an interval."
)
ACROSS = (
    "n: trainings, or shapes of cost. P(first is better): probability that a training of the first"
    " cell of the aspect is better than one of this cell on the same condition."
)


def paper_tables(findings: rnnbench.Findings) -> Iterator[PaperTable]:
    """Yield the tables that have rows."""
    tables = (
        _scores(findings),
        states(findings),
        _costs(findings),
        _spans(findings),
        _across(findings),
    )
    for table in tables:
        if table.groups:
            yield table


def _scores(findings: rnnbench.Findings) -> PaperTable:
    groups = []
    strong = set()
    has_target = any(condition.target is not None for condition in findings.conditions)
    notes = [SOLVED if has_target else "", SCORES]
    for place, condition in enumerate(findings.conditions):
        for number, arm in enumerate(condition.arms):
            if arm.row == _winner(condition):
                strong.add((place, number))
        learned = [_learned(arm, condition, has_target=has_target) for arm in condition.arms]
        groups.append(tuple(learned))
    if any(map(_has_unconfirmed, findings.conditions)):
        notes.append(UNCONFIRMED)
    if strong:
        notes.append(BOLD)
    notes.append(off_budgets(findings.conditions))
    reached = ("solved", "epochs to target") if has_target else ()
    return PaperTable(
        name="scores",
        caption=f"Scores by condition, suite {findings.suite} {findings.suite_version}",
        heading=("condition", "cell", *reached, "test score", "parameters"),
        groups=tuple(groups),
        note="".join(notes),
        strong=frozenset(strong),
    )


def _winner(condition: rnnbench.Condition) -> str | None:
    """Return the leader, where it is better than every other cell."""
    return condition.leader if condition.leads else None


def _has_unconfirmed(condition: rnnbench.Condition) -> bool:
    return any(map(condition.is_unconfirmed, condition.arms))


def _title(condition: rnnbench.Condition) -> str:
    """Return the title of a condition with its target, or else with the direction of its metric."""
    metric = condition.metrics[0]
    if condition.target is None:
        return f"{condition.title} ({metric.name}, {metric.direction} is better)"
    sign = "≤" if metric.direction == "lower" else "≥"
    target = rnnbench.text.number(condition.target)
    return f"{condition.title} ({metric.name} {sign} {target})"


def _learned(
    arm: rnnbench.Arm, condition: rnnbench.Condition, *, has_target: bool
) -> tuple[Entry, ...]:
    """Return the row of a cell; with `has_target`, some condition of the table has a target."""
    title = _title(condition)
    score = arm.test.get(condition.metrics[0].name)
    reached = _reached(arm, condition) if has_target else ()
    return title, arm.row, *reached, score, arm.parameters or None


def _reached(arm: rnnbench.Arm, condition: rnnbench.Condition) -> tuple[Entry, Entry]:
    """Return how many seeds reached the target, and in how many epochs."""
    if condition.target is None:
        return None, None
    solved: Entry = f"{arm.solved}/{len(arm.seeds)}" if arm.seeds else None
    epochs: Entry = arm.epochs
    if condition.is_unconfirmed(arm):
        solved = f"({solved})"
        epochs = None
    elif arm.epochs and not arm.solved:
        epochs = f"over {condition.recipe.epochs}"
    return solved, epochs


def _costs(findings: rnnbench.Findings) -> PaperTable:
    groups = []
    for cost in findings.costs:
        rows: list[tuple[Entry, ...]] = []
        for row in cost.rows:
            rows += _cost_rows(cost, row)
        groups.append(tuple(rows))
    return PaperTable(
        name="cost",
        caption=f"Cost, suite {findings.suite} {findings.suite_version}",
        heading=("setting", "cell", "step", "ms", "ratio", "n", "MiB", "kernel", "parameters"),
        groups=tuple(group for group in groups if group),
        note=COSTS.format(_references(findings.costs)),
    )


def _cost_rows(cost: rnnbench.CostFinding, row: rnnbench.CostRow) -> list[tuple[Entry, ...]]:
    """Return a row for each kind of step; one without times where only memory was measured."""
    peak = row.peak_bytes.scaled(1 / rnnbench.text.MEBIBYTE) if row.peak_bytes else None
    last: tuple[Entry, ...] = (row.kernel, row.parameters)
    made: list[tuple[Entry, ...]] = []
    for kind, time in row.step_times.items():
        ratio = time.over if cost.references.get(kind) else time.ratio
        memory = peak if kind == "train" else None
        seconds = time.seconds
        times: tuple[Entry, ...] = (seconds.scaled(1e3), ratio, seconds.n)
        made.append((cost.title, row.row, kind, *times, memory, *last))
    if not made:
        made.append((cost.title, row.row, None, None, None, None, peak, *last))
    return made


def _references(costs: Sequence[rnnbench.CostFinding]) -> str:
    rows: set[str] = set()
    for cost in costs:
        rows.update(reference or "torch's LSTM" for reference in cost.references.values())
    return rnnbench.text.enumerated(sorted(rows)) or "torch's LSTM"


def _spans(findings: rnnbench.Findings) -> PaperTable:
    groups = []
    for finding in findings.spans:
        groups.append(tuple(_span(finding, span) for span in finding.spans))
    return PaperTable(
        name="spans",
        caption=f"Memory spans, suite {findings.suite} {findings.suite_version}",
        heading=("task", "cell", "span", "95 % interval", "longest tried", "seeds"),
        groups=tuple(groups),
        note=SPANS,
    )


def _span(finding: rnnbench.HorizonFinding, span: rnnbench.Span) -> tuple[Entry, ...]:
    below = f"below {finding.horizons[0]}"
    steps = finding.in_steps(span)
    longest: Entry = int(steps) if steps.isdigit() else steps
    ends = None
    if span.interval and span.is_known:
        high: Any = span.interval.high
        top = f"beyond {finding.horizons[-1]}" if high is None else high or below
        ends = f"{span.interval.low or below} to {top}"
    seeds = span.rungs[0].all if span.rungs else None
    return finding.title, span.row, longest, ends, finding.horizons[-1], seeds


def _across(findings: rnnbench.Findings) -> PaperTable:
    groups = []
    for aspect in findings.across:
        rows: list[tuple[Entry, ...]] = []
        chances = {pair.over: pair.probability for pair in aspect.pairs}
        for row in aspect.rows:
            for position, (name, figure) in enumerate(row.figures.items()):
                chance = chances.get(row.row) if position == 0 else None
                rows.append((aspect.name, row.row, name, figure, figure.n, chance))
        groups.append(tuple(rows))
    return PaperTable(
        name="across",
        caption=f"Figures across tasks, suite {findings.suite} {findings.suite_version}",
        heading=("aspect", "cell", "figure", "value", "n", "P(first is better)"),
        groups=tuple(group for group in groups if group),
        note=ACROSS,
    )
