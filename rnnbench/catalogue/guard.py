"""Running a stranger's code in this process, which it can neither end nor hang, nor leave with
another environment."""

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

Given = TypeVar("Given")
LIMIT = "RNNBENCH_IMPORT_SECONDS"
LIMIT_SECONDS = 60.0
"""Some packages compile while they are imported: one was seen to take 34 s."""
AGAIN_SECONDS = 0.5
"""The limit rings again and again, for what catches every exception."""
SLOW_SECONDS = 5.0
REAL_EXIT = os._exit
GUARDED: list[int] = []
"""The process of each guard that is up."""


class Misbehaved(Exception):
    """What a stranger's code did instead of returning, in one line.

    error: what it raised, where it raised something.
    """

    def __init__(self, sentence: str, error: BaseException | None = None) -> None:
        super().__init__(sentence)
        self.error = error


class EndsProcess(BaseException):
    """It called os._exit; no `except Exception` on the way takes it."""


class TakesTooLong(BaseException):
    """It ran longer than its limit."""


@dataclass(frozen=True)
class Ran:
    """What a stranger's code gave, sentences on what it changed and what was set back, and switches
    of torch that it turned."""

    value: Any
    effects: tuple[str, ...]
    switches: tuple[tuple[str, str], ...] = ()


def run_guarded(function: Callable[[], Any], limit_seconds: float | None = None) -> Ran:
    """What the function returns. Raises Misbehaved, in one line, where it raises, exits, or takes
    too long.

    What it prints goes to standard error. Environment variables, signal handlers, the working
    folder, standard streams and warning filters are set back, and folders that it put at the front
    of `sys.path` are put at its end.

    limit_seconds: by default 60, or what the environment variable RNNBENCH_IMPORT_SECONDS says.
    """
    effects: list[str] = []
    turned: dict[str, str] = {}
    began = time.monotonic()
    own = os.getpid()
    limit = limit_seconds or _limit_seconds()
    advice = "" if limit_seconds else f" (raise {LIMIT} if it needs that)"
    too_long = f"it takes longer than {limit:g} s{advice}"
    with set_back(effects, turned), _no_exit(), _output_aside(), _limited(limit, too_long):
        try:
            value = _here_alone(function, own)
        except KeyboardInterrupt:
            raise
        except (EndsProcess, TakesTooLong) as ended:
            raise Misbehaved(str(ended), ended) from None
        except BaseException as error:
            raise Misbehaved(describe(error), error) from None
    took = time.monotonic() - began
    if took > SLOW_SECONDS:
        effects.append(f"took {took:.0f} s")
    return Ran(value, tuple(effects), tuple(turned.items()))


def _here_alone(function: Callable[[], Any], own: int) -> Any:
    """What the function returns. A process that it forks ends here, however it comes here."""
    code = 1
    try:
        value = function()
        code = 0
    except SystemExit as exit_:
        if isinstance(exit_.code, int):
            code = exit_.code
        raise
    finally:
        if os.getpid() != own:
            os._exit(code)
    return value


def _limit_seconds() -> float:
    with suppress(ValueError):
        return float(os.environ.get(LIMIT, LIMIT_SECONDS))
    return LIMIT_SECONDS


def _exit(status: int = 0) -> NoReturn:
    """In place of os._exit: an exception while a guard of this process is up, whenever the
    reference was taken."""
    if os.getpid() in GUARDED:
        raise EndsProcess(f"it ends the process: os._exit({status})")
    REAL_EXIT(status)


@contextmanager
def _no_exit() -> Iterator[None]:
    """Turn os._exit into an exception in this process; one that is forked ends by it."""
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
    """Interrupt what takes too long; only the main thread can, and an alarm that was set before
    goes on."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
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
            signal.setitimer(
                signal.ITIMER_REAL, max(0.01, left - (time.monotonic() - began)), interval
            )


@contextmanager
def _output_aside() -> Iterator[None]:
    """Send what is printed, by Python or by C, to standard error: standard output is for
    results."""
    python = sys.stdout
    kept = -1
    with suppress(OSError, ValueError):
        if python is not None:  # it is where Python found it closed
            python.flush()
    with suppress(OSError):
        kept = os.dup(1)
    with suppress(OSError):
        os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = python
        if kept >= 0:
            os.dup2(kept, 1)
            os.close(kept)
        else:
            with suppress(OSError):
                os.close(1)
