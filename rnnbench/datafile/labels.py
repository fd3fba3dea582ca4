"""Classes in one spelling each, and the columns that give them without learning."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.records import Notice
from rnnbench.datafile.table import Array, Cells, Table
from rnnbench.text import listed

MOST_SHOWN = 3


def one_spelling(table: Table, name: str) -> tuple[Cells, list[Notice]]:
    """A column of classes as text, in which each class has its most frequent spelling.

    Two spellings are of one class where they differ in case, in blanks, or in how one number is
    written. Raises RnnbenchError where there is one class.
    """
    words = table.text(name)
    counts = words.value_counts()
    spellings: dict[str, list[str]] = defaultdict(list)
    for word in counts.index:
        spellings[_plainest(word)].append(word)
    if len(spellings) < 2:
        found = f"one class, '{counts.index[0]}'," if len(counts) else "no class"
        raise unusable(table.file, f"column '{name}' has {found} in all rows, expected at least 2")
    notices = []
    usual: dict[str, str] = {}
    for several in spellings.values():
        usual |= dict.fromkeys(several, several[0])
        if len(several) > 1:
            others = np.flatnonzero(words.isin(several[1:]).to_numpy())
            shown = listed([f"'{word}'" for word in several], MOST_SHOWN)
            sentence = (
                f"Column '{name}' has one class in {len(several)} spellings: {shown}; those other"
                f" than '{several[0]}' are in {table.at(others)}."
            )
            action = f"They are one class, '{several[0]}'."
            lines = table.lines[others]
            notices.append(notice("spellings", sentence, column=name, lines=lines, action=action))
    return words.map(usual, na_action="ignore"), notices


def _plainest(word: str) -> str:
    """What spellings of one class have in common."""
    try:
        return f"{float(word):.12g}"
    except ValueError:
        return " ".join(word.casefold().split())


def separates(values: Array, labels: Sequence[str]) -> bool:
    """Whether thresholds on one number a sequence, (S,), give all classes: one range for each."""
    if not np.isfinite(values).all():
        return False
    order = np.argsort(values, kind="stable")
    sorted_values = values[order]
    codes = np.unique(labels, return_inverse=True)[1][order]
    changes = np.diff(codes) != 0
    if (changes & (np.diff(sorted_values) == 0)).any():
        return False
    return int(changes.sum()) == int(codes.max())


def has_one_class_each(source: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether a column with more values than classes has one class for each, in which a value has
    two sequences or more on average."""
    different = len(set(source))
    if not len(set(labels)) < different <= len(source) / 2:
        return False
    return len(set(zip(source, labels, strict=True))) == different
