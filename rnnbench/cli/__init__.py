"""The command line: what people type. The only room that prints."""

from rnnbench.cli.ending import run_to_the_end as main

__all__ = ["main"]
