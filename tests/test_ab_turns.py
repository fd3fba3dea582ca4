"""The turns of a cell in a paired measurement, as the process of an environment takes them."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from rnnbench.records.turns import Timed, Turn
from rnnbench.runner.cost.participants import name_of
from rnnbench.runner.cost.turns import _Timed
from tests.builders.paired import TRIAL


def clock(work: Callable[[], None]) -> tuple[float, float]:
    """A clock that sees one second of CPU, and one of the wall."""
    work()
    return 1.0, 1.0


@pytest.mark.parametrize(("timed", "run"), [(1, 1), (2, 2), (3, 4), (10, 11)])
def test_an_untimed_step_comes_before_several_short_ones_alone(timed: int, run: int) -> None:
    """The seconds of a step are those of the timed steps, divided by their number."""
    steps: list[None] = []
    process = object.__new__(_Timed)
    process.trial = TRIAL
    process.clock = clock
    process.participants = SimpleNamespace(steps={name_of("gru"): lambda: steps.append(None)})  # type: ignore[assignment]
    assert process.take(Turn("gru", timed)) == Timed(seconds=1 / timed)
    assert len(steps) == run
