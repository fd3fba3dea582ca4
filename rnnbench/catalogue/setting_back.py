"""Setting back what a stranger's code changes for the whole process, and naming it."""

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
def set_back(effects: list[str], turned: dict[str, str]) -> Iterator[None]:
    """Set back what is changed in here. A sentence on each change is added to `effects`; switches
    of torch that were turned are added to `turned`, each with how it was left and how it had
    been."""
    environment = dict(os.environ)
    folder = _working_folder()
    streams = sys.stdin, sys.stdout, sys.stderr, sys.excepthook
    paths = list(sys.path)
    main = threading.current_thread() is threading.main_thread()
    torch_before = _torch_switches()
    handlers = {number: signal.getsignal(number) for number in SIGNALS} if main else {}
    with warnings.catch_warnings():
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr, sys.excepthook = streams
            effects += _environment_back(environment)
            effects += _paths_back(paths)
            turned |= _torch_back(torch_before)
            for number, handler in handlers.items():
                if signal.getsignal(number) is not handler and handler is not None:
                    signal.signal(number, handler)
                    effects.append(
                        f"replaced the handler of {signal.Signals(number).name}, which was set back"
                    )
            if folder and _working_folder() != folder:
                os.chdir(folder)
                effects.append("changed the working folder, which was set back")


def _working_folder() -> Path | None:
    """None where it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _torch_switches() -> Any:
    """How torch's switches are set, where this process has torch loaded: it is not loaded for
    this."""
    if "torch" not in sys.modules:
        return None
    from rnnbench import switches

    return switches.read()


def _torch_back(before: Any) -> dict[str, str]:
    if before is None:
        return {}
    from rnnbench import switches

    turned = switches.changed(before, switches.read())
    switches.restore(before)
    return turned


def _environment_back(before: dict[str, str]) -> Iterator[str]:
    now = dict(os.environ)
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) == now.get(name):
            continue
        yield f"set the environment variable {name}, which was set back"
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]


def _paths_back(before: list[str]) -> Iterator[str]:
    added = [path for path in sys.path if path not in before]
    if sys.path[: len(before)] != before:
        sys.path[:] = [*before, *added]
        yield "changed the front of sys.path, which was set back"
