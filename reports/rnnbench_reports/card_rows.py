"""The tables of a model card: size and training, results, memory spans and cost of one cell."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import rnnbench
from rnnbench_reports.paper_table import shows_ends

Cells = tuple[str, ...]
"""The texts of one row."""
SIZES = ("condition", "hidden size", "parameters", "state", "trained", "learning rate")
RESULTS = ("condition", "solved", "solve rate", "epochs to target", "test scores", "lost seeds")
COSTS = ("setting", "step", "ms", "over torch's LSTM", "peak MiB", "kernel", "parameters")


class Learned(NamedTuple):
    """A condition, and the cell under it."""

    condition: rnnbench.Condition
    arm: rnnbench.Arm


def learned(findings: rnnbench.Findings, rows: set[str]) -> list[Learned]:
    """Return the conditions that a cell was trained under."""
    found = []
    for condition in findings.conditions:
        found += [Learned(condition, arm) for arm in condition.arms if arm.row in rows]
    return found


def size_row(one: Learned) -> Cells:
    """Return how large a cell was under a condition, and how it was trained."""
    sizes = {
        "hidden": one.arm.hidden_size,
        "parameters": one.arm.parameters,
        "state": one.arm.state_floats,
    }
    counts = []
    for quantity, size in sizes.items():
        counts.append(f"{size:,}{off_budget(one, quantity)}" if size else "-")
    return (one.condition.title, *counts, trained(one), searched(one))


def off_budget(one: Learned, quantity: str) -> str:
    """Return how far a model is from the budget of this quantity, where that is over 2 %."""
    if one.condition.recipe.match != quantity or not one.arm.misses_budget:
        return ""
    return f" ({rnnbench.text.deviation(one.arm.off_budget or 0)} from the budget)"


def result_row(one: Learned) -> Cells:
    """Return what a cell reached under a condition."""
    return (
        one.condition.title,
        *_solved(one),
        "; ".join(f"{name} {figure(score)}" for name, score in one.arm.test.items()) or "-",
        lost(one) or "none",
    )


def _solved(one: Learned) -> Cells:
    """Return how many seeds reached the target, the solve rate, and the epochs to the target, if
    there is one."""
    arm = one.arm
    if not arm.seeds or one.condition.target is None:
        return "-", "-", "-"
    solved = f"{arm.solved} of {len(arm.seeds)}"
    if one.condition.is_unconfirmed(arm):
        return f"{solved}, on validation data alone", "-", "-"
    epochs = figure(arm.epochs) if arm.solved else f"over {one.condition.recipe.epochs}"
    return solved, figure(arm.solve_rate), epochs


def cost_rows(findings: rnnbench.Findings, rows: set[str]) -> Iterator[Cells]:
    """Yield what each kind of step of a cell costs under each setting."""
    for cost in findings.costs:
        for row in cost.rows:
            if row.row not in rows:
                continue
            size = (row.kernel, f"{row.parameters:,}")
            peak = figure(row.peak_bytes, 1 / rnnbench.text.MEBIBYTE)
            for kind, time in row.step_times.items():
                times = (figure(time.seconds, 1e3), figure(time.ratio))
                yield (cost.title, kind, *times, peak if kind == "train" else "-", *size)
            if not row.step_times:
                yield (cost.title, "-", "-", "-", peak, *size)


def span_sentences(findings: rnnbench.Findings, rows: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the title of each task at several horizons, and a sentence on the span of a cell."""
    for finding in findings.spans:
        below = f"below {finding.horizons[0]}"
        tried = finding.horizons[-1]
        for span in finding.spans:
            if span.row not in rows:
                continue
            if not span.is_known:
                yield finding.title, f"{finding.in_steps(span)}."
                continue
            words = f"{finding.in_steps(span)} steps, of up to {tried} that were tried"
            if span.interval:
                high: Any = span.interval.high
                top = f"beyond {tried}" if high is None else high or below
                words += f" (95 % interval from {span.interval.low or below} to {top})"
            yield finding.title, f"{words}."


def figure(value: rnnbench.Range | None, scale: float = 1.0) -> str:
    """Return a figure with its ends, and what they are: `0.9 [0.8 to 1, range over 3]`."""
    if value is None:
        return "-"
    scaled = value.scaled(scale)
    number = rnnbench.text.number
    if not shows_ends(scaled):
        return f"{number(scaled.centre)} (n = {value.n})"
    ends = f"{number(scaled.low)} to {number(scaled.high)}"
    return f"{number(scaled.centre)} [{ends}, {value.kind}, n = {value.n}]"


def trained(one: Learned) -> str:
    """Return how a cell was trained under a condition."""
    recipe = one.condition.recipe
    parts = [
        f"{recipe.optimiser} at {rnnbench.text.number(one.arm.learning_rate)}",
        f"{recipe.schedule} schedule",
        f"batches of {recipe.batch_size}",
        f"up to {rnnbench.text.counted(recipe.epochs, 'epoch')} of"
        f" {rnnbench.text.counted(one.condition.steps_per_epoch, 'step')}",
    ]
    return ", ".join(parts)


def searched(one: Learned) -> str:
    """Return how the learning rate was chosen."""
    search = one.arm.search
    if search is None:
        return "the rate of the recipe, without a search"
    rates = rnnbench.text.listed(rnnbench.text.number(one.rate) for one in search.rates)
    return f"searched among {rates} ({rnnbench.text.counted(search.trials, 'trial')})"


def lost(one: Learned) -> str:
    """Return what became of seeds without figures, and of those that diverged or were given up."""
    counts = dict(one.arm.lost)
    if one.arm.diverged:
        counts["diverged"] = one.arm.diverged
    if one.arm.given_up:
        counts["given up"] = one.arm.given_up
    return ", ".join(f"{count} {status}" for status, count in counts.items())
