"""A program that imports one plugin in a process of its own, and reports what that changed in
torch, as JSON."""

import os
import sys
import time

import msgspec

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.interpreter import end_with_parent
from rnnbench.records import ImportReport
from rnnbench.runner.watch import TorchWatch


def main(encoded: str, parent: int) -> None:
    """Import the plugin that is given as JSON; the report is the only thing on standard output.

    parent: the id of the process that started this one, with which it ends.
    """
    end_with_parent(parent)
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
