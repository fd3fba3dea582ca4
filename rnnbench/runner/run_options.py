"""The terms on which a place lets a trial run; none of them changes a figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rnnbench.catalogue import Plugin
from rnnbench.records import Checkpoints


def _nothing() -> None:
    """What there is to do where nothing is to be done."""


def _unheard(words: str) -> None:
    """What there is to tell where nobody listens."""


@dataclass(frozen=True)
class Terms:
    """How one trial is run.

    checkpoints: where it keeps what it needs to go on after it was cut off.
    only_size:   size the model, and train nothing.
    plugins:     those to import; None imports all that are installed.
    files:       by module, the file that it is in the process which asks for the trial. The trial
                 must import the same.
    at_end:      called when the work is over, however it went, and before the result is put
                 together.
    at_work:     told what is begun while times are measured, such as "the first step of" a cell; ""
                 at the end. It takes no time to speak of.
    """

    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    only_size: bool = False
    plugins: tuple[Plugin, ...] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    at_end: Callable[[], None] = _nothing
    at_work: Callable[[str], None] = _unheard
