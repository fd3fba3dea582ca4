"""The grid of what cells learn: how many seeds solved a task, in how many epochs, with what
score."""

from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.cli.summary.grid import (
    ABSENT,
    AHEAD,
    CONTRADICTS,
    EQUAL,
    LEADS,
    OPEN,
    WORSE,
    Entry,
    Grid,
    Level,
    Row,
)
from rnnbench.findings import Arm, Aspect, Condition, Findings, HorizonFinding, Span

EPOCHS = "epochs to target"
OF_ANSWERS = {
    "better": WORSE,
    "worse": CONTRADICTS,
    "equivalent": EQUAL,
    "undecided": OPEN,
    "too few seeds": "",
}
"""The mark of a cell by the answer of its comparison with the first one."""
SOLVED = "k/n: seeds that reached the target"
UNCONFIRMED = "in brackets: on validation data alone"
SCORES_ALONE = (Level("score", ("",)), Level("", ("",)))
"""The levels of conditions without a target: each figure is a score."""
ACROSS = ("capacity", "trainability", "extrapolation")


def learning_grid(findings: Findings) -> Grid:
    """The conditions of a run, its memory spans, and its aggregates over tasks."""
    rows = (*_across(findings), *map(_condition, findings.conditions), *_spans(findings.spans))
    cells = findings.ranking
    if rows and not any(map(_has_target, findings.conditions)) and not findings.spans:
        return Grid("task", SCORES_ALONE, tuple(map(_with_score_alone, rows)), cells)
    brackets: tuple[str, ...] = ()
    if any(map(_has_unconfirmed, findings.conditions)):
        brackets = (UNCONFIRMED,)
    notes = (SOLVED, *brackets)
    levels = (
        Level("score", ("k/n", "epochs", "score"), notes),
        Level("figure", ("k/n", ""), notes),
        Level("figure", ("",), brackets),
    )
    return Grid("task", levels, rows, cells)


def _condition(condition: Condition) -> Row:
    metric = condition.metrics[0].name
    by = "epochs" if condition.figure == EPOCHS else condition.figure
    marks = _marks(condition)
    entries = {
        arm.row: Entry(marks.get(arm.row, ""), _parts(arm, condition)) for arm in condition.arms
    }
    return Row(condition.title, (metric, by, by), entries, condition.leader or "")


def _with_score_alone(row: Row) -> Row:
    """A row without the columns of epochs and of seeds at the target, at two levels."""
    entries = {
        cell: Entry(entry.mark, (entry.parts[-1], entry.parts[-1]))
        for cell, entry in row.entries.items()
    }
    return row._replace(by=(row.by[0], ""), entries=entries)


def _has_target(condition: Condition) -> bool:
    return condition.target is not None


def _marks(condition: Condition) -> dict[str, str]:
    marks = {each.other: OF_ANSWERS[each.answer] for each in condition.comparisons}
    if condition.leader and condition.is_compared:
        marks[condition.leader] = LEADS if condition.leads else AHEAD
    return marks


def _parts(arm: Arm, condition: Condition) -> tuple[tuple[str, ...], ...]:
    score = arm.test.get(condition.metrics[0].name)
    scored = text.rounded(score.centre) if score else ABSENT
    if condition.target is None:
        return (("", "", scored), ("", scored), (scored,))
    solved = f"{arm.solved}/{len(arm.seeds)}" if arm.seeds else ABSENT
    epochs = _epochs(arm, condition)
    alone = epochs
    if condition.is_unconfirmed(arm):
        solved = f"({solved})"
        alone = f"({epochs})"
    if condition.figure != EPOCHS:
        return ((solved, epochs, scored), (solved, scored), (scored,))
    return ((solved, epochs, scored), (solved, epochs), (alone,))


def _epochs(arm: Arm, condition: Condition) -> str:
    """The mean of epochs to the target up to the budget; `>15` where no seed reached it."""
    if arm.epochs is None:
        return ABSENT
    if not arm.solved:
        return f">{condition.recipe.epochs}"
    return text.rounded(arm.epochs.centre)


def _has_unconfirmed(condition: Condition) -> bool:
    return any(map(condition.is_unconfirmed, condition.arms))


def _spans(findings: Sequence[HorizonFinding]) -> Iterator[Row]:
    for finding in findings:
        entries = {}
        for span in finding.spans:
            steps = _steps(span, finding.horizons)
            entries[span.row] = _one_figure(steps)
        yield Row(f"span, {finding.title}", ("steps", "steps", "steps"), entries)


def _steps(span: Span, horizons: Sequence[int]) -> str:
    if not span.is_known:
        return ABSENT
    if not span.longest:
        return f"<{horizons[0]}"
    return f"≥{span.longest}" if span.longest == horizons[-1] else str(span.longest)


def _across(findings: Findings) -> Iterator[Row]:
    for aspect in findings.across:
        if aspect.name in ACROSS and aspect.rows:
            yield Row(f"{aspect.name}, all tasks", ("IQM", "IQM", "IQM"), _aspect_entries(aspect))


def _aspect_entries(aspect: Aspect) -> dict[str, Entry]:
    entries = {}
    for row in aspect.rows:
        figure = next(iter(row.figures.values()))
        entries[row.row] = _one_figure(f"{figure.centre:.2f}")
    return entries


def _one_figure(figure: str) -> Entry:
    return Entry("", (("", "", figure), ("", figure), (figure,)))
