"""Processes that a test has seen."""

import psutil


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and has not been waited for does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
