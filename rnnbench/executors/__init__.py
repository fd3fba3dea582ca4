"""Executors: places where trials run. Each takes trials and yields results."""

from rnnbench.executors.local import LocalPool, without_run

__all__ = ["LocalPool", "without_run"]
