"""What a model needs to know of its task."""

from typing import Protocol

from rnnbench.contracts import Readout


class Asks(Protocol):
    """What a model needs to know of its task; every `Task` does."""

    @property
    def name(self) -> str:
        """The name of the task."""

    @property
    def readout(self) -> Readout:
        """Where answers are read out."""

    @property
    def vocabulary(self) -> int | None:
        """The number of tokens; None without tokens."""

    @property
    def frame_shape(self) -> tuple[int, int, int] | None:
        """(C, H, W) for tasks over frames."""

    @property
    def output_size(self) -> int:
        """O: classes, or numbers."""
