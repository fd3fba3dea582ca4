"""Words of the HTML report: recipes, searches, ratios and memory spans."""

from collections.abc import Sequence
from typing import Any

import rnnbench
from rnnbench_reports import device_words
from rnnbench_reports.page import notes
from rnnbench_reports.style import number, spread

BUDGETS = {
    "parameters": "the parameters that each model was to have",
    "state": "the numbers that each model was to have in its state",
    "hidden": "the hidden size that each model has",
}
"""What the budget of a model is, by what is matched."""
STATE = "numbers carried from step to step, for one sequence"
OPTIMUM = (
    "The rates without a gap that need at most 1.5 times the epochs to target of the best rate."
    " Where the best rate does not reach the target, validation scores may be worse by at most 10 %"
    ' of the way from the trivial forecast to its own. "At least": the grid ends there.'
)


def off_budget(arm: rnnbench.Arm, quantity: str, condition: rnnbench.Condition) -> str:
    """Return how far the matched quantity is from its budget, where that is over 2 %."""
    if condition.recipe.match != quantity or not arm.misses_budget:
        return ""
    return f" ({rnnbench.text.deviation(arm.off_budget or 0)})"


def budget(recipe: Any) -> str:
    """Return a sentence on the quantity that is equal between cells."""
    return {
        "parameters": f"Equal parameters: {recipe.parameters:,}.",
        "state": f"Equal states: {recipe.state_floats:,} numbers.",
        "hidden": f"Equal hidden size: {recipe.hidden_size}.",
    }[recipe.match]


def search(recipe: Any) -> str:
    """Return sentences on how the learning rates of a recipe were searched."""
    if recipe.search == "tuning-seeds":
        seeds = f"{rnnbench.text.counted(recipe.tuning_seeds, 'seed')} of its own"
        return (
            f"Every rate was trained on {seeds}, evaluated nowhere. The best rate was trained on"
            " all seeds. Comparisons do not account for the luck of that choice."
        )
    return (
        f"Every rate was trained on the first {recipe.race_from} seeds, where rates that a paired"
        " test at 5 % found worse than the best were given up. The test was repeated whenever half"
        " as many seeds were added. The other rates were trained on all seeds. A cell is called"
        " better in the typical seed where its best rate beats every rate that is left of the other"
        " cell. The choice of its own rate is part of the test, so that the stated error includes"
        " the luck of the search."
    )


def epochs_ratio(
    condition: rnnbench.Condition, arm: rnnbench.Arm, share: float
) -> tuple[str, float | None]:
    """Return the ratio of a cell's epochs to those of the quickest cell at one threshold, and the
    number by which it is sorted.

    It is "over" so much where no seed gets there: its epochs are those of the budget then.
    """
    for pair in condition.ratios:
        for threshold in pair.ratios:
            if pair.row != arm.row or threshold.share != share:
                continue
            centre = threshold.ratio.centre
            if any(found.share == share and not found.solved for found in arm.reached):
                return f"over {number(centre)}", centre
            return spread(threshold.ratio), centre
    return "-", None


def solved_at(span: rnnbench.Span, horizon: int) -> str:
    """Return how many seeds of a cell solve a horizon."""
    rung = next((rung for rung in span.rungs if rung.horizon == horizon), None)
    if rung is None:
        return "-"
    return f"{rung.solved} of {rung.all}" if rung.tried else "not run"


def span_interval(span: rnnbench.Span, finding: rnnbench.HorizonFinding) -> str:
    """Return the interval of a memory span."""
    if span.interval is None:
        return "-"
    below = f"below {finding.horizons[0]}"
    low = span.interval.low or below
    if span.interval.high is None:
        return f"{low} to beyond {finding.horizons[-1]}"
    return f"{low} to {span.interval.high or below}"


def capitalise(sentence: str) -> str:
    """Return a sentence with its first letter in upper case, and all names as they were."""
    return sentence[:1].upper() + sentence[1:]


def mebibytes(figure: rnnbench.Range | None) -> str:
    """Return a number of bytes in MiB."""
    return spread(figure, 1 / rnnbench.text.MEBIBYTE)


def recipe(condition: rnnbench.Condition) -> str:
    """Return sentences on the target of a condition and on how its cells are trained."""
    used = condition.recipe
    rate = "the rate that each cell's own search found"
    if condition.learning_rate is not None:
        rate = number(condition.learning_rate)
    parts = [f"{used.optimiser} at {rate}"]
    if used.schedule != "constant":
        parts.append(f"{used.schedule} schedule")
    if used.start == "carried":
        parts.append("each batch from the states that the batch before left")
    if used.clip_norm:
        parts.append(f"gradient norm cut at {number(used.clip_norm)}")
    return (
        f"{_target(condition)} {budget(used)} Training: {used.epochs} epochs of"
        f" {condition.steps_per_epoch} steps of {used.batch_size} sequences. Optimiser:"
        f" {', '.join(parts)}."
    )


def _target(condition: rnnbench.Condition) -> str:
    """Return a sentence on the target; without one, on how long trainings last and what decides."""
    metric = condition.metrics[0]
    if condition.target is not None:
        bound = "at most" if metric.direction == "lower" else "at least"
        return f"Target: {metric.name} {bound} {number(condition.target)}."
    until = "lasts for the whole budget"
    patience = condition.recipe.futility_epochs
    if patience:
        epochs = rnnbench.text.counted(patience, "epoch")
        until += f", or until validation {metric.name} has not improved for {epochs}"
    return (
        f"No target: each training {until}, and cells are ranked by test {metric.name} at the epoch"
        " that is best on validation data."
    )


def cost(costs: Sequence[rnnbench.CostFinding]) -> str:
    """Return sentences on how costs were measured."""
    sentences = [notes.COST.format(clock=device_words.clock(costs), slow=device_words.slow(costs))]
    for meter in dict.fromkeys(finding.energy_meter for finding in costs):
        if meter.startswith("none: "):
            sentences.append(f"No figure of energy: {meter.removeprefix('none: ')}.")
        elif meter:
            sentences.append(
                f"Joules are counted by {meter}; they include idle power and other work."
            )
    return " ".join(sentences)


def laws(findings: rnnbench.Findings, rows: Sequence[str]) -> list[str]:
    """Return the sentences on laws that these cells fail."""
    shown = set(rows)
    return [law.sentence for law in findings.law_caveats if shown & set(law.rows)]
