"""Sequences with classes of files of the UCR and UEA archives: `.ts` and `.arff`."""

from collections.abc import Sequence

import numpy as np

from rnnbench.datafile.archive_lines import MISSING, ArchiveLines, dimension, read_archive_lines
from rnnbench.datafile.kinds import at_lines, notice, unusable
from rnnbench.datafile.records import Column, ColumnKind, Notice, Ordering, Role
from rnnbench.datafile.sequences import Sequences
from rnnbench.datafile.source import Source

ENDINGS = (".ts", ".arff")


def read_archive_file(source: Source) -> Sequences:
    """Read sequences with their classes.

    Raises RnnbenchError where a line cannot be read, there are less than two classes, no dimension
    changes, or steps have times, which are not read.
    """
    return _sequences(source, read_archive_lines(source))


def _sequences(source: Source, read: ArchiveLines) -> Sequences:
    values, labels, places, is_arff = read
    kept, notices = _with_label(labels, places)
    values = [values[one] for one in kept]
    labels = [labels[one] for one in kept]
    if len(set(labels)) < 2:
        found = f"one class, '{labels[0]}'," if labels else "no class"
        raise unusable(source.name, f"it has {found} in all sequences, expected at least 2")
    channels = [dimension(place) for place in range(values[0].shape[1])]
    used = []
    columns = [_column(name, "numbers", "input") for name in channels]
    for place, name in enumerate(channels):
        all_values = np.concatenate([one[:, place] for one in values])
        present = all_values[~np.isnan(all_values)]
        if len(present) and np.ptp(present) > 0:
            used.append(place)
            continue
        columns[place] = _column(name, "numbers", "left out")
        sentence = f"Column '{name}' has one value in all sequences."
        notices.append(notice("constant", sentence, column=name))
    if not used:
        raise unusable(source.name, "no dimension is left to read: none changes")
    return Sequences(
        file=source.name,
        format=f"{'an ARFF' if is_arff else 'a .ts'} file of sequences",
        rows=sum(map(len, values)),
        names=[f"line {places[one]}" for one in kept],
        labels=labels,
        values=[one[:, used] for one in values],
        channels=[channels[place] for place in used],
        lines=np.array([places[one] for one in kept]),
        place="line",
        sources={},
        columns=(*columns, _column("class", "words", "label")),
        group=None,
        order=Ordering(),
        notices=(*source.notices, *notices),
    )


def _column(name: str, kind: ColumnKind, role: Role) -> Column:
    return Column(name=name, kind=kind, role=role)


def _with_label(labels: Sequence[str], places: Sequence[int]) -> tuple[list[int], list[Notice]]:
    """The sequences that have a class, and a notice on the others."""
    kept = [one for one, label in enumerate(labels) if label not in MISSING]
    lacking = [place for place, label in zip(places, labels, strict=True) if label in MISSING]
    if not lacking:
        return kept, []
    sentence = f"Sequences without a class: {at_lines(lacking)}."
    return kept, [notice("missing-key", sentence, lines=lacking)]
