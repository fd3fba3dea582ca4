"""The channel between a driver and the server that forks its trials: messages on a socket that has
no path.

A message is a line of ASCII JSON, so that file names which are not UTF-8 travel too. Open files
travel beside it.
"""

import json
import os
import socket
from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from rnnbench.executors.child_request import ChildRequest

READ_BYTES = 65_536
FILES_AT_ONCE = 16


class Start(Struct, frozen=True, tag=True):
    """Driver to server: fork a child for this order. Its three files travel with the message.

    path: `sys.path` of the driver, so that trials import the files that the driver imports.
    """

    number: int
    order: ChildRequest
    path: tuple[str, ...]


class End(Struct, frozen=True, tag=True):
    """Driver to server: end this child and its process group."""

    number: int


class Ready(Struct, frozen=True, tag=True):
    """Server to driver: it is ready to fork.

    problem: why no trial can run here; "" where they can.
    """

    problem: str = ""


class Started(Struct, frozen=True, tag=True):
    """Server to driver: the child runs."""

    number: int
    pid: int


class NotStarted(Struct, frozen=True, tag=True):
    """Server to driver: the system let it fork no child for this order.

    reason: what the system says.
    """

    number: int
    reason: str


class Ended(Struct, frozen=True, tag=True):
    """Server to driver: the child is gone, and so is its process group.

    code: its exit code; the negative number of a signal that ended it.
    """

    number: int
    code: int


Message = Start | End | Ready | Started | NotStarted | Ended


class Channel:
    """One end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = b""
        self._files: deque[int] = deque()

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end; the other one then reads the end of the channel."""
        self._socket.close()

    def send(self, message: Message, files: Sequence[int] = ()) -> None:
        """Send a message. Raises OSError where the other side is gone, or takes nothing within the
        socket's timeout."""
        line = json.dumps(msgspec.to_builtins(message)).encode() + b"\n"
        if files:
            sent = socket.send_fds(self._socket, [line], list(files))
            line = line[sent:]
        self._socket.sendall(line)

    def receive(self) -> list[Message] | None:
        """Messages that are there, possibly none; None where the other side is gone. Blocks where
        nothing has come."""
        flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        try:
            content, files, _, _ = socket.recv_fds(self._socket, READ_BYTES, FILES_AT_ONCE, flags)
        except ConnectionError:
            return None
        for file in files:
            os.set_inheritable(file, False)
        self._files.extend(files)
        if not content:
            return None
        *lines, self._rest = (self._rest + content).split(b"\n")
        return [msgspec.convert(json.loads(line), type=Message) for line in lines]

    def take_files(self, count: int) -> list[int]:
        """The files that came with the oldest message whose files were not taken yet."""
        return [self._files.popleft() for _ in range(count)]
