"""Detection and undoing of what a plugin's code changes for the whole process."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD", "SIGPIPE")
    if hasattr(signal, name)
)


@contextmanager
def set_back(effects: list[str], changed_switches: dict[str, str]) -> Iterator[None]:
    """Set back what the block changes, and report the changes in both arguments.

    effects:          a sentence on each change is added.
    changed_switches: each changed switch of torch is added, with its new and its former value.
    """
    environment = dict(os.environ)
    folder = _working_folder()
    streams = sys.stdin, sys.stdout, sys.stderr, sys.excepthook
    paths = list(sys.path)
    in_main_thread = threading.current_thread() is threading.main_thread()
    torch_before = _torch_switches()
    handlers = {number: signal.getsignal(number) for number in SIGNALS} if in_main_thread else {}
    with warnings.catch_warnings():
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr, sys.excepthook = streams
            effects += _set_environment_back(environment)
            effects += _set_paths_back(paths)
            changed_switches |= _set_torch_back(torch_before)
            effects += _set_handlers_back(handlers)
            if folder and _working_folder() != folder:
                os.chdir(folder)
                effects.append("changed the working folder, which was set back")


def _working_folder() -> str:
    """Return the working folder; "" where it was removed."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _torch_switches() -> Any:
    """Return torch's switches if this process has loaded torch; torch is not loaded for this."""
    if "torch" not in sys.modules:
        return None
    from rnnbench import switches

    return switches.read()


def _set_torch_back(before: Any) -> dict[str, str]:
    if before is None:
        return {}
    from rnnbench import switches

    now = switches.read()
    if now == before:
        return {}
    switches.restore(before)
    return switches.changed(before, now)


def _set_environment_back(before: dict[str, str]) -> Iterator[str]:
    now = dict(os.environ)
    if now == before:
        return
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) == now.get(name):
            continue
        yield f"set the environment variable {name}, which was set back"
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]


def _set_paths_back(before: list[str]) -> Iterator[str]:
    added = [path for path in sys.path if path not in before]
    if sys.path[: len(before)] != before:
        sys.path[:] = [*before, *added]
        yield "changed the front of sys.path, which was set back"


def _set_handlers_back(handlers: dict[Any, Any]) -> Iterator[str]:
    for number, handler in handlers.items():
        if signal.getsignal(number) is not handler and handler is not None:
            signal.signal(number, handler)
            name = signal.Signals(number).name
            yield f"replaced the handler of {name}, which was set back"
