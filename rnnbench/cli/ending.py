"""Ends the process of a command with its own exit code, whatever plugins do at the exit."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

from rnnbench.cli.main import main

GUARD = "rnnbench.catalogue.guard"
STDOUT = 1
STDERR = 2


def run_to_the_end() -> NoReturn:
    """Run the command line and the functions registered for the exit, then end the process.

    A plugin may have registered a function that prints or exits with another code, and may have
    left a thread that never ends. Such output goes to standard error, and no thread is waited for.
    """
    code: object = 0
    try:
        main()
    except SystemExit as exit_:
        code = exit_.code
    if GUARD not in sys.modules:  # no plugin was imported
        sys.exit(code if isinstance(code, int) else 0)
    guard = sys.modules[GUARD]
    _redirect_output()
    with suppress(guard.Misbehaved, KeyboardInterrupt):
        guard.run_guarded(atexit._run_exitfuncs)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


def _redirect_output() -> None:
    """Send all further output to standard error, that of threads included."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError):
        os.dup2(STDERR, STDOUT)
