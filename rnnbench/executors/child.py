"""What a trial's own process does: watch its driver, keep its output, run the trial, send the result."""

import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

import msgspec

from rnnbench.records import Trial


def main(encoded: bytes, pipe: Connection, output: str) -> None:
    """Run one trial; the result goes through the pipe, after all that was printed is in the file, for the driver may
    end this process as soon as it has the result. Ends at once when the driver is gone."""
    os.setsid()
    _keep_output(output)
    threading.Thread(target=_end_with_driver, args=(pipe,), daemon=True).start()
    from rnnbench.runner import run_trial

    result = run_trial(msgspec.json.decode(encoded, type=Trial))
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a cell may have closed or replaced it
            stream.flush()
    pipe.send_bytes(msgspec.json.encode(result))
    os._exit(0)


def _end_with_driver(pipe: Connection) -> None:
    """The driver never sends: what can be read is the end of the pipe."""
    pipe.poll(None)
    os._exit(1)


def _keep_output(path: str) -> None:
    """Send everything that is printed, by Python or by C, to a file. Where its folder is gone, so is the driver."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except FileNotFoundError:
        os._exit(1)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
