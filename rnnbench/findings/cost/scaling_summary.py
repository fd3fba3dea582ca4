"""Sentences on how cost grows with the length of sequences T."""

from collections.abc import Sequence

from rnnbench import text
from rnnbench.findings.cost.phrases import MOST_NAMED
from rnnbench.findings.cost.scaling_records import (
    BreakEven,
    LengthFigure,
    Longest,
    ScalingCurve,
)

GROWING: dict[LengthFigure, str] = {
    "train": "Time of a training step",
    "inference": "Time of forward alone",
    "memory": "Memory",
}


def scaling(
    curves: Sequence[ScalingCurve], break_evens: Sequence[BreakEven], longest: Sequence[Longest]
) -> str:
    """Return how figures grow with T, where cells cross, and which lengths fit into memory."""
    sentences = [_growth(figure, curves) for figure in GROWING]
    sentences += [_crossing(point) for point in break_evens[:MOST_NAMED]]
    sentences += [_fitting(found) for found in longest[:MOST_NAMED]]
    more = len(longest) - MOST_NAMED
    if more > 0:
        sentences.append(f"The report lists what fits of {text.counted(more, 'more cell')}.")
    known = [sentence for sentence in sentences if sentence]
    return " ".join(known) or "Nothing grows that could be fitted."


def _growth(figure: LengthFigure, curves: Sequence[ScalingCurve]) -> str:
    fitted = sorted(
        (curve.exponent.centre, curve.row)
        for curve in curves
        if curve.figure == figure and curve.exponent
    )
    if not fitted:
        return ""
    exponents = [f"{exponent:.2f} ({row})" for exponent, row in fitted]
    listed = text.listed(exponents, MOST_NAMED)
    return f"{GROWING[figure]} grows as T to the power of {listed}."


def _crossing(point: BreakEven) -> str:
    is_faster = "trains faster" if point.figure == "train" else "is faster forward"
    crossing = f"T = {text.rounded(point.steps.centre)}"
    slower = "more slowly" if point.figure == "train" else "slower"
    return f"{point.below} {is_faster} than {point.above} below {crossing}, and {slower} above."


def _fitting(longest: Longest) -> str:
    limit = f"{longest.limit_mib} MiB"
    if longest.fails is None:
        return f"{longest.row} fits into {limit} at T = {longest.fits}, the longest tried."
    if longest.fits is None:
        return f"{longest.row} does not fit into {limit} at T = {longest.fails}."
    return f"{longest.row} fits into {limit} at T = {longest.fits}, but not at {longest.fails}."
