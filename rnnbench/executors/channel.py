"""The channel between a driver and its forkserver: messages on a socket without a path.

A message is a line of ASCII JSON, which can contain file names that are not UTF-8. Descriptors of
open files are sent with it.
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
    """Driver to server: fork a child for this request; its shared files are sent with the message.

    path: `sys.path` of the driver, so that trials import the same files as the driver.
    """

    number: int
    request: ChildRequest
    path: tuple[str, ...]


class End(Struct, frozen=True, tag=True):
    """Driver to server: end this child and its process group."""

    number: int


class Ready(Struct, frozen=True, tag=True):
    """Server to driver: the server is ready to fork.

    problem: why no trial can run on this machine; "" where trials can.
    """

    problem: str = ""


class Started(Struct, frozen=True, tag=True):
    """Server to driver: the child has started."""

    number: int
    pid: int


class NotStarted(Struct, frozen=True, tag=True):
    """Server to driver: the system did not fork a child.

    reason: the error message of the system.
    """

    number: int
    reason: str


class Ended(Struct, frozen=True, tag=True):
    """Server to driver: the child and its process group have ended.

    code: its exit code, or the negative number of the signal that ended it.
    """

    number: int
    code: int


Message = Start | End | Ready | Started | NotStarted | Ended


class Channel:
    """One end of the channel."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = b""
        self._files: deque[int] = deque()

    def fileno(self) -> int:
        """Return the descriptor of the socket, for `select`."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end; the process at the other end then reads the end of the channel."""
        self._socket.close()

    def send(self, message: Message, files: Sequence[int] = ()) -> None:
        """Send a message, with descriptors of open files.

        Raises OSError where the receiver has ended, or reads nothing within the socket's timeout.
        """
        line = json.dumps(msgspec.to_builtins(message)).encode() + b"\n"
        if files:
            sent = socket.send_fds(self._socket, [line], list(files))
            line = line[sent:]
        self._socket.sendall(line)

    def receive(self) -> list[Message] | None:
        """Return the messages that have come whole; None at the end of the channel.

        Blocks until some bytes have come, which may be less than a message.
        """
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
        """Return the files of the oldest message whose files were not taken."""
        return [self._files.popleft() for _ in range(count)]
