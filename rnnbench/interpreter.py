"""Command lines that start this Python interpreter in further processes.

Run as a file, it runs a module that ends with the process which started it.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def python(*arguments: str) -> list[str]:
    """Return the command that runs this interpreter with these arguments.

    `-P` keeps the working folder and the folder of a script off `sys.path`, so that a file there is
    never imported in place of an installed module.
    """
    return [sys.executable, "-P", *arguments]


def python_of(interpreter: str, *arguments: str) -> list[str]:
    """Return the command that runs another interpreter, also without the working folder."""
    return [interpreter, *python(*arguments)[1:]]


def python_with_my_path(program: str) -> list[str]:
    """Return the command that runs a program with the `sys.path` of this process.

    The working folder is left out. The program imports what this process imports, however that was
    found.
    """
    return python("-c", f"import sys; sys.path[:] = {list(module_path())}; {program}")


def python_ending_with_me(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, which the kernel ends with this process (on Linux)."""
    return python(__file__, str(os.getpid()), module, *arguments)


def module_path() -> tuple[str, ...]:
    """Return the folders on `sys.path` without the working folder, which may hold anything."""
    return tuple(os.path.abspath(place) for place in sys.path if place)  # noqa: PTH100  it follows no links


def end_with_parent(parent: int | None = None) -> None:
    """Make the kernel end this process with its parent, even while it hangs in C (on Linux).

    parent: process id of the parent. If the parent ended before this call, this process ends here.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
