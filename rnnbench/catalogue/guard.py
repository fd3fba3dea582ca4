"""Guarded calls of a plugin's code: it cannot end or hang this process, nor change its
environment."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, TypeVar

from rnnbench.catalogue.setting_back import set_back
from rnnbench.errors import describe

Value = TypeVar("Value")
LIMIT = "RNNBENCH_IMPORT_SECONDS"
LIMIT_SECONDS = 60.0
"""Default limit on an import. Some packages compile while they are imported; one took 34 s."""
AGAIN_SECONDS = 0.5
"""Interval at which the alarm of the limit repeats, for code that catches every exception."""
SLOW_SECONDS = 5.0
REAL_EXIT = os._exit
GUARDED: list[int] = []
"""Process id of each active guard."""


class Misbehaved(Exception):
    """Raised where a plugin's code does not return; the message describes in one line what it did.

    error: the exception that it raised, if any.
    """

    def __init__(self, sentence: str, error: BaseException | None = None) -> None:
        super().__init__(sentence)
        self.error = error


class EndsProcess(BaseException):
    """Raised in place of os._exit. It is a BaseException, so that no `except Exception` catches
    it."""


class TakesTooLong(BaseException):
    """Raised in code that runs longer than its limit."""


@dataclass(frozen=True)
class Ran:
    """What a guarded call gave.

    value:    the returned value.
    effects:  sentences on what the code changed, and what was set back.
    switches: torch's switches that it changed, with their values.
    """

    value: Any
    effects: tuple[str, ...]
    switches: tuple[tuple[str, str], ...] = ()


def run_guarded(function: Callable[[], Any], limit_seconds: float | None = None) -> Ran:
    """Call a function of a plugin. Raises Misbehaved where it raises, exits, or takes too long.

    Its output goes to standard error. Environment variables, signal handlers, the working folder,
    standard streams and warning filters are set back. Folders that it puts at the front of
    `sys.path` are moved to its end.

    limit_seconds: by default the environment variable RNNBENCH_IMPORT_SECONDS, or 60.
    """
    effects: list[str] = []
    switches: dict[str, str] = {}
    began = time.monotonic()
    process = os.getpid()
    limit = limit_seconds or _limit_seconds()
    advice = "" if limit_seconds else f" (raise {LIMIT} if it needs that)"
    too_long = f"it takes longer than {limit:g} s{advice}"
    with set_back(effects, switches), _no_exit(), _output_aside(), _limited(limit, too_long):
        try:
            value = _call_in_this_process(function, process)
        except KeyboardInterrupt:
            raise
        except (EndsProcess, TakesTooLong) as ended:
            raise Misbehaved(str(ended), ended) from None
        except BaseException as error:
            raise Misbehaved(describe(error), error) from None
    took = time.monotonic() - began
    if took > SLOW_SECONDS:
        effects.append(f"took {took:.0f} s")
    return Ran(value, tuple(effects), tuple(switches.items()))


def _call_in_this_process(function: Callable[[], Any], process: int) -> Any:
    """Return what the function returns; a process that it forks ends here."""
    code = 1
    try:
        value = function()
        code = 0
    except SystemExit as exit_:
        if isinstance(exit_.code, int):
            code = exit_.code
        raise
    finally:
        if os.getpid() != process:
            os._exit(code)
    return value


def _limit_seconds() -> float:
    with suppress(ValueError):
        return float(os.environ.get(LIMIT, LIMIT_SECONDS))
    return LIMIT_SECONDS


def _exit(status: int = 0) -> NoReturn:
    """Replacement of os._exit: raises an exception while a guard of this process is active."""
    if os.getpid() in GUARDED:
        raise EndsProcess(f"it ends the process: os._exit({status})")
    REAL_EXIT(status)


@contextmanager
def _no_exit() -> Iterator[None]:
    """Turn os._exit into an exception in this process; forked processes still end by it."""
    installed = os._exit
    os._exit = _exit
    GUARDED.append(os.getpid())
    try:
        yield
    finally:
        GUARDED.pop()
        os._exit = installed


@contextmanager
def _limited(seconds: float, too_long: str) -> Iterator[None]:
    """Interrupt the block after its limit; only the main thread can be interrupted.

    An alarm that was set before continues afterwards.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signum: int, _frame: FrameType | None) -> NoReturn:
        raise TakesTooLong(too_long)

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            remaining = max(0.01, left - (time.monotonic() - began))
            signal.setitimer(signal.ITIMER_REAL, remaining, interval)


@contextmanager
def _output_aside() -> Iterator[None]:
    """Send the output of Python and of C to standard error; standard output is for results."""
    stdout = sys.stdout
    descriptor = -1
    with suppress(OSError, ValueError):
        # Python sets sys.stdout to None where it found it closed.
        if stdout is not None:
            stdout.flush()
    with suppress(OSError):
        descriptor = os.dup(1)
    with suppress(OSError):
        os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = stdout
        if descriptor >= 0:
            os.dup2(descriptor, 1)
            os.close(descriptor)
        else:
            with suppress(OSError):
                os.close(1)
