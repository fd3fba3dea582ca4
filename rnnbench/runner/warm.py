"""Loaded by the server that starts trials: what each of them asks for and none of them changes is
found once, here."""

from rnnbench import environment, runner
from rnnbench.provenance import harness

__all__ = ["runner"]

environment.machine()
environment.versions()
harness()
