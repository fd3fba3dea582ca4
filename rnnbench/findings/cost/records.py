"""The types of findings on cost."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Shape

StepKind = Literal["train", "inference", "streaming"]


class StepTime(Struct, frozen=True, kw_only=True):
    """Time of one kind of step of one cell, over replicates, each a process of its own.

    seconds:    median over replicates of the median over steps.
    ratio:      that over the same of the reference cell, torch's LSTM, side by side. Over several
                sessions it reaches from the lowest end of their intervals to the highest. Intervals
                hold for all rows of this kind of step at once.
    over:       the ratio of times to those of the reference of the table, where that is a row,
                measured in the same processes; with the range over sessions and the intervals that
                `ratio` has. None for the reference itself, for a row that shared no process with
                it, and where the reference cell is the reference.
    sessions:   the ratio to the reference on each, by date, where there are several; empty where
                `over` is None though the reference is a row.
    precision:  half the width of the interval of the ratio to the reference cell alone, as a part
                of it, by which replicates are added; None below the number of replicates that carry
                one.
    replicates: median step seconds of each replicate.
    cut_short:  how many of them enter no ratio: of sessions with too few for an interval, beside
                others with enough.
    steps:      measured in all; `far` of them took over 1.5 times the median of their replicate.
    p50, p99:   of the wall seconds of single steps: median over replicates.
    """

    seconds: Range
    ratio: Range
    over: Range | None = None
    sessions: dict[str, Range] = field(name="occasions")
    precision: float | None
    replicates: tuple[float, ...]
    cut_short: int = 0
    steps: int
    far: int
    p50: Range
    p99: Range


class Timeline(Struct, frozen=True):
    """Resident memory of a process over time, from before the cell is built."""

    seconds: tuple[float, ...]
    bytes: tuple[int, ...]
    meter: str


class CostRow(Struct, frozen=True, kw_only=True):
    """The cost of one cell at one shape; None where not measured.

    parameter_bytes, state_bytes, saved_bytes: exact; saved is what the kernel keeps for backward.
    peak_bytes:   growth of a process over a training step, read by `memory_meter`.
    flops:        of the matrix products of a training step, counted in `counted_form`.
    matrix_share: flops a second over those of a large product of matrices on the same core.
    instructions: of a training step, counted by valgrind.
    joules:       of the processor package in a training step.
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
        """The pace of training steps."""
        return self.step_times.get("train")


class CostPair(Struct, frozen=True, kw_only=True):
    """One cell's time over another's, in the replicates that they share.

    same_kind: whether they are versions of one cell on one kernel, whose ratio is stable; that of
               two kinds moves with the machine.
    ratio:     its interval holds for all pairs of this kind of step at once, so that any of them
               may be picked.
    kernel:    what both run on; "" where they run on different kernels.
    """

    kind: StepKind
    slow: str
    fast: str
    same_kind: bool
    ratio: Range
    sessions: dict[str, Range] = field(name="occasions")
    kernel: str = ""


class KernelPair(Struct, frozen=True, kw_only=True):
    """Two cells that run on different kernels, and the same two on one kernel.

    row, over:             rows of the two cells on `kernels`, the first and the second; `apart` is
                           the ratio of their times.
    alike_row, alike_over: rows of the same cells on one kernel, `alike_kernel`; `alike` is the
                           ratio of their times.
    by_step:               both of these loop over the steps of a sequence.
    explained:             the kernels make most of the ratio: both ratios have intervals, that of
                           `apart` does not hold 1, and on one kernel less than half of its
                           logarithm is left, or it lies on the other side of 1.
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
    """Cost figures at one shape, measured in one way; `answer` is one sentence on them. No other
    finding has its title.

    reference: the row over which times were to be stated, as the suite named it before anything was
               measured; "" is the reference cell. `references` are those over which they are, by
               kind of step: the reference cell where that row has no such step.
    pairs:   every two rows, for each kind of step.
    kernel_pairs: cells on different kernels held against each other on one, where rows for that
             were measured: each cell against the reference, or, over the reference cell, any two
             cells that have rows on several kernels.
    absent:  a sentence for each cell that is missing beside the others, and why.
    endings: why there are as many replicates as there are, by kind of step.
    matrix_flops_per_second, copied_bytes_per_second: what the machine can do, on one core.
    energy_meter: what counted joules, or why nothing did; "" where no time was measured.
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
    endings: dict[StepKind, str]
    absent: tuple[str, ...] = ()
    matrix_flops_per_second: Range | None
    copied_bytes_per_second: Range | None
    energy_meter: str = ""
