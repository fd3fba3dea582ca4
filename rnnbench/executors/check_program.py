"""Start the process that checks a cell or task, bound to its driver before it imports a plugin."""

import os
from importlib import import_module

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Plugin
from rnnbench.errors import why_not
from rnnbench.executors.branding import brand_myself
from rnnbench.interpreter import end_with_parent
from rnnbench.records import CheckRequest, CheckWord

CHECKS = "rnnbench.testing.program"


class CheckProcessRequest(Struct, frozen=True, kw_only=True):
    """What a checking process does.

    plugin: the plugin that contributes the subject, the only one that is imported; None imports
            all that are installed.
    files:  by module, its file in the driver.
    driver: the process id of the driver.
    brand:  the brand of all processes of the check, by which they are found if the driver dies.
    """

    request: CheckRequest
    plugin: Plugin | None
    files: dict[str, str]
    driver: int
    brand: int


def begin(pipe: str, encoded: str) -> None:
    """Bind this process to its driver, and run the checks; report a torch that cannot be imported.

    pipe:    the descriptor to which outcomes are written.
    encoded: a CheckProcessRequest as JSON.
    """
    request = msgspec.json.decode(encoded, type=CheckProcessRequest)
    end_with_parent(request.driver)
    brand_myself(request.brand)
    out = int(pipe)
    try:
        import_module("torch")
    except (ImportError, OSError) as error:  # a missing shared library is an OSError
        os.write(out, msgspec.json.encode(CheckWord(problem=why_not("torch", error))) + b"\n")
        os._exit(0)
    import_module(CHECKS).main(out, request)
