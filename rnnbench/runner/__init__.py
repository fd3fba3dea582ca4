"""The runner: one trial, from its record to its result, in this process."""

from rnnbench.runner.run import run_trial

__all__ = ["run_trial"]
