"""Commands, typed in a process of their own.

It is forked from that of the tests, which has torch and the other large packages loaded, and is otherwise as a fresh
one: its streams, arguments, environment, working folder, warnings and caches are its own.
"""

import atexit
import io
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn

DIED = 70
"""What a process ends with that came to no end of its own."""


def rnnbench(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command; plugins of the test are on the path."""
    with TemporaryFile() as out, TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            try:
                for number, file in ((1, out), (2, err)):
                    os.dup2(file.fileno(), number)
                _run(arguments, _environment(cwd, environment), cwd)
            finally:
                os._exit(DIED)
        _, status = os.waitpid(child, 0)
        said = [_all_of(file) for file in (out, err)]
    return subprocess.CompletedProcess(["rnnbench", *arguments], os.waitstatus_to_exitcode(status), *said)


def _environment(cwd: Path, environment: dict[str, str]) -> dict[str, str]:
    paths = os.pathsep.join([path for path in sys.path if path])
    return {**os.environ, "PYTHONPATH": paths, "RNNBENCH_HOME": str(cwd / "home"), **environment}


def _run(arguments: tuple[str, ...], environment: dict[str, str], cwd: Path) -> NoReturn:
    """Be the command, in the process that was forked."""
    from rnnbench.cli.ending import run_to_the_end

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    atexit._clear()
    _forget_what_was_found()
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["rnnbench", *arguments]
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123  as long as the process
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(number, "w"), encoding="utf-8") for number in (1, 2))
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
    try:
        run_to_the_end()
    except SystemExit as exit_:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_.code if isinstance(exit_.code, int) else 0)


def _forget_what_was_found() -> None:
    """Empty the caches of the project: they hold what was found in another working folder and environment."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "rnnbench"]
    for module in modules:
        for thing in list(vars(module).values()):
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def _all_of(file: io.BufferedRandom) -> str:
    file.seek(0)
    return file.read().decode()
