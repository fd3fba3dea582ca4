"""The terms on which a place lets a trial run; none of them changes a figure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnnbench.records import CHECKPOINT_SECONDS


def _nothing() -> None:
    """What there is to do where nothing is to be done."""


def _unheard(words: str) -> None:
    """What there is to tell where nobody listens."""


@dataclass(frozen=True)
class Terms:
    """How one trial is run.

    checkpoint: the file in which it keeps what it needs to go on after it was cut off; None keeps nothing.
    only_size:  size the model, and train nothing.
    at_end:     called when the work is over, however it went, and before the result is put together.
    at_work:    told what is begun while times are measured, such as "the first step of" a cell; "" at the end. It takes
                no time to speak of.
    """

    checkpoint: Path | None = None
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    only_size: bool = False
    at_end: Callable[[], None] = _nothing
    at_work: Callable[[str], None] = _unheard
