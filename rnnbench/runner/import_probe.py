"""A program that imports one plugin in a process of its own, and reports what that changed in torch, as JSON."""

import os
import sys
import time

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.runner.watch import TorchWatch


class ImportReport(Struct, frozen=True):
    """What the import of a plugin did.

    problem: why it failed; "" where it did not.
    """

    seconds: float
    problem: str
    effects: tuple[str, ...]


def main(encoded: str) -> None:
    """Import the plugin that is given as JSON; the report is the only thing on standard output."""
    plugin = msgspec.json.decode(encoded, type=Plugin)
    out = os.dup(1)
    os.dup2(2, 1)
    watch = TorchWatch()
    began = time.perf_counter()
    (loaded,) = Catalogue.load([plugin], watch.imported).plugins
    report = ImportReport(time.perf_counter() - began, loaded.problem, tuple(watch.effects))
    os.write(out, msgspec.json.encode(report))
    sys.stdout.flush()
    os._exit(0)
