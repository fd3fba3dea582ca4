"""How a driver starts the server: a process with a channel, and a pipe that closes with the
driver."""

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
"""In which a server must take a message, and answer it."""
SAFE_PATH = "PYTHONSAFEPATH"
"""Set, it keeps the working folder off the path of every interpreter that a trial starts."""
PROGRAM = "from rnnbench.executors.server import main; main({}, {}, {}, {}, {})"


@dataclass
class Child:
    """A process that was forked for a trial.

    code: its exit code once it is gone, the negative number of a signal that ended it.
    lost: whether the server was gone first, so that nobody knows how it ended.
    problem: why the system let no process be started for it; "" where one was.
    """

    number: int
    pid: int = 0
    code: int | None = None
    lost: bool = False
    problem: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected of it."""
        return self.lost or self.code is not None or bool(self.problem)


class Launched(NamedTuple):
    """A server that was started.

    alive: the writing end of the pipe that its children watch.
    said:  what it prints.
    """

    process: "subprocess.Popen[bytes]"
    channel: Channel
    alive: int
    said: BinaryIO


def launch(modules: Sequence[str]) -> Launched:
    """Start a server that loads these modules. Raises RnnbenchError where the system does not allow
    it."""
    try:
        said = cast(BinaryIO, TemporaryFile())  # noqa: SIM115  its user closes it
    except OSError as error:
        raise unusable_folder(error) from error
    ours, theirs = socket.socketpair()
    ours.settimeout(ANSWER_SECONDS)
    watched, alive = os.pipe()
    program = PROGRAM.format(os.getpid(), theirs.fileno(), watched, own_brand(), list(modules))
    try:
        process = subprocess.Popen(
            python_with_my_path(program),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, SAFE_PATH: "1"},
            pass_fds=(theirs.fileno(), watched),
            start_new_session=True,  # neither Ctrl-C nor Ctrl-Z is for it: the driver hears them
        )
    except OSError as error:
        said.close()
        ours.close()
        os.close(alive)
        raise RnnbenchError(f"no process can be started in which trials run: {error}") from error
    finally:
        theirs.close()
        os.close(watched)
    return Launched(process, Channel(ours), alive, said)
