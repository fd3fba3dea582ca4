"""How fast trials of a run finish, and how long the rest will take."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from rnnbench import text

MINUTE = 60.0
HOUR = 3600.0
RECENT = 20
"""The rate is that of so many last trials, because later ones may take another time."""


class TrialRate:
    """The rate at which trials of this run finish.

    clock: seconds from any start.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._finished: deque[float] = deque(maxlen=RECENT + 1)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    def finish(self) -> None:
        """Note that a trial has finished now."""
        self._finished.append(self._clock())

    def per_second(self) -> float:
        """Trials a second; 0 before the first one has finished."""
        count = len(self._finished)
        since = self._start
        if count > RECENT:
            count = RECENT
            since = self._finished[0]
        seconds = self._clock() - since
        return count / seconds if seconds > 0 else 0.0

    def in_words(self) -> str:
        """The rate in words: `41 trials a minute`; "" before the first trial has finished."""
        per_second = self.per_second()
        if not per_second:
            return ""
        if per_second * MINUTE >= 1:
            return f"{text.counted(round(per_second * MINUTE), 'trial')} a minute"
        return f"{text.counted(round(per_second * HOUR), 'trial')} an hour"

    def left(self, to_finish: int, running: int) -> str:
        """The time left in words; "" where none is known yet, or nothing is left.

        After a minute without a finished trial, each trial takes at least as long as the first ones
        have taken.
        """
        if not to_finish:
            return ""
        per_second = self.per_second()
        if per_second:
            return f"about {duration(to_finish / per_second)} left"
        if self.elapsed >= MINUTE and running:
            rounds = -(-to_finish // running)
            return f"over {duration((rounds - 1) * self.elapsed)} left" if rounds > 1 else ""
        return ""


def duration(seconds: float) -> str:
    """A duration in words: `45 s`, `3 min`, `2 h 10 min`."""
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / MINUTE)
    if minutes < HOUR / MINUTE:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
