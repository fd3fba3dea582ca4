"""Keeps sequences of one source, such as a patient or an author, in one part of the split."""

from collections.abc import Mapping, Sequence

from rnnbench.datafile.class_split import too_few_units
from rnnbench.datafile.kinds import notice
from rnnbench.datafile.labels import has_one_class_each
from rnnbench.datafile.records import Notice
from rnnbench.text import enumerated


def units_by_source(
    sources: Mapping[str, Sequence[str]],
    labels: Sequence[str],
    units: Sequence[int],
    noun: str,
) -> tuple[list[int], tuple[str, ...], list[Notice]]:
    """Join units, those of equal sequences, by each source of which every value has one class.

    sources: by column, a value for each sequence. Returns units, the columns by which they were
    joined, and notices. Where a class has too few sources for three parts, they are not joined.
    """
    joined = list(units)
    names = []
    notices = []
    for name, values in sources.items():
        if not has_one_class_each(values, labels):
            continue
        together = _joined(joined, values)
        sentence = (
            f"Each of the {len(set(values)):,} values of column '{name}' has one class: a model"
            f" could tell the class of {noun} by recognising them."
        )
        few = too_few_units(labels, together)
        if few:
            action = (
                f"The split ignores it, since class '{few[0]}' has {few[1]} such values and three"
                " parts need 3: scores on new ones will be worse."
            )
        else:
            action = f"All {noun} of one value are in one part, and it is not read."
            joined = together
            names.append(name)
        notices.append(notice("leak-by-group", sentence, column=name, action=action))
    return joined, tuple(names), notices


def split_by(names: Sequence[str], noun: str) -> str:
    """What the split keeps together, in words."""
    if not names:
        return f"chance, with a share of each class in each part, {noun} that are equal together"
    return f"values of {enumerated([f'column {name!r}' for name in names])}"


def _joined(units: Sequence[int], values: Sequence[str]) -> list[int]:
    """Units of which two are one where they share a value or were one before (union-find)."""
    parent: dict[object, object] = {}

    def root(one: object) -> object:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for unit, value in zip(units, values, strict=True):
        parent[root(unit)] = root(value)
    numbers: dict[object, int] = {}
    return [numbers.setdefault(root(unit), len(numbers)) for unit in units]
