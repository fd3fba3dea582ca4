"""The process of a trial: it confines itself, watches its driver, and runs the trial."""

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace

from rnnbench.executors import confinement
from rnnbench.executors.anonymous import write_all
from rnnbench.executors.child_request import ChildRequest, SharedFiles
from rnnbench.executors.marker import Marker
from rnnbench.interpreter import end_with_parent
from rnnbench.records import CostTrial, encode, limits


def main(request: ChildRequest, files: SharedFiles, lifeline: int, server: int) -> None:
    """Run one trial, write its result, and end this process.

    lifeline: a pipe that closes with the driver; this process and its group then end at once.
    server:   the process id of the server; this process ends with it.

    Orphaned descendants become children of this process, and of the server when this one has ended.
    The server recognises by this which processes a trial has left behind.
    """
    confinement.own_group()
    confinement.adopt_orphans(True)
    end_with_parent(server)
    confinement.no_core_dump()
    result_file = os.fstat(files.result)
    _enter_folder(request)
    _redirect_output(files)
    threading.Thread(target=_end_with_driver, args=(lifeline,), daemon=True).start()
    confinement.limit_memory(limits(request.trial).memory_mib, request.trial.device)
    from rnnbench.runner import RunOptions, run_trial

    options = RunOptions(
        checkpoints=request.checkpoints,
        only_size=request.only_size,
        plugins=request.plugins,
        files=request.files,
        at_end=confinement.lift_memory_limit,
    )
    if isinstance(request.trial, CostTrial):
        options = replace(options, on_stage=Marker(files.marker).mark)
    result = run_trial(request.trial, options=options)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a cell may have closed or replaced it
            stream.flush()
    if not _is_file(files.result, result_file):
        raise RuntimeError(
            "the trial has closed files that it did not open, among them the one for its result"
        )
    write_all(files.result, encode(result))
    os._exit(0)


def _is_file(descriptor: int, file: os.stat_result) -> bool:
    """Whether a descriptor leads to this file; it does not where the trial has closed it."""
    try:
        return os.path.samestat(file, os.fstat(descriptor))
    except OSError:
        return False


def _end_with_driver(lifeline: int) -> None:
    """Wait until the driver's end closes the pipe, and end the group of this process."""
    try:
        os.read(lifeline, 1)
    except OSError:  # a cell has closed the descriptor
        return
    os.killpg(0, signal.SIGKILL)


def _enter_folder(request: ChildRequest) -> None:
    """Change to the working folder; where it is missing, the driver has ended, and so does this."""
    try:
        os.chdir(request.folder)
    except OSError:
        os._exit(1)


def _redirect_output(files: SharedFiles) -> None:
    """Redirect all that is printed, by Python or by C, to a file."""
    for stream in (1, 2):
        os.dup2(files.output, stream)
    os.close(files.output)


def exit_code(exit_: SystemExit) -> int:
    """Return the exit code of a process that raises SystemExit, as the interpreter sets it."""
    if exit_.code is None:
        return 0
    return exit_.code & 0xFF if isinstance(exit_.code, int) else 1
