"""Tasks on running text: language models and the classification of reviews."""

import rnnbench
from rnnbench_tasks.text.csv_texts import CsvTexts
from rnnbench_tasks.text.language_models import CharLm, WordLm
from rnnbench_tasks.text.reviews import LongDocument, Sentiment
from rnnbench_tasks.text.text_file import TextFile

TASKS: tuple[type[rnnbench.Task], ...] = (
    CharLm,
    WordLm,
    Sentiment,
    LongDocument,
    TextFile,
    CsvTexts,
)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on text."""
    return TASKS
