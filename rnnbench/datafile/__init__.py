"""Reads a user's file: what it was taken for, what is odd in it, and its arrays.

Nothing is trained here, and torch is not imported.
"""

from rnnbench.datafile.arrays import load
from rnnbench.datafile.asked import Asked, Questions
from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.inspect import inspect
from rnnbench.datafile.kinds import KINDS, NoticeKind
from rnnbench.datafile.lines import headline, sentence_of, six_lines
from rnnbench.datafile.new_file import read_new
from rnnbench.datafile.new_text import read_new_text
from rnnbench.datafile.preparation import (
    Answer,
    Channel,
    Preparation,
    in_units,
    inputs_of,
    references_of,
)
from rnnbench.datafile.records import (
    Choices,
    Column,
    Groups,
    Inspection,
    Notice,
    Ordering,
    Split,
    Windows,
)
from rnnbench.datafile.sampling import sampled, validation_used, with_examples, words_of_use
from rnnbench.datafile.scores import (
    classification_scores,
    forecast_scores,
    language_scores,
    scores_over_targets,
)
from rnnbench.datafile.text_arrays import encoded
from rnnbench.datafile.transforms import Transforms
from rnnbench.datafile.words import symbols_of

__all__ = [
    "KINDS",
    "Answer",
    "Asked",
    "Channel",
    "Choices",
    "Column",
    "Dataset",
    "Groups",
    "Inspection",
    "Notice",
    "NoticeKind",
    "Ordering",
    "Part",
    "Preparation",
    "Questions",
    "Split",
    "Transforms",
    "Windows",
    "classification_scores",
    "encoded",
    "forecast_scores",
    "headline",
    "in_units",
    "inputs_of",
    "inspect",
    "language_scores",
    "load",
    "read_new",
    "read_new_text",
    "references_of",
    "sampled",
    "scores_over_targets",
    "sentence_of",
    "six_lines",
    "symbols_of",
    "validation_used",
    "with_examples",
    "words_of_use",
]
