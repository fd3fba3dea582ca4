"""The sentences on cost."""

from collections.abc import Sequence

from rnnbench.findings.cost_records import BreakEven, CostPair, CostRow, Longest, ScalingCurve, StepKind
from rnnbench.findings.ranges import Range

MEBIBYTE = 2**20
STEPS: dict[StepKind, str] = {
    "train": "A training step takes",
    "inference": "Forward alone takes",
    "streaming": "A step of one stream takes",
}
MOST_NAMED = 6
ENOUGH_DAYS = 5


def costs(rows: Sequence[CostRow], pairs: Sequence[CostPair]) -> str:
    """Times and memory, the cheapest first, and how sure the nearest ratio is."""
    said = [_times(kind, words, rows) for kind, words in STEPS.items()]
    said += [_nearest(pairs), _peaks(rows)]
    found = [sentence for sentence in said if sentence]
    return " ".join([*found, "Medians over replicates."]) if found else "Nothing was measured."


def _times(kind: StepKind, words: str, rows: Sequence[CostRow]) -> str:
    times = sorted((row.paces[kind].seconds.centre, row.row) for row in rows if _takes(kind, row))
    return f"{words} {_listed([f'{row} {_time(seconds)}' for seconds, row in times])}." if times else ""


def _takes(kind: StepKind, row: CostRow) -> bool:
    """Whether it has such a step: what has nothing to learn takes no training step."""
    return kind in row.paces and (kind != "train" or row.parameters > 0)


def _peaks(rows: Sequence[CostRow]) -> str:
    peaks = sorted((row.peak_bytes.centre, row.row) for row in rows if row.peak_bytes)
    return (
        f"Peak memory of a training step: {_listed([f'{row} {size / MEBIBYTE:.3g} MiB' for size, row in peaks])}."
        if peaks
        else ""
    )


def _nearest(pairs: Sequence[CostPair]) -> str:
    """Of the fastest cell and the next one."""
    first = next((pair for pair in pairs if pair.kind == "train"), None)
    if first is None:
        return ""
    said = f"{first.slow} takes {ratio(first.ratio)} times as long as {first.fast} to train"
    if first.same_kind or (first.ratio.n >= ENOUGH_DAYS and first.occasions):
        return f"{said}."
    days = f"{len(first.occasions)} occasions" if first.occasions else "one occasion"
    return f"{said}, by {days}: between kinds of cells it moves by 5 to 15 % from one to another."


def ratio(figure: Range) -> str:
    """`1.25 [1.22 to 1.28]`; a range is called one, and one replicate has none."""
    if figure.n == 1:
        return f"{figure.centre:.3g} (once)"
    of = f" over {figure.n} replicates" if figure.kind == "range" else ""
    return f"{figure.centre:.3g} [{figure.low:.3g} to {figure.high:.3g}{of}]"


def scaling(curves: Sequence[ScalingCurve], even: Sequence[BreakEven], longest: Sequence[Longest]) -> str:
    """How the figures grow, where cells cross, and what did not fit."""
    said = [_grows(figure, curves) for figure in ("train", "inference", "memory")]
    said += [
        f"{point.below} {_is_faster(point)} below T = {point.steps.centre:.3g}, {point.above} above."
        for point in even[:MOST_NAMED]
    ]
    said += [_fits(found) for found in longest]
    return " ".join(sentence for sentence in said if sentence) or "Nothing grows that could be fitted."


def _grows(figure: str, curves: Sequence[ScalingCurve]) -> str:
    fitted = sorted((curve.exponent.centre, curve.row) for curve in curves if curve.figure == figure and curve.exponent)
    what = "Memory" if figure == "memory" else f"Time of {'a training step' if figure == 'train' else 'forward alone'}"
    return f"{what} grows as T to the power of {_listed([f'{e:.2f} ({row})' for e, row in fitted])}." if fitted else ""


def _is_faster(point: BreakEven) -> str:
    return "trains faster" if point.figure == "train" else "is faster forward"


def _fits(found: Longest) -> str:
    if found.fails is None:
        return f"{found.row} fits into {found.limit_mib} MiB at T = {found.fits}, the longest tried."
    if found.fits is None:
        return f"{found.row} does not fit into {found.limit_mib} MiB at T = {found.fails}."
    return f"{found.row} fits into {found.limit_mib} MiB at T = {found.fits}, not at {found.fails}."


def _time(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-4 else f"{1e6 * seconds:.3g} µs"


def _listed(things: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(things) - MOST_NAMED
    return ", ".join(things) if more <= 1 else f"{', '.join(things[:MOST_NAMED])} and {more} more"
