"""Tasks on synthetic speech: single digits, and strings of digits."""

import rnnbench
from rnnbench_tasks.speech.digit_words import DigitStrings, Keywords

TASKS: tuple[type[rnnbench.Task], ...] = (Keywords, DigitStrings)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on speech."""
    return TASKS
