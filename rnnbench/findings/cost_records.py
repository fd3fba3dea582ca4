"""The types of findings on cost."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.ranges import Range
from rnnbench.records import Shape

StepKind = Literal["train", "inference", "streaming"]


class Pace(Struct, frozen=True, kw_only=True):
    """Time of one kind of step of one cell, over replicates, each a process of its own.

    seconds:    median over replicates of the median over steps.
    ratio:      that over the same of torch's LSTM, side by side. Over several occasions it reaches from the lowest end
                of their intervals to the highest.
    occasions:  the ratio on each, by date, where there are several.
    precision:  half the width of the interval as a part of the ratio; None below the replicates that carry one.
    replicates: median step seconds of each replicate.
    cut_short:  how many of them enter no ratio: of occasions with too few for an interval, beside others with enough.
    steps:      measured in all; `far` of them took over 1.5 times the median of their replicate.
    p50, p99:   of the wall seconds of single steps: median over replicates.
    """

    seconds: Range
    ratio: Range
    occasions: dict[str, Range]
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
    paces: dict[StepKind, Pace]
    first_call_seconds: Range | None
    flops: int | None
    counted_form: str
    matrix_share: Range | None
    instructions: Range | None
    joules: Range | None
    timeline: Timeline | None

    @property
    def train(self) -> Pace | None:
        """The pace of training steps."""
        return self.paces.get("train")


class CostPair(Struct, frozen=True, kw_only=True):
    """One cell's time over another's, in the replicates that they share.

    same_kind: whether they are versions of one cell on one kernel, whose ratio is stable; that of two kinds moves with
               the machine.
    """

    kind: StepKind
    slow: str
    fast: str
    same_kind: bool
    ratio: Range
    occasions: dict[str, Range]


class CostFinding(Struct, frozen=True, kw_only=True):
    """Cost figures at one shape, measured in one way; `answer` is one sentence on them. No other finding has its title.

    pairs: every cell over the fastest one, and versions of one cell over each other.
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
    endings: dict[StepKind, str]
    absent: tuple[str, ...] = ()
    matrix_flops_per_second: Range | None
    copied_bytes_per_second: Range | None
    energy_meter: str = ""


class ScalingCurve(Struct, frozen=True, kw_only=True):
    """A figure of one cell against the length of sequences T.

    figure:   "train", "inference" (seconds) or "memory" (bytes).
    exponent: slope of a line through log figure against log T, fitted in each replicate; None below three lengths. Over
              several occasions it reaches from the lowest end of their intervals to the highest.
    """

    row: str
    figure: Literal["train", "inference", "memory"]
    steps: tuple[int, ...]
    values: tuple[Range, ...]
    exponent: Range | None


class BreakEven(Struct, frozen=True):
    """Where two cells take the same time: `below` is the faster at shorter sequences, `above` at longer ones.

    steps: where straight lines cross, between the two lengths nearest to it at which the two are told apart.
    """

    figure: str
    below: str
    above: str
    steps: Range


class Longest(Struct, frozen=True):
    """The longest sequence whose training step fits into a limit, of those tried, and the shortest that does not."""

    row: str
    limit_mib: int
    fits: int | None
    fails: int | None


class Scaling(Struct, frozen=True, kw_only=True):
    """How cost grows with the length of sequences, all else equal."""

    title: str
    answer: str
    curves: tuple[ScalingCurve, ...]
    break_evens: tuple[BreakEven, ...]
    longest: tuple[Longest, ...]
