"""What a trial's own process does: confine itself, watch its driver, run the trial, send the
result."""

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


def main(order: ChildRequest, files: SharedFiles, alive: int, server: int) -> None:
    """Run one trial; its result is whole before this process ends. Ends at once, with what the
    trial has started in its group, when the driver is gone: then the pipe `alive` closes, of which
    there is no other use.

    Descendants that lose their parent fall to this process while it lives, so that the server, to
    which they fall after that, knows them for what a trial has left behind.
    """
    confinement.own_group()
    confinement.adopt_orphans(True)
    end_with_parent(server)
    confinement.no_core_dump()
    kind = os.fstat(files.result)
    _settle(order, files)
    threading.Thread(target=_end_with_driver, args=(alive,), daemon=True).start()
    confinement.limit_memory(limits(order.trial).memory_mib, order.trial.device)
    from rnnbench.runner import Terms, run_trial

    terms = Terms(
        checkpoints=order.checkpoints,
        only_size=order.only_size,
        plugins=order.plugins,
        files=order.files,
        at_end=confinement.lift_memory_limit,
    )
    if isinstance(order.trial, CostTrial):
        terms = replace(terms, at_work=Marker(files.marker).mark)
    result = run_trial(order.trial, terms=terms)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a cell may have closed or replaced it
            stream.flush()
    if not _is_still(files.result, kind):
        raise RuntimeError(
            "the trial has closed files that it did not open, among them the one for its result"
        )
    write_all(files.result, encode(result))
    os._exit(0)


def _is_still(file: int, kind: os.stat_result) -> bool:
    """Whether a descriptor leads to the file that it led to; it does not where the trial has closed
    it."""
    try:
        return os.path.samestat(kind, os.fstat(file))
    except OSError:
        return False


def _end_with_driver(alive: int) -> None:
    """The driver never writes: what can be read is the end of the pipe. The group is this process's
    own."""
    try:
        os.read(alive, 1)
    except OSError:  # a cell has closed it
        return
    os.killpg(0, signal.SIGKILL)


def _settle(order: ChildRequest, files: SharedFiles) -> None:
    """Work in a folder of its own, and send everything that is printed, by Python or by C, to a
    file. Where the place is gone, so is the driver."""
    try:
        os.chdir(order.folder)
    except OSError:
        os._exit(1)
    for stream in (1, 2):
        os.dup2(files.output, stream)
    os.close(files.output)
