"""Command lines of this Python interpreter, for processes that are started."""

import sys


def python(*arguments: str) -> list[str]:
    """The command that runs this interpreter with these arguments.

    `-P` keeps the working folder and the folder of a script off `sys.path`, so that a file lying there is never
    imported in place of an installed module.
    """
    return [sys.executable, "-P", *arguments]
