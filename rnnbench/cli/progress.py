"""Shows the progress of a run: a bar and three lines on a terminal, plain lines when piped."""

from collections.abc import Callable, Iterable, Sequence
from math import exp
from time import monotonic
from types import TracebackType

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column
from rich.text import Text

from rnnbench import text
from rnnbench.campaign import FAILURES, Progress as State
from rnnbench.cli.output import console, say
from rnnbench.cli.trial_rate import MINUTE, TrialRate
from rnnbench.cli.verbosity import Verbosity
from rnnbench.records import CostFigure, Learning, MemoryRow, Result, TimeRow, trial_id

BAR_WIDTH = 20
STARTING = "reading what is stored"


class _Bar(Progress):
    """A progress bar with lines below it, each cut at the width of the terminal."""

    below: Sequence[str] = ()

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for line in self.below:
            yield Text(line, style="dim", no_wrap=True, overflow="ellipsis")


class Display:
    """Shows the progress of a run; its method `watch` is passed to the campaign.

    out: where it is shown, by default standard error.
    """

    def __init__(
        self,
        shown: Verbosity = Verbosity.USUAL,
        *,
        clock: Callable[[], float] = monotonic,
        out: Console | None = None,
    ) -> None:
        self._console = out or console(stderr=True)
        self._shown = shown
        self._rate = TrialRate(clock)
        self._last = ""
        self._shown_notices = 0
        self._bar: _Bar | None = None
        if self._console.is_terminal and shown != Verbosity.QUIET:
            self._bar = _Bar(
                SpinnerColumn(),
                BarColumn(bar_width=BAR_WIDTH),
                TextColumn("{task.description}", table_column=Column(no_wrap=True)),
                console=self._console,
                transient=True,
            )
        self._task = self._bar.add_task(STARTING, total=None) if self._bar else None

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
        """Show the new state; a result gets a line unless it is "ok" and the bar is shown."""
        for notice in state.notices[self._shown_notices :]:
            say(f"note: {notice}", style="yellow", out=self._console)
        self._shown_notices = len(state.notices)
        if result is not None:
            self._rate.finish()
            self._last = f"last     {name_of(trial_id(result.trial))}: {outcome_of(result)}"
            if self._has_line(result):
                say(self._line(state, result), style=_style(result), out=self._console)
        if self._bar and self._task is not None:
            self._bar.below = (_running(state, self._console.width), self._last)
            self._bar.update(
                self._task,
                total=state.total,
                completed=state.done,
                description=self._description(state),
            )

    def _has_line(self, result: Result) -> bool:
        if result.status != "ok" or self._shown == Verbosity.VERBOSE:
            return True
        return self._bar is None and self._shown != Verbosity.QUIET

    def _description(self, state: State) -> str:
        """`23/69, 41 trials a minute, about 1 min left, 1 failed`."""
        parts = [
            f"{state.done}/{state.total}",
            self._rate.in_words(),
            self._left(state),
            f"{state.failed} failed" if state.failed else "",
        ]
        return ", ".join(filter(None, parts))

    def _left(self, state: State) -> str:
        return self._rate.left(state.total - state.done, len(state.running))

    def _line(self, state: State, result: Result) -> str:
        name = name_of(trial_id(result.trial))
        seconds = f"{result.seconds.process:.1f} s"
        line = f"{state.done}/{state.total} {name} {result.status} {seconds}"
        outcome = outcome_of(result) if result.learning else ""
        if result.reason or outcome:
            line = f"{line}: {result.reason or outcome}"
        left = self._left(state) if self._rate.elapsed >= MINUTE else ""
        return f"{line}; {left}" if left else line


def name_of(identity: str) -> str:
    """The name of a trial: its id without the digest at the end."""
    return identity.rsplit(".", 1)[0]


def outcome_of(result: Result) -> str:
    """The score of a trial, and the epoch in which it reached the target or, without one, was best;
    or what it costs; else its status."""
    if result.learning:
        return _score(result.learning)
    if result.reason:
        return f"{result.status}: {result.reason}"
    costs = filter(None, map(_cost, result.costs))
    return ", ".join(costs) or result.status


def _cost(row: CostFigure) -> str:
    """The ratio of a step to torch's LSTM, or peak memory; "" for other figures."""
    if isinstance(row, TimeRow):
        return f"{row.row} {text.rounded(exp(row.log_ratio_to_reference_cell))}x"
    if isinstance(row, MemoryRow) and row.peak_bytes is not None:
        return f"{row.row} {text.mebibytes(row.peak_bytes)}"
    return ""


def _score(learning: Learning) -> str:
    metric = learning.metrics[0].name
    score = learning.test.get(metric)
    scored = f"{metric} {text.rounded(score)}" if score is not None else f"no {metric}"
    if learning.target is None:
        best = f"best in epoch {learning.chosen_epoch} of {learning.epochs_run}"
        return f"{scored}, {best}" if learning.chosen_epoch else scored
    if learning.epochs_to_target:
        return f"{scored}, target in epoch {learning.epochs_to_target}"
    return f"{scored}, target not reached"


def _running(state: State, width: int) -> str:
    """The trials that run now, as many as fit by name."""
    names = [name_of(identity) for identity in state.running]
    for most in range(len(names), 0, -1):
        line = f"running  {text.listed(names, most)}"
        if len(line) <= width:
            return line
    return f"running  {text.counted(len(names), 'trial')}"


def _style(result: Result) -> str:
    if result.status in FAILURES:
        return "red"
    return "" if result.status == "ok" else "yellow"
