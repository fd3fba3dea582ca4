"""Running text: language models, and reviews that are classified."""

import rnnbench
from rnnbench_tasks.text.language_models import CharLm, WordLm
from rnnbench_tasks.text.reviews import LongDocument, Sentiment

TASKS: tuple[type[rnnbench.Task], ...] = (CharLm, WordLm, Sentiment, LongDocument)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Text."""
    return TASKS
