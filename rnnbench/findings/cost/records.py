"""The records of findings on cost."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Shape

StepKind = Literal["train", "inference", "streaming"]


class StepTime(Struct, frozen=True, kw_only=True):
    """Time of one kind of step of one cell, over replicates; each replicate is a process.

    seconds:        median over replicates of the median over steps.
    ratio:          the time over that of the reference cell, torch's LSTM, measured side by side.
                    Over several sessions it reaches from the lowest end of their intervals to the
                    highest. Intervals hold for all rows of this kind of step at once.
    over:           the time over that of the reference row of the table, measured in the same
                    processes, with intervals like those of `ratio`. None for the reference row, for
                    a row that shared no process with it, and where the reference cell is the
                    reference.
    sessions:       the ratio to the reference by session, where there are several; empty where
                    `over` is None though the reference is a row.
    precision:      half the width of the interval of the ratio to the reference cell alone, as a
                    part of the ratio: replicates are added until it is small enough. None with too
                    few replicates for an interval.
    replicates:     median step seconds of each replicate.
    ratios:         the ratio to the reference cell in each of these replicates.
    cut_short:      replicates that enter no ratio: their session has too few for an interval, and
                    other sessions have enough.
    steps:          the number of measured steps.
    outlying_steps: the number of steps that took over 1.5 times the median of their replicate.
    p50, p99:       quantiles of the wall seconds of single steps: median over replicates.
    """

    seconds: Range
    ratio: Range
    over: Range | None = None
    sessions: dict[str, Range] = field(name="occasions")
    precision: float | None
    replicates: tuple[float, ...]
    ratios: tuple[float, ...] = ()
    cut_short: int = 0
    steps: int
    outlying_steps: int = field(name="far")
    p50: Range
    p99: Range


class Timeline(Struct, frozen=True):
    """Resident memory of a process over time, from before the cell is built."""

    seconds: tuple[float, ...]
    bytes: tuple[int, ...]
    meter: str


class CostRow(Struct, frozen=True, kw_only=True):
    """The cost of one cell at one shape; a figure is None where it was not measured.

    parameter_bytes, state_bytes, saved_bytes: exact counts; the kernel saves the last for backward.
    peak_bytes:   growth of a process over a training step, or of what torch has allocated on an
                  accelerator, measured by `memory_meter`.
    step_times:   the time of each kind of step.
    flops:        floating-point operations of the matrix products of a training step, counted in
                  `counted_form`.
    matrix_share: flops per second over those of a large matrix product on the same core, or on the
                  same accelerator.
    instructions: processor instructions of a training step, counted by valgrind.
    joules:       energy of the processor package in a training step.
    timeline:     resident memory over time.
    """

    row: str
    cell: str
    kernel: str
    parameters: int
    parameter_bytes: int | None
    state_bytes: int | None
    saved_bytes: int | None
    peak_bytes: Range | None
    memory_meter: str
    step_times: dict[StepKind, StepTime] = field(name="paces")
    first_call_seconds: Range | None
    flops: int | None
    counted_form: str
    matrix_share: Range | None
    instructions: Range | None
    joules: Range | None
    timeline: Timeline | None

    @property
    def train(self) -> StepTime | None:
        """The time of a training step; None where it was not measured."""
        return self.step_times.get("train")


class CostPair(Struct, frozen=True, kw_only=True):
    """The time of one cell over that of another, in the replicates that they share.

    slow, fast: rows of the slower cell and of the faster one.
    same_kind:  whether they are versions of one cell on one kernel, whose ratio is stable; a ratio
                of two kinds changes with the machine.
    ratio:      the slower cell's time over the faster one's; its interval holds for all pairs of
                this kind of step at once, so that any pair may be picked.
    sessions:   the ratio by session, where there are several.
    kernel:     the kernel of both cells; "" where they run on different kernels.
    """

    kind: StepKind
    slow: str
    fast: str
    same_kind: bool
    ratio: Range
    sessions: dict[str, Range] = field(name="occasions")
    kernel: str = ""


class KernelPair(Struct, frozen=True, kw_only=True):
    """Two cells that run on different kernels, compared with the same cells on one kernel.

    row, over:             rows of the two cells, which run on the first and the second of
                           `kernels`; `apart` is the ratio of their times.
    alike_row, alike_over: rows of the same cells on one kernel, `alike_kernel`; `alike` is the
                           ratio of their times.
    by_step:               whether both of the latter rows loop over the steps of a sequence.
    explained:             whether the kernels make most of the ratio: both ratios have intervals,
                           the interval of `apart` does not contain 1, and on one kernel less than
                           half of its logarithm is left, or the ratio is on the other side of 1.
    """

    kind: StepKind
    row: str
    over: str
    kernels: tuple[str, str]
    apart: Range
    alike_row: str
    alike_over: str
    alike_kernel: str
    alike: Range
    by_step: bool
    explained: bool


class CostFinding(Struct, frozen=True, kw_only=True):
    """Cost figures at one shape, measured under one setting.

    title:        the setting in words, which is unique among findings.
    answer:       sentences that sum up the figures.
    rows:         the figures of each cell.
    pairs:        every two rows, for each kind of step.
    reference:    the row over which times were to be stated, as the suite named it before any
                  measurement; "" is the reference cell.
    references:   the reference by kind of step: the reference cell where the row named by
                  `reference` has no such step.
    kernel_pairs: cells on different kernels, compared on one kernel, where rows for that were
                  measured: each cell against the reference row or, without one, any two cells that
                  have rows on several kernels.
    stopping_reasons: why the number of replicates was enough, by kind of step.
    absent:       a sentence for each cell that has no figures, with the reason.
    matrix_flops_per_second, copied_bytes_per_second: the speed of the machine, on one core, or
                  of its accelerator.
    energy_meter: what measured joules, or why nothing did; "" where no time was measured.
    """

    shape: Shape
    threads: int
    device: str
    title: str
    answer: str
    rows: tuple[CostRow, ...]
    pairs: tuple[CostPair, ...]
    reference: str = ""
    references: dict[StepKind, str] = {}
    kernel_pairs: tuple[KernelPair, ...] = ()
    stopping_reasons: dict[StepKind, str] = field(name="endings")
    absent: tuple[str, ...] = ()
    matrix_flops_per_second: Range | None
    copied_bytes_per_second: Range | None
    energy_meter: str = ""

    @property
    def fastest(self) -> str | None:
        """The row with the shortest training step, by its ratio to the reference cell beside it;
        None where none was timed."""
        ratios = {row.row: row.train.ratio.centre for row in self.rows if row.train}
        return min(ratios, key=ratios.__getitem__, default=None)
