"""A claim's conditions, one above the other: the effect with its interval, and where it must lie."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import rnnbench
from rnnbench_reports.style import DOTS_PER_INCH, REFERENCE, Drawn, plain, plain_ticks

COLOURS = {"holds": "#009E73", "fails": "#D55E00", "open": "#7F7F7F"}
WORDS = {"holds": "the claim holds", "fails": "it fails", "open": "open"}
LINES = {"range": ":", "95 % of what was seen": (0, (3, 1))}
DIFFERENCES = ("score", "solved")
INCHES_A_CONDITION, WIDTH = 0.27, 10.0


def claim_figures(findings: rnnbench.Findings) -> Iterator[Drawn]:
    """One for each claim of which something was measured."""
    for claim in findings.claims:
        readings = [reading for reading in claim.readings if any(judged.effect for judged in reading.judged)]
        if readings:
            yield _forest(claim, readings)


def _forest(claim: rnnbench.ClaimFinding, readings: list[rnnbench.ReadingFinding]) -> Drawn:
    counts = [len(reading.judged) for reading in readings]
    height = INCHES_A_CONDITION * sum(counts) + 0.75 * len(readings) + 0.3
    figure = Figure(figsize=(WIDTH, height), layout="constrained", dpi=DOTS_PER_INCH)
    axes = figure.subplots(len(readings), 1, squeeze=False, gridspec_kw={"height_ratios": counts})[:, 0]
    for axis, reading in zip(axes, readings, strict=True):
        _panel(axis, reading)
    for state, colour in COLOURS.items():
        axes[0].plot([], [], color=colour, marker="o", linestyle="-", label=WORDS[state])
    figure.legend(loc="outside lower right", ncols=3, frameon=False, fontsize=8)
    caption = (
        "Effect under each condition with its 95 % interval; dashed where seeds did not get there or lack the figure: "
        "it is one of what was seen; dotted where there are too few for one, from smallest to largest. Shaded is "
        "where it must lie for the claim to hold. Verdicts are by Holm's method over all conditions."
    )
    return Drawn(f"claim-{claim.name}", claim.sentence.removesuffix("."), caption, figure)


def _panel(axis: Axes, reading: rnnbench.ReadingFinding) -> None:
    title = f"{reading.title}: {reading.summary}" if reading.title else reading.summary
    axis.set_title(plain(title), fontsize=9, loc="left", fontweight="bold")
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.grid(axis="x", color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
    names = []
    for place, judged in enumerate(reading.judged):
        names.append(plain(", ".join(_short(name, value) for name, value in judged.facets.items())))
        if judged.effect:
            colour, effect = COLOURS[judged.state], judged.effect
            line = LINES.get(effect.kind, "-")
            axis.plot([effect.low, effect.high], [place, place], color=colour, linewidth=2, linestyle=line)
            axis.plot(effect.centre, place, color=colour, marker="o", markersize=5)
    axis.set_yticks(range(len(names)), names, fontsize=7.5)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.tick_params(axis="x", labelsize=8)
    axis.tick_params(axis="y", length=0)
    _scale(axis, reading)


def _scale(axis: Axes, reading: rnnbench.ReadingFinding) -> None:
    """Ratios on a logarithmic axis around 1; the region shaded."""
    ratio = len(reading.cells) == 2 and reading.figure not in DIFFERENCES
    neutral, region = 1.0 if ratio else 0.0, reading.region
    if len(reading.cells) == 2:
        axis.axvline(neutral, color=REFERENCE, linewidth=1)
    if ratio:
        axis.set_xscale("log")
        plain_ticks(axis.xaxis)
    low, high = _limits(reading, neutral, ratio=ratio)
    edges = low if region.low is None else region.low, high if region.high is None else region.high
    shaded = [(low, edges[0]), (edges[1], high)] if region.outside else [edges]
    for left, right in shaded:
        axis.axvspan(left, right, color=COLOURS["holds"], alpha=0.12, linewidth=0)
    axis.set_xlim(low, high)


def _limits(reading: rnnbench.ReadingFinding, neutral: float, *, ratio: bool) -> tuple[float, float]:
    """Everything that is drawn, with some room."""
    shown = [bound for bound in (reading.region.low, reading.region.high, neutral) if bound is not None]
    shown += [value for judged in reading.judged if judged.effect for value in (judged.effect.low, judged.effect.high)]
    if ratio:
        low, high = float(np.log(min(shown))), float(np.log(max(shown)))
        room = 0.08 * max(high - low, 0.1)
        return float(np.exp(low - room)), float(np.exp(high + room))
    room = 0.08 * max(max(shown) - min(shown), 0.05)
    return min(shown) - room, max(shown) + room


def _short(name: str, value: str) -> str:
    return value if name in ("task", "shape") else f"{name} {value}"
