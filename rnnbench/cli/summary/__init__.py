"""The summary of a run on a terminal: tables of figures, then at most a line a condition."""

from rnnbench.cli.summary.answers import print_answers

__all__ = ["print_answers"]
