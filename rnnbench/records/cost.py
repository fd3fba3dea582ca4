"""Rows of cost trials: what one replicate measured of one cell, and of the machine around it."""

from msgspec import Struct, field


class TimeRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="time"):
    """Time of one cell's steps of one kind (training, inference, streaming) in one replicate.

    cpu_seconds:        thread CPU time of each measured step, in the order taken; primary on one
                        thread of a CPU.
    wall_seconds:       wall time of the same steps; primary on several threads. On an accelerator
                        both are the time between two events of the device.
    log_ratio_to_ruler: median over the rounds of log(time / time of the reference cell, torch's
                        LSTM, in that round).
    first_call_seconds: wall time of the very first step, warm-up and any compiling included.
    joules:             energy of the whole processor package in a step, idle power included; None
                        without counters.
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

    parameter_bytes, state_bytes: of the parameters, and of the state that a batch carries between
                                  steps.
    saved_bytes:                  of what the forward pass keeps for backward, each storage once,
                                  parameters excluded; it is that of the kernel. What torch.compile
                                  or a kernel keeps out of autograd's sight is not in it.
    peak_bytes:                   growth of the process over the step; `meter` names how it was
                                  read; None where it cannot be.
    """

    row: str
    kernel: str
    parameters: int
    parameter_bytes: int
    peak_bytes: int | None
    meter: str
    state_bytes: int | None = None
    saved_bytes: int | None = None


class TimelineRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="timeline"):
    """Resident memory of a process over time, seen from outside, from before the cell is built to
    the end of some training steps. For a figure: a peak between two looks is not seen.

    seconds: of each look, since the first one.
    bytes:   resident then, over what was resident at the first one.
    """

    row: str
    kernel: str
    parameters: int
    seconds: tuple[float, ...]
    bytes: tuple[int, ...]
    meter: str


class OperationsRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="operations"):
    """Floating-point operations of one cell's training step, forward and backward.

    flops: of matrix products and convolutions (a multiplication and an addition are two), which is
           what torch's counter sees; elementwise ones are not in it.
    form:  the implementation that was counted: torch's loop where a fused kernel hides its own.
    """

    row: str
    kernel: str
    parameters: int
    flops: int
    form: str


class InstructionsRow(Struct, frozen=True, kw_only=True, tag_field="figure", tag="instructions"):
    """Instructions of one cell's training step, on the processor that valgrind imitates: no noise
    to speak of. They compare versions of one kind of cell; they do not rank kinds."""

    row: str
    kernel: str
    parameters: int
    instructions: int


class PrecisionTarget(Struct, frozen=True):
    """What was asked of a cost measurement before it began: replicates are added until each ratio
    is known to `precision`, or have taken so many seconds, or are so many; times are to be stated
    over the row `reference`, "" for the reference cell."""

    precision: float
    seconds: float
    replicates: int
    reference: str = ""


CostFigure = TimeRow | MemoryRow | TimelineRow | OperationsRow | InstructionsRow


class Surroundings(Struct, frozen=True, kw_only=True):
    """What was going on around a cost trial.

    load:                    processes wanting a core, mean over the last minute; None where the
                             system does not tell.
    busy_cores:              cores' worth of work by others, over a moment before the start.
    busiest:                 the process that did most of it, where it can be seen, with its share
                             of a core.
    megahertz:               frequency of the core then; None where the system does not tell.
    matrix_flops_per_second: of a product of two 512 x 512 matrices, after the cells had their
                             turns.
    copied_bytes_per_second: read and written by a copy of 32 MiB, likewise.
    energy_meter:            what counted joules, or why nothing did.
    """

    load: float | None
    busy_cores: float
    busiest: str = ""
    megahertz: float | None = None
    matrix_flops_per_second: float | None = None
    copied_bytes_per_second: float | None = None
    energy_meter: str = ""
