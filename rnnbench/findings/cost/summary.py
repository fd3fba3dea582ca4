"""Sentences on cost: step times, ratios to the reference, and peak memory."""

from collections.abc import Iterator, Mapping, Sequence

from rnnbench import text
from rnnbench.findings.cost.kernel_summary import kernels
from rnnbench.findings.cost.phrases import ENOUGH_SESSIONS, MOST_NAMED, MOVES, ratio
from rnnbench.findings.cost.records import CostPair, CostRow, KernelPair, StepKind
from rnnbench.findings.cost.step_times import has_interval
from rnnbench.findings.stats.ranges import Range

STEPS: dict[StepKind, str] = {
    "train": "A training step takes",
    "inference": "Forward alone takes",
    "streaming": "A step of one stream takes",
}
ONES_OF: dict[StepKind, str] = {
    "train": "as one of",
    "inference": "as that of",
    "streaming": "as one of",
}

NO_TIMES = "Neither times nor peaks were measured. Tables and figures have the other measurements."
MEDIANS = "Times and peaks of memory are medians over replicates."


def costs(
    rows: Sequence[CostRow],
    references: Mapping[StepKind, str],
    pairs: Sequence[CostPair],
    on_kernels: Sequence[KernelPair],
) -> str:
    """Return sentences on times and memory, the cheapest cell first.

    They also compare times with those of the reference, and name the ratios that kernels explain.
    """
    sentences = [_times(kind, phrase, rows) for kind, phrase in STEPS.items()]
    kind = next(iter(references), None)
    if kind:
        sentences += _over_reference(kind, references[kind], rows, pairs)
        sentences += kernels([pair for pair in on_kernels if pair.kind == kind])
    sentences.append(_peaks(rows))
    known = [sentence for sentence in sentences if sentence]
    if not known:
        return NO_TIMES if any(map(_has_other_figures, rows)) else "Nothing was measured."
    return " ".join([*known, MEDIANS])


def _has_other_figures(row: CostRow) -> bool:
    """Whether anything but times and peaks is known of a cell."""
    counts = (row.timeline, row.flops, row.instructions, row.saved_bytes)
    return any(figure is not None for figure in counts)


def _over_reference(
    kind: StepKind, reference: str, rows: Sequence[CostRow], pairs: Sequence[CostPair]
) -> Iterator[str]:
    """Yield the ratios to the reference, and whether they would hold in another session."""
    timed = sorted(
        (row for row in rows if _takes(kind, row)),
        key=lambda row: row.step_times[kind].seconds.centre,
    )
    ratios: dict[str, Range] = {}
    for row in timed:
        step_time = row.step_times[kind]
        over = step_time.over if reference else step_time.ratio
        if over:
            ratios[row.row] = over
    if not ratios:
        return
    sessions = {row.row: row.step_times[kind].sessions for row in timed}
    all_have_intervals = all(has_interval(over, sessions[row]) for row, over in ratios.items())
    reference_name = reference or "torch's LSTM (the reference cell)"
    each = [f"{ratio(over)} ({row})" for row, over in ratios.items()]
    times_as_long = f"times as long {ONES_OF[kind]} {reference_name}"
    yield f"{STEPS[kind]} {text.listed(each, MOST_NAMED)} {times_as_long}."
    if len(ratios) > 1 and all_have_intervals:
        yield "The intervals of ratios to the reference hold for all rows at once."
    yield from _few_sessions(kind, reference, ratios, pairs)


def _few_sessions(
    kind: StepKind, reference: str, ratios: Mapping[str, Range], pairs: Sequence[CostPair]
) -> Iterator[str]:
    """Yield a warning where ratios between different cells or kernels are of few sessions."""
    same_kind = {
        frozenset((pair.slow, pair.fast)) for pair in pairs if pair.same_kind and pair.kind == kind
    }
    counts = [
        _sessions(over)
        for row, over in ratios.items()
        if frozenset((row, reference)) not in same_kind
    ]
    fewest = min(counts, default=ENOUGH_SESSIONS)
    if fewest < ENOUGH_SESSIONS:
        sessions = f"{fewest} sessions" if fewest > 1 else "one session"
        yield (
            f"The ratios to the reference are of {sessions}. Between different cells or kernels, a"
            f" ratio {MOVES}."
        )


def _sessions(over: Range) -> int:
    return over.n if over.kind == "over sessions" else 1


def _times(kind: StepKind, phrase: str, rows: Sequence[CostRow]) -> str:
    times = sorted(
        (row.step_times[kind].seconds.centre, row.row) for row in rows if _takes(kind, row)
    )
    if not times:
        return ""
    each = [f"{text.step_time(seconds)} ({row})" for seconds, row in times]
    return f"{phrase} {text.listed(each, MOST_NAMED)}."


def _takes(kind: StepKind, row: CostRow) -> bool:
    """Whether a row has such a step: a cell without parameters takes no training step."""
    return kind in row.step_times and (kind != "train" or row.parameters > 0)


def _peaks(rows: Sequence[CostRow]) -> str:
    peaks = sorted((row.peak_bytes.centre, row.row) for row in rows if row.peak_bytes)
    if not peaks:
        return ""
    each = [f"{text.mebibytes(size)} ({row})" for size, row in peaks]
    return f"The peak memory of a training step is {text.listed(each, MOST_NAMED)}."
