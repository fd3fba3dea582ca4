"""The run options: how a trial is run. None of them changes a figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rnnbench.catalogue import Plugin
from rnnbench.records import Checkpoints


def _do_nothing() -> None:
    """Default for `at_end`: does nothing."""


def _ignore_stage(stage: str) -> None:
    """Default for `on_stage`: does nothing."""


@dataclass(frozen=True)
class RunOptions:
    """How one trial is run.

    checkpoints: where its checkpoints are written, and how often.
    only_size:   whether it only sizes its model, without training.
    plugins:     the plugins that it imports; None imports all that are installed.
    files:       by module, its file in the process that requested the trial. The trial must import
                 the same files.
    at_end:      called when the trial's work is over, also after an error, and before its result is
                 put together.
    on_stage:    called with what begins while times are measured, such as "the first step of 'x'",
                 and with "" at the end. Its own time must be negligible.
    """

    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    only_size: bool = False
    plugins: tuple[Plugin, ...] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    at_end: Callable[[], None] = _do_nothing
    on_stage: Callable[[str], None] = _ignore_stage
