"""What a trial's own process does: confine itself, watch its driver, run the trial, send the result."""

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Plugin
from rnnbench.executors import confinement
from rnnbench.executors.marker import Marker
from rnnbench.records import CostTrial, Trial, limits
from rnnbench.store import write_atomically


class Order(Struct, frozen=True, kw_only=True):
    """What a child is to do.

    folder:     its own working folder; beside it lie `output`, what it prints, and `result`.
    marker:     the file in which it says what it is at, while it measures costs.
    checkpoint: the file in which it keeps what it needs to go on after it was cut off; "" keeps nothing.
    only_size:  size the model, and train nothing.
    plugins:    those that bring what the trial uses; None imports all that are installed.
    files:      by module, the file that it is in the driver.
    """

    trial: Trial
    folder: str
    output: str
    result: str
    marker: str
    checkpoint: str = ""
    checkpoint_seconds: float
    only_size: bool = False
    plugins: tuple[Plugin, ...] | None = None
    files: dict[str, str] = {}


def main(encoded: bytes, pipe: Connection) -> None:
    """Run one trial; the result is a file that is there whole before this process ends. Ends at once, with what the
    trial has started in its group, when the driver is gone: then the pipe closes, of which there is no other use."""
    order = msgspec.json.decode(encoded, type=Order)
    confinement.own_group()
    confinement.end_with_parent()
    confinement.no_core_dump()
    _settle(order)
    threading.Thread(target=_end_with_driver, args=(pipe,), daemon=True).start()
    confinement.limit_memory(limits(order.trial).memory_mib, order.trial.device)
    from rnnbench.runner import Terms, run_trial

    terms = Terms(
        checkpoint=Path(order.checkpoint) if order.checkpoint else None,
        checkpoint_seconds=order.checkpoint_seconds,
        only_size=order.only_size,
        plugins=order.plugins,
        files=order.files,
        at_end=confinement.lift_memory_limit,
    )
    if isinstance(order.trial, CostTrial):
        terms = replace(terms, at_work=Marker(Path(order.marker)).mark)
    result = run_trial(order.trial, terms=terms)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a cell may have closed or replaced it
            stream.flush()
    write_atomically(Path(order.result), msgspec.json.encode(result))
    os._exit(0)


def _end_with_driver(pipe: Connection) -> None:
    """The driver never sends: what can be read is the end of the pipe. The group is this process's own."""
    pipe.poll(None)
    os.killpg(0, signal.SIGKILL)


def _settle(order: Order) -> None:
    """Work in a folder of its own, and send everything that is printed, by Python or by C, to a file. Where the place
    is gone, so is the driver."""
    try:
        os.chdir(order.folder)
        file = os.open(order.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except OSError:
        os._exit(1)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
