"""Start the forkserver: a process with a channel, and a pipe that closes with the driver."""

import os
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple, cast

from rnnbench.errors import RnnbenchError
from rnnbench.executors.branding import own_brand
from rnnbench.executors.channel import Channel
from rnnbench.executors.scratch import unusable_folder
from rnnbench.interpreter import python_with_my_path

ANSWER_SECONDS = 30.0
"""The time in which a server must take a message, and answer it."""
SAFE_PATH = "PYTHONSAFEPATH"
"""This variable keeps the working folder off `sys.path` in all interpreters of a trial."""
PROGRAM = "from rnnbench.executors.server import main; main({}, {}, {}, {}, {})"


@dataclass
class Child:
    """A process that the server forks for a trial.

    number:  what names it in messages.
    pid:     its process id; 0 before it has started.
    code:    its exit code, or the negative number of the signal that ended it; None while it runs.
    lost:    whether the server died first, so that its exit code is unknown.
    problem: why the system started no process; "" where it did.
    """

    number: int
    pid: int = 0
    code: int | None = None
    lost: bool = False
    problem: str = ""

    @property
    def over(self) -> bool:
        """Whether the child has ended, was lost, or did not start."""
        return self.lost or self.code is not None or bool(self.problem)


class Launched(NamedTuple):
    """A server that was started.

    lifeline: the writing end of the pipe that closes with the driver; children watch its end.
    output:   the file into which the server prints.
    """

    process: "subprocess.Popen[bytes]"
    channel: Channel
    lifeline: int
    output: BinaryIO


def launch(modules: Sequence[str]) -> Launched:
    """Start a server that loads these modules.

    Raises RnnbenchError where the system lacks a process or a temporary file.
    """
    try:
        output = cast(BinaryIO, TemporaryFile())  # noqa: SIM115  its user closes it
    except OSError as error:
        raise unusable_folder(error) from error
    ours, theirs = socket.socketpair()
    ours.settimeout(ANSWER_SECONDS)
    watched, lifeline = os.pipe()
    program = PROGRAM.format(os.getpid(), theirs.fileno(), watched, own_brand(), list(modules))
    try:
        process = subprocess.Popen(
            python_with_my_path(program),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, SAFE_PATH: "1"},
            pass_fds=(theirs.fileno(), watched),
            start_new_session=True,  # the signals of Ctrl-C and Ctrl-Z go to the driver alone
        )
    except OSError as error:
        output.close()
        ours.close()
        os.close(lifeline)
        raise RnnbenchError(f"no process can be started in which trials run: {error}") from error
    finally:
        theirs.close()
        os.close(watched)
    return Launched(process, Channel(ours), lifeline, output)
