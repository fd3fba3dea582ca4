"""How a run shows itself: a progress bar on a terminal, plain lines when piped."""

from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from rnnbench.campaign import FAILURES, Progress as State
from rnnbench.cli.output import console
from rnnbench.records import Result, trial_id


class Display:
    """Shows the state of a run; hand `watch` to the campaign."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._bar: Progress | None = None
        if self._console.is_terminal:
            self._bar = Progress(
                SpinnerColumn(),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
                TimeRemainingColumn(),
                TextColumn("left"),
                console=self._console,
                transient=True,
            )
        self._told = 0
        self._task = self._bar.add_task("starting", total=None) if self._bar else None

    def __enter__(self) -> "Display":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def watch(self, state: State, result: Result | None) -> None:
        """Show the new state; a result that is not fine gets a line of its own, others only when
        piped."""
        for notice in state.notices[self._told :]:
            self._console.print(f"note: {notice}", markup=False, style="yellow", soft_wrap=True)
        self._told = len(state.notices)
        if result is not None and (self._bar is None or result.status != "ok"):
            self._console.print(
                _line(state, result), markup=False, style=_style(result), soft_wrap=True
            )
        if self._bar and self._task is not None:
            text = f"{len(state.running)} running, {state.failed} failed"
            self._bar.update(self._task, total=state.total, completed=state.done, description=text)


def _line(state: State, result: Result) -> str:
    reason = f": {result.reason}" if result.reason else ""
    identity = trial_id(result.trial).rsplit(".", 1)[0]
    return (
        f"{state.done}/{state.total} {identity} {result.status} {result.seconds.process:.1f}"
        f" s{reason}"
    )


def _style(result: Result) -> str:
    return "red" if result.status in FAILURES else "yellow" if result.status != "ok" else ""
