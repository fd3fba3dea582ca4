"""A program that imports one plugin, and reports as JSON what the import changed in torch."""

import os
import sys
import time

import msgspec

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.interpreter import end_with_parent
from rnnbench.records import ImportReport
from rnnbench.runner.watch import TorchWatch


def main(encoded: str, parent: int) -> None:
    """Import a plugin, and write the report, which is the only thing on standard output.

    encoded: the plugin as JSON.
    parent:  the id of the process that started this one; this one ends with it.
    """
    end_with_parent(parent)
    plugin = msgspec.json.decode(encoded, type=Plugin)
    out = os.dup(1)
    os.dup2(2, 1)
    watch = TorchWatch()
    started = time.perf_counter()
    (loaded,) = Catalogue.load([plugin], watch.imported).plugins
    seconds = time.perf_counter() - started
    report = ImportReport(seconds, loaded.problem, tuple(watch.effects))
    os.write(out, msgspec.json.encode(report))
    sys.stdout.flush()
    os._exit(0)
