"""Interpreters forked from that of the tests, which has torch and the other large packages loaded.

Each is otherwise as a fresh one: its streams, open files, arguments, environment, working folder,
signals, warnings and caches are its own, and it has no plugin of a test. One that is started as
usual loads torch first, for seconds.
"""

import atexit
import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from rnnbench_reports import page

DIED = 70
"""What a process ends with that came to no end of its own."""
PROGRAMS = (
    "rnnbench.executors.server",
    "rnnbench.executors.check_program",
    "rnnbench.executors.job",
    "rnnbench.driver.render_process",
)
"""What rnnbench starts in interpreters of its own and may be forked as well."""
LARGE = ("torch._dynamo", "scipy.stats", "matplotlib.backends.backend_agg", "matplotlib.figure")
OWN = ("rnnbench.cli", "rnnbench.driver", "rnnbench.runner", "rnnbench.testing", "rnnbench_reports")
SERVER_NAME = "forked-server"
"""What the system calls a server of trials, whose command line is that of the tests."""
WARM = "rnnbench.runner.warm"
"""Computes what all trials of a server share when it is imported."""
DEFAULT_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGCHLD)


class Popen(subprocess.Popen[Any]):
    """As `subprocess.Popen`; a command of this interpreter is forked where it runs rnnbench, or a
    program of it."""

    def _execute_child(self, args: Any, *more: Any) -> None:  # type: ignore[override]
        program = (
            None if more[1] or isinstance(args, str) else _program(list(map(os.fsdecode, args)))
        )
        if program is None:
            super()._execute_child(args, *more)  # type: ignore[misc]
            return
        load()
        _, _, _, keep, cwd, env, _, _, _, *pipes = more[:15]
        read_in, write_in, read_out, write_out, read_err, write_err = pipes
        session = more[-2]
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                if session:
                    os.setsid()
                _be_fresh(cwd, env)
                _take_streams((read_in, write_out, write_err), keep)
                _be(*program)
            finally:
                os._exit(DIED)
        self._child_created = True
        self._close_pipe_fds(read_in, write_in, read_out, write_out, read_err, write_err)  # type: ignore[attr-defined]


@cache
def load() -> None:
    """Load what is large, which what is forked need not do."""
    own = [
        entry.value
        for entry in entry_points(group="rnnbench")
        if entry.dist and entry.dist.name == "rnnbench"
    ]
    before = dict(os.environ)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*LARGE, *own, *OWN, *PROGRAMS):
            module = import_module(name)
            if name in OWN:
                _load_modules_of(module)
    page._template()  # to compile it takes half a second
    os.environ.clear()
    os.environ.update(before)  # what sets variables does so in each process that imports it


def _load_modules_of(package: ModuleType) -> None:
    for folder in package.__path__:
        for file in Path(folder).glob("*.py"):
            if file.stem != "__init__":
                import_module(f"{package.__name__}.{file.stem}")


def _program(args: Sequence[str]) -> tuple[str, list[str]] | None:
    """The program of a command that is to be forked, and its arguments; None for any other
    command."""
    if args[:3] == [sys.executable, "-m", "rnnbench"]:
        return "from rnnbench.cli.ending import run_to_the_end; run_to_the_end()", [
            "rnnbench",
            *args[3:],
        ]
    if args[:3] == [sys.executable, "-P", "-c"] and any(
        f"from {name} import" in args[3] for name in PROGRAMS
    ):
        return args[3], ["-c", *args[4:]]
    return None


def _take_streams(streams: Sequence[int], keep: Sequence[int]) -> None:
    """Have the standard streams of a new process; all other files lead nowhere, as if they had been
    closed.

    Closed, their numbers would be given to others, which the objects that had them would close once
    more.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    taken = [number if stream == -1 else stream for number, stream in enumerate(streams)]
    taken = [os.dup(stream) for stream in taken]
    for number, stream in enumerate(taken):
        os.dup2(stream, number)
    for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208  numbers
        if number > 2 and number != nowhere and number not in keep:
            with suppress(OSError):  # that of the list is gone
                os.fstat(number)
                os.dup2(nowhere, number, inheritable=False)
    for number in keep:
        os.set_inheritable(number, True)
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), encoding=encoding)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding=encoding)
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding=encoding, errors="backslashreplace"
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def _be_fresh(cwd: Any, env: Any) -> None:
    """Let go of all that belongs to the process of the tests."""
    for number in DEFAULT_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    atexit._clear()
    gc.freeze()  # a collection would copy all that is shared with the process of the tests
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    if cwd is not None:
        os.chdir(cwd)
    if env is not None:
        os.environ.clear()
        os.environ.update(env)
    tempfile.tempdir = None
    subprocess.Popen = Popen  # type: ignore[misc]  for what it starts in its turn
    for name in [name for name in sys.modules if name.startswith("plugin_made_by_test_")]:
        del sys.modules[name]
    sys.modules.pop(WARM, None)
    modules = [
        module for name, module in sys.modules.items() if name.partition(".")[0] == "rnnbench"
    ]
    for (
        module
    ) in modules:  # their caches hold what was found in another working folder and environment
        for thing in list(vars(module).values()):
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def _be(program: str, arguments: list[str]) -> NoReturn:
    """Run a program to its end, in the process that was forked."""
    sys.argv = arguments
    if PROGRAMS[0] in program:
        Path("/proc/self/comm").write_text(SERVER_NAME)
    code = 0
    try:
        sys.modules["__main__"] = main = ModuleType("__main__")
        exec(program, vars(main))
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    with suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
