"""The figures of a report, each from findings alone."""

from collections.abc import Iterator, Mapping

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
    """Every figure for which the findings hold something."""
    by_cell = looks(findings)
    if drawn := forest(findings):
        yield drawn
    if findings.conditions:
        yield learning_curves(findings, by_cell)
        yield epochs_to_target(findings, by_cell)
        yield survival_curves(findings, by_cell)
    if findings.spans:
        yield solve_rates(findings, by_cell)
    yield from across_figures(findings, by_cell)
    if any(arm.search for condition in findings.conditions for arm in condition.arms):
        yield learning_rates(findings, by_cell)
    yield from diagnostics(findings, by_cell)
    yield from cost_figures(findings, by_cell)
    yield from scaling_figures(findings, by_cell)


def learning_curves(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Validation score by epoch."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        for arm in condition.arms:
            look, curve = by_cell[arm.row], arm.curve
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
        "Validation score after each epoch: median over seeds, band from the smallest to the"
        " largest. A seed that solved the task stops and keeps its last score; one that diverged"
        " ends. Where one seed is far off, its band leaves the panel."
    )
    return Drawn("learning-curves", "Learning curves", caption, figure)


def epochs_to_target(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Epochs to target, a dot a cell, with its solve rate."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        budget = condition.recipe.epochs
        for position, arm in enumerate(condition.arms):
            if arm.epochs is None:
                continue
            look, epochs = by_cell[arm.row], arm.epochs
            solved = arm.solved > 0
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
                marker=look.marker if solved else ">",
                color=look.colour,
                markerfacecolor=look.colour if solved else "white",
                markersize=8,
            )
            share = f"{arm.solved}/{len(arm.seeds)} solved"
            axis.annotate(
                share,
                (epochs.centre, position),
                (0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        axis.axvline(
            budget, color=REFERENCE, linestyle="--", linewidth=1, label="budget (censored here)"
        )
        axis.set_xlim(0, budget * 1.15)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylim(-0.6, len(condition.arms) - 0.2)
        axis.set_yticks(
            range(len(condition.arms)), [plain(arm.row) for arm in condition.arms], fontsize=9
        )
        axis.set_xlabel("epochs to target", fontsize=9)
    legend(figure, axes)
    caption = (
        "Mean of epochs to target up to the budget, with a 95 % interval; unsolved seeds count as"
        " the whole budget, and the interval allows for seeds that might have been unsolved. A"
        " hollow arrow is a cell no seed of which got there."
    )
    return Drawn("epochs-to-target", "Epochs to target", caption, figure)


def learning_rates(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Validation score by learning rate, as the search saw it."""
    searched = [c for c in findings.conditions if any(arm.search for arm in c.arms)]
    figure, axes = panels(condition.title for condition in searched)
    for axis, condition in zip(axes, searched, strict=True):
        for arm in condition.arms:
            scores = (
                {rate.rate: rate.score for rate in arm.search.rates if rate.score}
                if arm.search
                else {}
            )
            look, rates = by_cell[arm.row], list(scores)
            centres = [score.centre for score in scores.values()]
            axis.plot(
                rates,
                centres,
                color=look.colour,
                marker=look.marker,
                markersize=3,
                label=plain(arm.row),
            )
            low, high = (
                [score.low for score in scores.values()],
                [score.high for score in scores.values()],
            )
            axis.fill_between(rates, low, high, color=look.colour, alpha=0.18, linewidth=0)
            if arm.learning_rate in scores:
                chosen = scores[arm.learning_rate].centre
                axis.plot(
                    arm.learning_rate,
                    chosen,
                    look.marker,
                    color=look.colour,
                    markersize=9,
                    fillstyle="none",
                )
        tried = sorted(
            {rate.rate for arm in condition.arms if arm.search for rate in arm.search.rates}
        )
        axis.set_xscale("log")
        axis.set_xticks(tried, [f"{rate:g}" for rate in tried])
        axis.minorticks_off()
        score_axis(axis, condition, "validation")
        axis.set_xlabel("learning rate", fontsize=9)
    legend(figure, axes)
    caption = (
        "Score on validation data at the chosen epoch against the learning rate: median and range"
        " over the seeds on which it was tried. The large hollow mark is the rate that was chosen;"
        " where the target was reached, epochs to it decided first."
    )
    return Drawn("learning-rates", "Learning rates", caption, figure)
