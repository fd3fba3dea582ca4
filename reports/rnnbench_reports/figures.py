"""The figures of a report, each from findings alone."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import rnnbench
from rnnbench_reports.style import REFERENCE, Look, legend, looks, number, panels

MEBIBYTE = 2**20


class Drawn(NamedTuple):
    """A figure with its file name (without ending), title and caption."""

    name: str
    title: str
    caption: str
    figure: Figure


def draw(findings: rnnbench.Findings) -> Iterator[Drawn]:
    """Every figure for which the findings hold something."""
    by_cell = looks(findings)
    if findings.conditions:
        yield learning_curves(findings, by_cell)
        yield epochs_to_target(findings, by_cell)
    if findings.conditions and any(row.step_seconds for cost in findings.costs for row in cost.rows):
        yield accuracy_against_cost(findings, by_cell)
    if any(row.peak_bytes for cost in findings.costs for row in cost.rows):
        yield memory(findings, by_cell)


def learning_curves(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Validation score by epoch."""
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        for arm in condition.arms:
            look, curve = by_cell[arm.row], arm.curve
            axis.plot(curve.epochs, curve.median, color=look.colour, marker=look.marker, markersize=3, label=arm.row)
            axis.fill_between(curve.epochs, curve.low, curve.high, color=look.colour, alpha=0.18, linewidth=0)
        _score_axis(axis, condition, "validation")
        _keep_medians_in_view(axis, condition)
        axis.set_xlabel("epoch", fontsize=9)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(figure, axes)
    caption = (
        "Validation score after each epoch: median over seeds, band from the smallest to the largest. A seed that "
        "solved the task stops and keeps its last score; one that diverged ends. Where one seed is far off, its band "
        "leaves the panel."
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
            axis.plot([epochs.low, epochs.high], [position, position], color=look.colour, linewidth=4, alpha=0.35)
            axis.plot(
                epochs.centre,
                position,
                marker=look.marker if solved else ">",
                color=look.colour,
                markerfacecolor=look.colour if solved else "white",
                markersize=8,
            )
            share = f"{arm.solved}/{len(arm.seeds)} solved"
            axis.annotate(share, (epochs.centre, position), (0, 8), textcoords="offset points", ha="center", fontsize=8)
        axis.axvline(budget, color=REFERENCE, linestyle="--", linewidth=1, label="budget (censored here)")
        axis.set_xlim(0, budget * 1.15)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylim(-0.6, len(condition.arms) - 0.2)
        axis.set_yticks(range(len(condition.arms)), [arm.row for arm in condition.arms], fontsize=9)
        axis.set_xlabel("epochs to target", fontsize=9)
    legend(figure, axes)
    caption = (
        "Restricted mean of epochs to target up to the budget, with the range over seeds; unsolved seeds count as the "
        "whole budget. A hollow arrow is a cell that no seed of which got there."
    )
    return Drawn("epochs-to-target", "Epochs to target", caption, figure)


def accuracy_against_cost(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Test score against the time of a training step."""
    cost = next(cost for cost in findings.costs if any(row.step_seconds for row in cost.rows))
    milliseconds = {row.row: row.step_seconds for row in cost.rows if row.step_seconds}
    figure, axes = panels(condition.title for condition in findings.conditions)
    for axis, condition in zip(axes, findings.conditions, strict=True):
        metric = condition.metrics[0].name
        for arm in condition.arms:
            time, score = milliseconds.get(arm.row), arm.test.get(metric)
            if time is None or score is None:
                continue
            look = by_cell[arm.row]
            axis.errorbar(
                1e3 * time.centre,
                score.centre,
                xerr=[[1e3 * (time.centre - time.low)], [1e3 * (time.high - time.centre)]],
                yerr=[[score.centre - score.low], [score.high - score.centre]],
                color=look.colour,
                marker=look.marker,
                capsize=2,
                linewidth=1,
                linestyle="none",
                label=arm.row,
            )
        _score_axis(axis, condition, "test")
        axis.set_xlim(left=0)
        axis.margins(y=0.12)
        axis.set_xlabel("ms a training step", fontsize=9)
    legend(figure, axes)
    caption = (
        f"Test score (median and range over seeds) against thread CPU time of a training step of the bare cell at "
        f"{cost.shape} (median and range over replicates). The time is that of this shape for every task."
    )
    return Drawn("accuracy-against-cost", "Accuracy against cost", caption, figure)


def memory(findings: rnnbench.Findings, by_cell: Mapping[str, Look]) -> Drawn:
    """Peak memory of a training step, a bar a cell."""
    costs = [cost for cost in findings.costs if any(row.peak_bytes for row in cost.rows)]
    figure, axes = panels(cost.title for cost in costs)
    for axis, cost in zip(axes, costs, strict=True):
        rows = [row for row in cost.rows if row.peak_bytes]
        for position, row in enumerate(rows):
            peak = row.peak_bytes
            assert peak
            centre, low, high = (value / MEBIBYTE for value in (peak.centre, peak.low, peak.high))
            axis.barh(position, centre, color=by_cell[row.row].colour, alpha=0.75, height=0.6)
            axis.errorbar(
                centre, position, xerr=[[centre - low], [high - centre]], color="black", capsize=3, linewidth=1
            )
            axis.annotate(number(centre), (high, position), (6, 0), textcoords="offset points", va="center", fontsize=8)
        axis.set_yticks(range(len(rows)), [row.row for row in rows], fontsize=9)
        axis.set_xlabel("MiB above the process without the cell", fontsize=9)
        axis.margins(x=0.15)
        axis.grid(visible=False, axis="y")
    caption = (
        "Peak resident growth of a process over one training step of the bare cell: weights, optimiser state, batch "
        "and all that backward keeps. Median and range over replicates, each in a process of its own."
    )
    return Drawn("memory", "Memory", caption, figure)


def _keep_medians_in_view(axis: Axes, condition: rnnbench.Condition) -> None:
    """A score without a lower end, like skill: one seed far off must not flatten all others."""
    metric = condition.metrics[0]
    if metric.direction == "lower" or metric.name == "accuracy":
        return
    shown = [score for arm in condition.arms for score in arm.curve.median] + [condition.target]
    shown += [trivial.centre for trivial in [condition.trivial.get(metric.name)] if trivial]
    span = max(shown) - min(shown)
    if span > 0:
        axis.set_ylim(min(shown) - span / 2, max(shown) + span / 2)


def _score_axis(axis: Axes, condition: rnnbench.Condition, split: str) -> None:
    """Errors on a logarithmic axis, shares on one that ends at 1; target and trivial forecast as lines."""
    metric = condition.metrics[0]
    if metric.direction == "lower":
        axis.set_yscale("log")
    elif metric.name == "accuracy":
        axis.set_ylim(0, 1.02)
    axis.set_ylabel(f"{split} {metric.name}", fontsize=9)
    axis.axhline(condition.target, color=REFERENCE, linestyle="--", linewidth=1, label="target")
    if trivial := condition.trivial.get(metric.name):
        axis.axhline(trivial.centre, color=REFERENCE, linestyle=":", linewidth=1.2, label="trivial forecast")
