"""Words of the HTML report: recipes, answers, searches, ratios and memory spans."""

from collections.abc import Sequence
from typing import Any

import rnnbench
from rnnbench_reports import device_words
from rnnbench_reports.style import number, spread

LEAST_SHOWN_DEVIATION = 0.02
MOST_CELLS_TOLD = 6
"""An answer on more cells than this names only those that matter."""
SCORES = (
    "Scores are medians over seeds with [smallest to largest]. Epochs to target are means up to"
    " the budget, where unsolved seeds count as the whole budget; their 95 % interval allows for"
    " seeds that might have been unsolved. Solve rates have a 95 % Clopper-Pearson interval. A"
    " verdict between two cells is about the typical seed: the median, over seeds and pairs of"
    " seeds, of the ratio of their epochs or of the difference of their scores."
)
RATES = (
    "Each figure of this report is that of the cell with the rate that this search finds: by"
    " validation data, on the same grid for each cell. The best rate lost the fewest trials; among"
    " equals it needs the fewest epochs to target, the budget counting for “not reached”; among"
    " equals again it has the best mean score. Seconds are those of processes that ran side by"
    " side, and only indicative."
)
ACROSS = (
    "Aspects are listed one by one and never added up. A score is that of one run, which is a cell"
    " on a condition at a seed: 0 needs no learning, 1 is the target, and no score lies beyond. The"
    " interquartile mean is the mean of the middle half of all runs; the optimality gap is 1 minus"
    " the mean of all runs. Their 95 % intervals hold from three seeds on, over these tasks and no"
    " others. The probability of improvement is the probability that a run of one cell is better"
    " than a run of another on the same condition, where ties count as half; its intervals hold for"
    " all pairs of cells at once. Only complete sets are aggregated."
)
COST = (
    "Steps of the bare cell, in processes that had the machine to themselves. {clock} The cells of"
    " a run take steps in turns, together with torch's LSTM as the reference cell, so that a ratio"
    " is known better than the milliseconds. Ratios are to one reference that was named before"
    " anything was measured: a row of the suite's choice, or the reference cell. Milliseconds are"
    " medians over replicates with [smallest to largest]. From 8 replicates on, a ratio has a 95 %"
    " interval (Student's), and all intervals of one table hold at once, as 5 % are divided by"
    " their number. Over several sessions it reaches from the lowest end of their intervals to the"
    " highest. The first step, which may compile, is listed separately. No step is dropped. “Slow”"
    " counts the steps whose {slow} is over 1.5 times the median of their replicate, which moves"
    " no median."
)


def off_budget(arm: rnnbench.Arm, quantity: str, condition: rnnbench.Condition) -> str:
    """Return how far the matched quantity is from its budget, where that is more than 2 %."""
    if condition.recipe.match != quantity or arm.off_budget is None:
        return ""
    if abs(arm.off_budget) <= LEAST_SHOWN_DEVIATION:
        return ""
    return f" (budget {100 * arm.off_budget:+.1f} %)"


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
            f"Every rate was trained on {seeds}, which are evaluated nowhere; the best rate was"
            " trained on all seeds."
            " Comparisons do not account for the luck of that choice."
        )
    return (
        f"Every rate was trained on the first {recipe.race_from} seeds. There, and again whenever"
        " half as many seeds were added, rates that a paired test at 5 % found worse than the best"
        " were given up; the others were trained on all seeds. A cell is called better in the"
        " typical seed where its best rate beats every rate that is left of the other cell. The"
        " choice of its own rate is part of the test, so that the stated error includes the luck of"
        " the search."
    )


def epochs_ratio(condition: rnnbench.Condition, row: str, share: float) -> str:
    """Return the ratio of a cell's epochs to those of the quickest cell at one threshold."""
    for pair in condition.ratios:
        if pair.row != row:
            continue
        for threshold in pair.ratios:
            if threshold.share == share:
                return spread(threshold.ratio)
    return "-"


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
    metric = condition.metrics[0]
    bound = "at most" if metric.direction == "lower" else "at least"
    rate = "the rate that each cell's own search found"
    if condition.learning_rate is not None:
        rate = number(condition.learning_rate)
    parts = [f"{used.optimiser} at {rate}"]
    if used.schedule != "constant":
        parts.append(f"{used.schedule} schedule")
    if used.clip_norm:
        parts.append(f"gradient norm cut at {number(used.clip_norm)}")
    return (
        f"Target: {metric.name} {bound} {number(condition.target)}. {budget(used)} {used.epochs}"
        f" epochs of {condition.steps_per_epoch} steps of {used.batch_size} sequences,"
        f" {', '.join(parts)}."
    )


def answer(condition: rnnbench.Condition) -> tuple[str, str]:
    """Return which cell is ahead under a condition, and how sure that is.

    Where there are many cells, those are named that are not told apart from the first one, and the
    others are counted.
    """
    if len(condition.arms) <= MOST_CELLS_TOLD or not condition.comparisons:
        return condition.answer, condition.sure
    first = f"{condition.answer.partition(';')[0].rstrip('.')}."
    open_ = [c.other for c in condition.comparisons if c.answer in ("undecided", "too few seeds")]
    equal = [c.other for c in condition.comparisons if c.answer == "equivalent"]
    others = len(condition.arms) - 1 - len(open_) - len(equal)
    parts = []
    if equal:
        parts.append(f"Equivalent: {rnnbench.text.listed(equal, MOST_CELLS_TOLD)}.")
    if open_:
        parts.append(f"Not told apart from it: {rnnbench.text.listed(open_, MOST_CELLS_TOLD)}.")
    if others:
        parts.append(f"{rnnbench.text.counted(others, 'other')}: see the table.")
    return first, " ".join(parts)


def cost(costs: Sequence[rnnbench.CostFinding]) -> str:
    """Return sentences on how costs were measured."""
    sentences = [COST.format(clock=device_words.clock(costs), slow=device_words.slow(costs))]
    for meter in dict.fromkeys(finding.energy_meter for finding in costs):
        if meter.startswith("none: "):
            sentences.append(f"No figure of energy: {meter.removeprefix('none: ')}.")
        elif meter:
            sentences.append(
                f"Joules are counted by {meter}; they include idle power and other work."
            )
    return " ".join(sentences)
