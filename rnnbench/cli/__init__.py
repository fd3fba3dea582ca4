"""The command line. Only this package prints."""

from rnnbench.cli.ending import run_to_the_end as main

__all__ = ["main"]
