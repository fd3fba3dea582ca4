"""Spoken digits: which one, and in which order."""

import rnnbench
from rnnbench_tasks.speech.digit_words import DigitStrings, Keywords

TASKS: tuple[type[rnnbench.Task], ...] = (Keywords, DigitStrings)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Speech."""
    return TASKS
