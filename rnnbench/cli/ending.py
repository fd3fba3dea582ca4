"""The end of a command's process: its exit code is that of the command, whatever plugins have left
for the end."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

from rnnbench.cli.main import main

GUARD = "rnnbench.catalogue.guard"
STDOUT, STDERR = 1, 2


def run_to_the_end() -> NoReturn:
    """Run the command line, then what is registered for the exit, and end.

    A plugin may have registered a function that prints, or that ends the process with another code,
    and may have left a thread that never ends. What is printed goes to standard error, and the
    process ends without waiting for threads.
    """
    code: object = 0
    try:
        main()
    except SystemExit as exit_:
        code = exit_.code
    if GUARD not in sys.modules:  # no plugin was imported
        sys.exit(code if isinstance(code, int) else 0)
    guard = sys.modules[GUARD]
    _keep_output_as_it_is()
    with suppress(guard.Misbehaved, KeyboardInterrupt):
        guard.run_guarded(atexit._run_exitfuncs)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


def _keep_output_as_it_is() -> None:
    """From here on all that is printed goes to standard error, also by threads."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError):
        os.dup2(STDERR, STDOUT)
