"""The sentences on cost."""

from collections.abc import Iterator, Mapping, Sequence
from math import log

from rnnbench import text
from rnnbench.findings.cost.records import CostPair, CostRow, KernelPair, StepKind
from rnnbench.findings.cost.scaling_records import BreakEven, Longest, ScalingCurve
from rnnbench.findings.cost.step_times import has_interval
from rnnbench.findings.stats.ranges import Range

STEPS: dict[StepKind, str] = {
    "train": "A training step takes",
    "inference": "Forward alone takes",
    "streaming": "A step of one stream takes",
}
KERNELS = {
    "oneDNN": "oneDNN's fused kernel",
    "cuDNN": "cuDNN's fused kernel",
    "torch, fused cell": "torch's fused cell",
    "loop in ATen": "torch's own loop",
    "torch.compile": "compiled code",
    "eager operations": "single operations of torch",
}
"""Kernels as results call them, in the words of a sentence; another one is called what it is."""
WHERE: dict[StepKind, str] = {
    "train": "In training",
    "inference": "Forward alone",
    "streaming": "In a stream",
}
MOST_NAMED = 6
MOST_EXPLAINED = 3
ENOUGH_DAYS = 5


def costs(
    rows: Sequence[CostRow],
    references: Mapping[StepKind, str],
    pairs: Sequence[CostPair],
    on_kernels: Sequence[KernelPair],
) -> str:
    """Times and memory, the cheapest first; how times compare with those of the reference; and
    where the kernel makes a ratio."""
    said = [_times(kind, words, rows) for kind, words in STEPS.items()]
    kind = next(iter(references), None)
    if kind:
        said += _over_reference(kind, references[kind], rows, pairs)
        said += kernels([pair for pair in on_kernels if pair.kind == kind])
    said.append(_peaks(rows))
    found = [sentence for sentence in said if sentence]
    return " ".join([*found, "Medians over replicates."]) if found else "Nothing was measured."


def _over_reference(
    kind: StepKind, reference: str, rows: Sequence[CostRow], pairs: Sequence[CostPair]
) -> Iterator[str]:
    """The ratios to the reference, and whether they would hold on another day."""
    timed = sorted(
        (row for row in rows if _takes(kind, row)),
        key=lambda row: row.step_times[kind].seconds.centre,
    )
    found = {
        row.row: row.step_times[kind].over if reference else row.step_times[kind].ratio
        for row in timed
    }
    ratios = {row: over for row, over in found.items() if over}
    if not ratios:
        return
    over = reference or "torch's LSTM, the reference cell"
    takes = [f"{row} {ratio(found)}" for row, found in ratios.items()]
    leading = next(iter(ratios))
    takes[0] = f"{leading} takes {ratio(ratios[leading])}"
    days = {row.row: row.step_times[kind].sessions for row in timed}
    at_once = ""
    if len(ratios) > 1 and all(has_interval(found, days[row]) for row, found in ratios.items()):
        at_once = "; these intervals hold for all rows at once"
    yield f"{WHERE[kind]}, of the time of {over}, {_listed(takes)}{at_once}."
    alike = {
        frozenset((pair.slow, pair.fast)) for pair in pairs if pair.same_kind and pair.kind == kind
    }
    others = [found for row, found in ratios.items() if frozenset((row, reference)) not in alike]
    if others and min(_sessions(found) for found in others) < ENOUGH_DAYS:
        fewest = min(_sessions(found) for found in others)
        sessions = f"{fewest} sessions" if fewest > 1 else "one session"
        yield (
            f"These ratios are of {sessions}; between different cells or kernels a ratio moves by 5"
            " to 15 % from one session to another."
        )


def _sessions(found: Range) -> int:
    return found.n if found.kind == "over sessions" else 1


def kernels(pairs: Sequence[KernelPair]) -> Iterator[str]:
    """A sentence for each ratio that the kernels make, the largest first."""
    made = [pair for pair in pairs if pair.explained]
    made.sort(key=lambda pair: abs(log(pair.apart.centre / pair.alike.centre)), reverse=True)
    yield from (_made_by_kernels(pair) for pair in made[:MOST_EXPLAINED])
    more = len(made) - MOST_EXPLAINED
    if more > 0:
        yield (
            f"{more} more ratio{'s are' if more > 1 else ' is'} made by the kernels; the report"
            " lists them."
        )


