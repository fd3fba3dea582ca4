"""Loaded once by the forkserver: values that every trial reads and none changes are cached here."""

from rnnbench import environment, runner
from rnnbench.provenance import harness

__all__ = ["runner"]

environment.machine()
environment.versions()
harness()
