"""A tryout ends with its minutes, whatever its trainings are doing then."""

from dataclasses import replace
from pathlib import Path

from rnnbench.campaign import ExecutorChoice, Progress
from rnnbench.contracts import Executor, ExecutorContext, ExecutorSpec
from rnnbench.driver import prepare
from rnnbench.records import Result, Trial, trial_id
from rnnbench.suite import Choices
from rnnbench.tryout import run_until
from tests.builders.own_files import SUITE, series

DEADLINE = 20.0
LATEST = 2.0
"""Seconds after the deadline at which trainings are ended."""


class Endless(Executor):
    """A place for one trial at a time, whose trainings never end; its clock goes on with waiting.

    now:    what the clock says.
    closed: when what was running was ended.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.closed: float | None = None
        self.running: set[str] = set()

    @property
    def free(self) -> int:
        return 1 - len(self.running)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self.running)

    def start(self, trial: Trial) -> None:
        self.running.add(trial_id(trial))

    def wait(self, seconds: float) -> list[Result]:
        assert self.now < 10 * DEADLINE, "the training goes on past the deadline"
        self.now += seconds
        return []

    def close(self) -> None:
        self.closed = self.now


def shown(progress: Progress, result: Result | None) -> None:
    """Show nothing."""


def test_a_training_that_has_begun_is_ended_at_the_deadline(tmp_path: Path) -> None:
    """It leaves no result, so that the same command runs it again."""
    dials = ', answer = "sales", horizon = 10'
    file = series(tmp_path)
    suite = tmp_path / "own.toml"
    text = SUITE.format(task="csv-forecast", path=file, dials=dials, cell='"gru"', recipe="")
    suite.write_text(text)
    pool = Endless()

    def build(_context: ExecutorContext) -> Endless:
        return pool

    place = ExecutorChoice(ExecutorSpec("endless", build=build))
    prepared = replace(prepare(str(suite), Choices(), output=tmp_path / "run"), place=place)
    end = run_until(prepared, DEADLINE, shown, lambda: pool.now)
    assert end.ending == "out of time"
    assert pool.running
    assert pool.closed is not None
    assert DEADLINE <= pool.closed <= DEADLINE + LATEST
    assert not list(prepared.store.read())
