"""The command line: what people type. The only room that prints."""

from rnnbench.cli.main import main

__all__ = ["main"]
