"""The beginning of a process that checks a cell or task: bound to its driver before torch or a
stranger is imported."""

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
    """What a process that checks is told.

    plugin: the one that brings the subject, the only one that is imported; None imports all that
            are installed.
    files:  by module, the file that it is in the driver.
    driver: the id of the driver's process.
    brand:  what all that is started for the check carries, so that it is known when the driver is
            dead.
    """

    request: CheckRequest
    plugin: Plugin | None
    files: dict[str, str]
    driver: int
    brand: int


def begin(pipe: str, encoded: str) -> None:
    """The process itself: bound to its driver before anything else, it loads the checks and runs
    them. Where torch cannot be had, it says so in place of the laws."""
    order = msgspec.json.decode(encoded, type=CheckProcessRequest)
    end_with_parent(order.driver)
    brand_myself(order.brand)
    out = int(pipe)
    try:
        import_module("torch")
    except (ImportError, OSError) as error:  # a library that is missing is an OSError
        os.write(out, msgspec.json.encode(CheckWord(problem=why_not("torch", error))) + b"\n")
        os._exit(0)
    import_module(CHECKS).main(out, order)
