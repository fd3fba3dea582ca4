"""All figures of a report, and those of learning: curves, epochs to target, learning rates."""

from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

import rnnbench
from rnnbench_reports.across_figures import across_figures
from rnnbench_reports.axes import keep_medians_in_view, score_axis
from rnnbench_reports.claim_forest import forest
from rnnbench_reports.cost_figures import cost_figures
from rnnbench_reports.diagnostic_figures import diagnostics
from rnnbench_reports.scaling_figures import scaling_figures
from rnnbench_reports.span_figures import solve_rates
from rnnbench_reports.style import REFERENCE, Drawn, Look, legend, looks, panels, plain
from rnnbench_reports.survival_figures import survival_curves


def draw(findings: rnnbench.Findings) -> Iterator[Drawn]:
    """Yield every figure for which the findings have data."""
    by_cell = looks(findings)
    claims = forest(findings)
    if claims:
        yield claims
    if findings.conditions:
        yield learning_curves(findings, by_cell)
        yield epochs_to_target(findings, by_cell)
        yield survival_curves(findings, by_cell)
    if findings.spans:
        yield solve_rates(findings, by_cell)
    yield from across_figures(findings, by_cell)
    if any(map(_is_searched, findings.conditions)):
        yield learning_rates(findings, by_cell)
    yield from diagnostics(findings, by_cell)
    yield from cost_figures(findings, by_cell)
    yield from scaling_figures(findings, by_cell)


def learning_curves(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw the validation score by epoch."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        for arm in condition.arms:
            look = by_cell[arm.row]
            curve = arm.curve
            axis.plot(
                curve.epochs,
                curve.median,
                color=look.colour,
                marker=look.marker,
                markersize=3,
                label=plain(arm.row),
            )
            axis.fill_between(
                curve.epochs, curve.low, curve.high, color=look.colour, alpha=0.18, linewidth=0
            )
        score_axis(axis, condition, "validation")
        keep_medians_in_view(axis, condition)
        axis.set_xlabel("epoch", fontsize=9)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(figure, axes)
    caption = (
        "Validation score after each epoch: median over seeds, with a band from the smallest to the"
        " largest. A seed that solved the task stops and keeps its last score; one that diverged"
        " ends. The band of one outlying seed may leave the panel."
    )
    return Drawn("learning-curves", "Learning curves", caption, figure)


def epochs_to_target(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw the epochs to target of each cell as a mark, with its solve rate."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        budget = condition.recipe.epochs
        for position, arm in enumerate(condition.arms):
            _draw_epochs(axis, arm, position, by_cell[arm.row])
        axis.axvline(
            budget, color=REFERENCE, linestyle="--", linewidth=1, label="budget (censored here)"
        )
        axis.set_xlim(0, budget * 1.15)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylim(-0.6, len(condition.arms) - 0.2)
        names = [plain(arm.row) for arm in condition.arms]
        axis.set_yticks(range(len(names)), names, fontsize=9)
        axis.set_xlabel("epochs to target", fontsize=9)
    legend(figure, axes)
    caption = (
        "Mean of epochs to target up to the budget, with a 95 % interval. Unsolved seeds count as"
        " the whole budget, and the interval allows for seeds that might have been unsolved. A"
        " hollow arrow is a cell of which no seed reached the target."
    )
    return Drawn("epochs-to-target", "Epochs to target", caption, figure)


def _draw_epochs(axis: Axes, arm: rnnbench.Arm, position: int, look: Look) -> None:
    epochs = arm.epochs
    if epochs is None:
        return
    is_solved = arm.solved > 0
    axis.plot(
        [epochs.low, epochs.high],
        [position, position],
        color=look.colour,
        linewidth=4,
        alpha=0.35,
    )
    axis.plot(
        epochs.centre,
        position,
        marker=look.marker if is_solved else ">",
        color=look.colour,
        markerfacecolor=look.colour if is_solved else "white",
        markersize=8,
    )
    axis.annotate(
        f"{arm.solved}/{len(arm.seeds)} solved",
        (epochs.centre, position),
        (0, 8),
        textcoords="offset points",
        ha="center",
        fontsize=8,
    )


def _is_searched(condition: rnnbench.Condition) -> bool:
    return any(arm.search for arm in condition.arms)


def learning_rates(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Draw the validation score by learning rate, as the search measured it."""
    searched = [condition for condition in findings.conditions if _is_searched(condition)]
    figure, axes = panels(condition.title for condition in searched)
    for axis, condition in zip(axes, searched, strict=True):
        tried: set[float] = set()
        for arm in condition.arms:
            _draw_rates(axis, arm, by_cell[arm.row])
            if arm.search:
                tried.update(rate.rate for rate in arm.search.rates)
        axis.set_xscale("log")
        axis.set_xticks(sorted(tried), [f"{rate:g}" for rate in sorted(tried)])
        axis.minorticks_off()
        score_axis(axis, condition, "validation")
        axis.set_xlabel("learning rate", fontsize=9)
    legend(figure, axes)
    caption = (
        "Score on validation data at the chosen epoch against the learning rate: median and range"
        " over the seeds on which it was tried. The large hollow mark is the chosen rate; where the"
        " target was reached, epochs to target decided first."
    )
    return Drawn("learning-rates", "Learning rates", caption, figure)


def _draw_rates(axis: Axes, arm: rnnbench.Arm, look: Look) -> None:
    scores: dict[float, rnnbench.Range] = {}
    if arm.search:
        scores = {rate.rate: rate.score for rate in arm.search.rates if rate.score}
    rates = list(scores)
    axis.plot(
        rates,
        [score.centre for score in scores.values()],
        color=look.colour,
        marker=look.marker,
        markersize=3,
        label=plain(arm.row),
    )
    axis.fill_between(
        rates,
        [score.low for score in scores.values()],
        [score.high for score in scores.values()],
        color=look.colour,
        alpha=0.18,
        linewidth=0,
    )
    if arm.learning_rate in scores:
        axis.plot(
            arm.learning_rate,
            scores[arm.learning_rate].centre,
            look.marker,
            color=look.colour,
            markersize=9,
            fillstyle="none",
        )
