"""Tasks on running text: language models and the classification of reviews."""

import rnnbench
from rnnbench_tasks.text.language_models import CharLm, WordLm
from rnnbench_tasks.text.reviews import LongDocument, Sentiment

TASKS: tuple[type[rnnbench.Task], ...] = (CharLm, WordLm, Sentiment, LongDocument)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on text."""
    return TASKS
