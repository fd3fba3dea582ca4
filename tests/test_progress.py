"""The progress of a run: its rate, the time left, what runs, and the last score."""

from io import StringIO

import pytest
from rich.console import Console

from rnnbench.campaign import Progress
from rnnbench.cli.progress import STARTING, Display, name_of, outcome_of
from rnnbench.cli.trial_rate import RECENT, TrialRate, duration
from rnnbench.cli.verbosity import Verbosity
from rnnbench.executors.running import without_run
from rnnbench.records import Result, trial_id
from tests.builders.findings import cost_result, learned
from tests.builders.inside import STYLE, Terminal
from tests.builders.records import learning_trial

RESULT = learned("gru", 0, 4, 0.05)
FAILED = without_run(learning_trial(seed=9), "error", "ValueError: no luck")


class Clock:
    """A clock that is set by hand; seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def state(done: int, total: int, *running: str) -> Progress:
    progress = Progress(total=total, running=running)
    progress.new["ok"] = done
    return progress


def on_terminal(
    clock: Clock, *events: tuple[float, Progress, Result | None], shown: Verbosity = Verbosity.USUAL
) -> str:
    """What a terminal of 80 columns shows last, after these events at their seconds."""
    stream = Terminal()
    out = Console(file=stream, width=80, force_terminal=True, no_color=True, highlight=False)
    with Display(shown, clock=clock, out=out) as display:
        for second, progress, result in events:
            clock.now = 100.0 + second
            display.watch(progress, result)
        assert display._bar
        display._bar.refresh()
        stream.seek(0)
        stream.truncate()
        display._bar.refresh()
        frame = STYLE.sub("", stream.getvalue())
    lines = frame.replace("\r", "\n").splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def test_before_the_first_trial_nothing_is_counted_and_nothing_is_left(clock: Clock) -> None:
    """No `0/?`, and no time that nobody knows."""
    shown = on_terminal(clock)
    assert STARTING in shown
    assert "?" not in shown
    assert "left" not in shown


def test_a_bar_has_the_rate_the_time_left_what_runs_and_the_last_score(clock: Clock) -> None:
    """A trial every ten seconds is six a minute; nine more take a minute and a half."""
    first = state(0, 10, "adding.h10.gru.s0.abc", "adding.h10.rnn.s0.abc")
    then = state(1, 10, "adding.h10.rnn.s0.abc")
    shown = on_terminal(clock, (0, first, None), (10, then, RESULT), (10, then, None))
    assert "1/10, 6 trials a minute, about 2 min left" in shown
    assert "running  adding.h10.rnn.s0\n" in f"{shown}\n"
    assert f"last     {name_of(trial_id(RESULT.trial))}: mse 0.05, target in epoch 4" in shown


def test_as_many_running_trials_as_fit_are_named(clock: Clock) -> None:
    """The others are counted, and no line is too long."""
    names = [f"adding.h10.some-cell-{number}.s0.abc" for number in range(30)]
    shown = on_terminal(clock, (0, state(0, 99, *names), None))
    (line,) = [line for line in shown.splitlines() if line.startswith("running")]
    assert "some-cell-0.s0, adding.h10.some-cell-1.s0" in line
    named = line.count("adding.")
    assert line.endswith(f"and {30 - named} more")
    assert len(line) <= 80


def test_a_failure_has_a_line_of_its_own_and_is_counted(clock: Clock) -> None:
    """On a terminal, where a trial that went well has none."""
    stream = Terminal()
    out = Console(file=stream, width=80, force_terminal=True, no_color=True, highlight=False)
    failed = state(0, 3)
    failed.new["error"] = 1
    with Display(clock=clock, out=out) as display:
        display.watch(state(1, 3), RESULT)
        display.watch(failed, FAILED)
    shown = STYLE.sub("", stream.getvalue())
    assert "ValueError: no luck" in shown
    assert "1 failed" in shown
    assert "ok 0.0 s" not in shown


@pytest.mark.parametrize(
    ("verbosity", "lines"), [(Verbosity.QUIET, 1), (Verbosity.USUAL, 2), (Verbosity.VERBOSE, 2)]
)
def test_piped_each_trial_has_a_line_unless_it_is_quiet(
    clock: Clock, verbosity: Verbosity, lines: int
) -> None:
    """With its score; quietly, failures alone. From the first minute on, with the time left."""
    stream = StringIO()
    out = Console(file=stream, width=80, soft_wrap=True)
    with Display(verbosity, clock=clock, out=out) as display:
        clock.now += 120
        display.watch(state(1, 3), RESULT)
        display.watch(state(2, 3), FAILED)
    printed = stream.getvalue().splitlines()
    assert len(printed) == lines
    assert printed[-1].endswith("ValueError: no luck; about 1 min left")
    if lines == 2:
        name = name_of(trial_id(RESULT.trial))
        assert printed[0].startswith(f"1/3 {name} ok 0.0 s: mse 0.05, target in epoch 4; about 4")


def test_the_rate_is_that_of_the_last_trials(clock: Clock) -> None:
    """Many quick trials, then slow ones: the time left is that of slow ones."""
    rate = TrialRate(clock)
    for seconds in [1.0] * 2000 + [60.0] * RECENT:
        clock.now += seconds
        rate.finish()
    assert rate.in_words() == "1 trial a minute"
    assert rate.left(10, 1) == "about 10 min left"


def test_without_a_finished_trial_there_is_a_bound_from_the_first_minute_on(clock: Clock) -> None:
    """Each of six rounds takes as long as the first one has taken, at least."""
    rate = TrialRate(clock)
    clock.now += 59
    assert rate.left(12, 2) == ""
    clock.now += 61
    assert rate.left(12, 2) == "over 10 min left"
    assert rate.left(2, 2) == ""
    assert rate.in_words() == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (45, "45 s"), (60, "1 min"), (3599, "1 h 0 min"), (7800, "2 h 10 min")],
)
def test_durations_are_said_in_two_units_at_most(seconds: float, words: str) -> None:
    """Rounded, and never none."""
    assert duration(seconds) == words


def test_the_last_score_of_a_cost_trial_is_a_ratio() -> None:
    """To torch's LSTM, of each cell."""
    assert outcome_of(cost_result(0, 0.1)) == "gru 2x, lstm 1x"
    assert outcome_of(FAILED) == "error: ValueError: no luck"