def _made_by_kernels(pair: KernelPair) -> str:
    ours, theirs = (KERNELS.get(kernel, kernel) for kernel in pair.kernels)
    return (
        f"{WHERE[pair.kind]}, {pair.row} takes {ratio(pair.apart)} of the time of {pair.over}:"
        f" {pair.row} runs on {ours}, {pair.over} on {theirs}; {_alike(pair)}, it takes"
        f" {ratio(pair.alike)}."
    )


def _alike(pair: KernelPair) -> str:
    """How both run on one kernel."""
    kernel = KERNELS.get(pair.alike_kernel, pair.alike_kernel)
    if pair.by_step:
        return "both step by step"
    if pair.alike_kernel in pair.kernels:
        moved = pair.over if pair.alike_kernel == pair.kernels[0] else pair.row
        return f"with {moved} on {kernel} too"
    return f"both on {kernel}"


def _times(kind: StepKind, words: str, rows: Sequence[CostRow]) -> str:
    times = sorted(
        (row.step_times[kind].seconds.centre, row.row) for row in rows if _takes(kind, row)
    )
    return (
        f"{words} {_listed([f'{row} {text.step_time(seconds)}' for seconds, row in times])}."
        if times
        else ""
    )


def _takes(kind: StepKind, row: CostRow) -> bool:
    """Whether it has such a step: what has nothing to learn takes no training step."""
    return kind in row.step_times and (kind != "train" or row.parameters > 0)


def _peaks(rows: Sequence[CostRow]) -> str:
    peaks = sorted((row.peak_bytes.centre, row.row) for row in rows if row.peak_bytes)
    if not peaks:
        return ""
    return (
        "Peak memory of a training step:"
        f" {_listed([f'{row} {text.mebibytes(size)}' for size, row in peaks])}."
    )


def ratio(figure: Range) -> str:
    """`1.25 [1.22 to 1.28]`; a range is called one, and one replicate has none."""
    if figure.n == 1:
        return f"{text.rounded(figure.centre)} (once)"
    what = f"over {figure.n} replicates" if figure.kind == "range" else ""
    return f"{text.rounded(figure.centre)} {text.interval(figure.low, figure.high, what)}"


def scaling(
    curves: Sequence[ScalingCurve], even: Sequence[BreakEven], longest: Sequence[Longest]
) -> str:
    """How the figures grow, where cells cross, and what did not fit."""
    said = [_grows(figure, curves) for figure in ("train", "inference", "memory")]
    said += [
        f"{point.below} {_is_faster(point)} below T = {point.steps.centre:.3g}, {point.above}"
        " above."
        for point in even[:MOST_NAMED]
    ]
    said += [_fits(found) for found in longest]
    return (
        " ".join(sentence for sentence in said if sentence) or "Nothing grows that could be fitted."
    )


def _grows(figure: str, curves: Sequence[ScalingCurve]) -> str:
    fitted = sorted(
        (curve.exponent.centre, curve.row)
        for curve in curves
        if curve.figure == figure and curve.exponent
    )
    what = (
        "Memory"
        if figure == "memory"
        else f"Time of {'a training step' if figure == 'train' else 'forward alone'}"
    )
    return (
        f"{what} grows as T to the power of {_listed([f'{e:.2f} ({row})' for e, row in fitted])}."
        if fitted
        else ""
    )


def _is_faster(point: BreakEven) -> str:
    return "trains faster" if point.figure == "train" else "is faster forward"


def _fits(found: Longest) -> str:
    if found.fails is None:
        return (
            f"{found.row} fits into {found.limit_mib} MiB at T = {found.fits}, the longest tried."
        )
    if found.fits is None:
        return f"{found.row} does not fit into {found.limit_mib} MiB at T = {found.fails}."
    return f"{found.row} fits into {found.limit_mib} MiB at T = {found.fits}, not at {found.fails}."


def _listed(things: Sequence[str]) -> str:
    """The first few, and how many more."""
    return text.listed(things, MOST_NAMED)
