"""The grid of what cells cost: times of steps, ratios to the reference, peak memory, growth."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.cli.summary.grid import ABSENT, Entry, Grid, Level, Row
from rnnbench.findings import CostFinding, CostRow, Findings, Scaling, StepKind, StepTime

KINDS: dict[StepKind, str] = {
    "train": "training step",
    "inference": "forward step",
    "streaming": "step of a stream",
}
GROWTH = {"train": "training step", "inference": "forward step", "memory": "peak memory"}
REFERENCE_CELL = "torch's LSTM"


def cost_grid(findings: Findings) -> Grid:
    """The costs of a run, a row for each shape and kind of figure."""
    rows: list[Row] = []
    heading = "cost"
    titled = len(findings.costs) > 1
    if not titled:
        heading = "".join(cost.title for cost in findings.costs)
    for cost in findings.costs:
        rows += _rows(cost, f", {cost.title}" if titled else "")
    for scaling in findings.scalings:
        rows += _growth(scaling)
    notes = _notes(findings)
    levels = (Level("", ("", "ratio"), notes), Level("", ("",), notes))
    return Grid(heading, levels, tuple(rows), _in_order(rows, findings))


def _in_order(rows: Sequence[Row], findings: Findings) -> tuple[str, ...]:
    """The cells that have figures, those with the quickest training steps first."""
    ratios: dict[str, list[float]] = {}
    for cost in findings.costs:
        for row in cost.rows:
            if row.train:
                ratios.setdefault(row.row, []).append(row.train.ratio.centre)
    cells = set(chain.from_iterable(row.entries for row in rows))
    return tuple(sorted(cells, key=lambda cell: (_mean(ratios.get(cell, [])), cell)))


def _mean(ratios: Sequence[float]) -> float:
    return sum(ratios) / len(ratios) if ratios else float("inf")


def _rows(cost: CostFinding, ending: str) -> Iterator[Row]:
    """A row for each kind of step, and one for peak memory; `ending` closes their titles."""
    for kind, name in KINDS.items():
        reference = cost.references.get(kind, "")
        times = {row.row: row.step_times.get(kind) for row in cost.rows}
        entries = {row: _time(row, time, reference) for row, time in times.items() if time}
        if entries:
            yield Row(f"{name}{ending}", ("", ""), entries)
    peaks = {row.row: _peak(row) for row in cost.rows if row.peak_bytes}
    if peaks:
        yield Row(f"peak memory{ending}", ("", ""), peaks)


def _time(row: str, time: StepTime, reference: str) -> Entry:
    step = text.step_time(time.seconds.centre)
    ratio = _ratio(row, time, reference)
    return Entry("", ((step, ratio), (ratio,)))


def _ratio(row: str, time: StepTime, reference: str) -> str:
    """The time over that of the reference; torch's LSTM where no row was named."""
    if row == reference:
        return "1x"
    over = time.over if reference else time.ratio
    return f"{text.rounded(over.centre)}x" if over else ABSENT


def _peak(row: CostRow) -> Entry:
    assert row.peak_bytes is not None
    peak = text.mebibytes(row.peak_bytes.centre)
    return Entry("", ((peak, ""), (peak,)))


def _growth(scaling: Scaling) -> Iterator[Row]:
    """A row for each figure: the exponent of its growth with the length T."""
    for figure, name in GROWTH.items():
        curves = [curve for curve in scaling.curves if curve.figure == figure]
        entries = {}
        for curve in curves:
            grown = f"T^{curve.exponent.centre:.2f}" if curve.exponent else ABSENT
            entries[curve.row] = Entry("", ((grown, ""), (grown,)))
        if entries:
            yield Row(f"growth of the {name}, {scaling.title}", ("", ""), entries)


def _notes(findings: Findings) -> tuple[str, ...]:
    """What ratios are over, where there are any."""
    references = []
    for cost in findings.costs:
        kinds = chain.from_iterable(row.step_times for row in cost.rows)
        references += [cost.references.get(kind, "") or REFERENCE_CELL for kind in kinds]
    named = text.listed(dict.fromkeys(references))
    return (f"x: time over that of {named}",) if named else ()
