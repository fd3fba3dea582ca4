"""Reads a user's file, and says what it was taken for and what is odd in it.

Nothing is trained here, and torch is not imported.
"""

from rnnbench.datafile.inspect import inspect
from rnnbench.datafile.kinds import KINDS, NoticeKind
from rnnbench.datafile.lines import headline, sentence_of, six_lines
from rnnbench.datafile.records import (
    Choices,
    Column,
    Groups,
    Inspection,
    Notice,
    Ordering,
    Split,
    Transforms,
    Windows,
)

__all__ = [
    "KINDS",
    "Choices",
    "Column",
    "Groups",
    "Inspection",
    "Notice",
    "NoticeKind",
    "Ordering",
    "Split",
    "Transforms",
    "Windows",
    "headline",
    "inspect",
    "sentence_of",
    "six_lines",
]
