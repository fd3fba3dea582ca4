"""Rows of cost trials: what one replicate measured of one cell, and of the machine around it."""

from msgspec import Struct, field


class TimeRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="time"):
    """Time of one cell's steps of one kind (training, inference, streaming) in one replicate.

    cpu_seconds: thread CPU time of each measured step, in the order taken; primary on one thread of
        a CPU.
    wall_seconds: wall time of the same steps; primary on several threads. On an accelerator both
        fields hold the time between two events of the device.
    log_ratio_to_reference_cell: median over the rounds of log(time / time of the reference cell in
        that round); the reference cell is torch's LSTM.
    first_call_seconds: wall time of the very first step, with warm-up and any compilation, of which
        there is little where what is compiled was kept from an earlier run.
    joules: energy of the whole processor package in a step, idle power included; None without
        counters.
    """

    row: str
    kernel: str
    parameters: int
    cpu_seconds: tuple[float, ...]
    wall_seconds: tuple[float, ...]
    log_ratio_to_reference_cell: float = field(name="log_ratio_to_ruler")
    first_call_seconds: float
    joules: float | None = None


class MemoryRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="memory"):
    """Memory of one cell's training step.

    parameter_bytes: of the parameters.
    state_bytes:     of the state that a batch carries between steps.
    saved_bytes:     of what the forward pass of the kernel keeps for backward, each storage once,
                     parameters excluded. What torch.compile or a kernel hides from autograd is not
                     counted.
    allocated_bytes: of all that torch allocates in the step, whether it is freed again or not; None
                     in results that did not count them.
    peak_bytes:      growth of the process over the step, or of what torch has allocated on an
                     accelerator, read by `meter`; None where it cannot be read.
    peak_allocated_bytes: the most that torch holds at once during the step, over what it held
                     before the cell was built; it repeats exactly. None on an accelerator, where
                     that is `peak_bytes`, and in results that did not count it.
    """

    row: str
    kernel: str
    parameters: int
    parameter_bytes: int
    peak_bytes: int | None
    meter: str
    state_bytes: int | None = None
    saved_bytes: int | None = None
    allocated_bytes: int | None = None
    peak_allocated_bytes: int | None = None


class TimelineRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="timeline"):
    """Resident memory of a process over time, from before the cell is built to the end of some
    training steps.

    It is sampled from outside, for a plot: a peak between two samples is missed.

    seconds: time of each sample, since the first one.
    bytes:   resident memory of each sample, above that of the first one.
    """

    row: str
    kernel: str
    parameters: int
    seconds: tuple[float, ...]
    bytes: tuple[int, ...]
    meter: str


class OperationsRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="operations"):
    """Floating-point operations of one cell's training step, forward and backward.

    flops: of matrix products and convolutions, as torch's counter counts them: a multiplication and
           an addition are two. Elementwise operations are not counted.
    form:  the counted implementation: torch's loop where a fused kernel hides its own operations.
    """

    row: str
    kernel: str
    parameters: int
    flops: int
    form: str


class InstructionsRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="instructions"):
    """Instructions of one cell's training step, counted by valgrind on the processor that it
    simulates.

    They have hardly any noise. They compare versions of one kind of cell, and do not rank kinds.
    """

    row: str
    kernel: str
    parameters: int
    instructions: int


class PrecisionTarget(Struct, frozen=True):
    """What was requested of a cost measurement before it began.

    Replicates are added until each ratio is known to `precision`, or they have taken `seconds`, or
    there are `replicates` of them.

    reference: the row over which times are stated; "" for the reference cell.
    """

    precision: float
    seconds: float
    replicates: int
    reference: str = ""


CostFigure = TimeRow | MemoryRow | TimelineRow | OperationsRow | InstructionsRow


BUSY_CORES = 0.2
"""Cores' worth of work by others, above which times are taken to be disturbed."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """The machine around a cost trial.

    load:                    processes wanting a core, mean over the last minute; None where the
                             system does not report it.
    busy_cores:              cores' worth of work by other processes, over a moment before the
                             start.
    busiest:                 the process that did most of that work, if it is known, with its share
                             of a core.
    megahertz:               frequency of the core then; None where the system does not report it.
    matrix_flops_per_second: of a product of two 512 x 512 matrices, after the cells were measured.
    copied_bytes_per_second: read and written by a copy of 32 MiB, after the cells were measured.
    energy_meter:            the meter that counted joules, or why there was none.
    """

    load: float | None
    busy_cores: float
    busiest: str = ""
    megahertz: float | None = None
    matrix_flops_per_second: float | None = None
    copied_bytes_per_second: float | None = None
    energy_meter: str = ""
