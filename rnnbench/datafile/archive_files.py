"""Reads sequences with classes from files of the UCR and UEA archives: `.ts` and `.arff`."""

from collections.abc import Sequence

import numpy as np

from rnnbench.datafile.kinds import at_lines, notice, unusable
from rnnbench.datafile.records import Column, ColumnKind, Notice, Ordering, Role
from rnnbench.datafile.sequences import Sequences
from rnnbench.datafile.source import Source
from rnnbench.datafile.table import Array

MISSING = ("?", "NaN", "nan", "")
ENDINGS = (".ts", ".arff")


def read_archive_file(source: Source) -> Sequences:
    """Read sequences; the last field of a line is its class.

    Of `.ts`, dimensions are separated by colons. Of `.arff`, a relational attribute holds lines of
    one dimension each, and without one every number is a step. Raises RnnbenchError where a line
    cannot be read, and where steps have times, which are not read.
    """
    try:
        with source.open_text() as stream:
            lines = stream.read().splitlines()
    except UnicodeError as error:
        raise unusable(source.name, f"it cannot be decoded: {error}") from error
    heads = [line.strip().lower() for line in lines]
    if "@data" not in heads:
        raise unusable(source.name, "it has no line '@data', behind which sequences begin")
    start = heads.index("@data") + 1
    if "@timestamps true" in heads[:start]:
        raise unusable(
            source.name,
            f"line {heads.index('@timestamps true') + 1} says that steps have times, which are not"
            " read",
        )
    is_arff = any(head.startswith("@attribute") for head in heads[:start])
    values = []
    labels = []
    places = []
    for number, line in enumerate(lines[start:], start=start + 1):
        if not line.strip() or line.startswith(("%", "#")):
            continue
        fields, label = _arff_fields(line) if is_arff else _ts_fields(line)
        values.append(_numbers(source, fields, number))
        labels.append(label)
        places.append(number)
    if not values:
        raise unusable(source.name, "it has no sequence behind '@data'")
    widths = {one.shape[1] for one in values}
    if len(widths) > 1:
        odd = next(
            at
            for at, one in zip(places, values, strict=True)
            if one.shape != values[0].shape and one.shape[1] != values[0].shape[1]
        )
        raise unusable(
            source.name,
            f"line {odd} has another number of dimensions than line {places[0]}, which has"
            f" {values[0].shape[1]}",
        )
    return _sequences(source, values, labels, places, is_arff)


def _sequences(
    source: Source,
    values: list[Array],
    labels: Sequence[str],
    places: Sequence[int],
    is_arff: bool,
) -> Sequences:
    kept, notices = _with_label(labels, places)
    values = [values[one] for one in kept]
    labels = [labels[one] for one in kept]
    if len(set(labels)) < 2:
        found = f"one class, '{labels[0]}'," if labels else "no class"
        raise unusable(source.name, f"it has {found} in all sequences, expected at least 2")
    channels = [f"dimension {one + 1}" for one in range(values[0].shape[1])]
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


def _ts_fields(line: str) -> tuple[list[list[str]], str]:
    *dimensions, label = line.strip().split(":")
    return [dimension.split(",") for dimension in dimensions], label.strip()


def _arff_fields(line: str) -> tuple[list[list[str]], str]:
    """The dimensions of a line, and its class: `'1,2\\n3,4',a` or `1,2,a`."""
    values, _, label = line.strip().rpartition(",")
    label = label.strip().strip("'\"")
    if values[:1] in ("'", '"'):
        dimensions = values.strip("'\"").split("\\n")
        return [dimension.split(",") for dimension in dimensions], label
    return [values.split(",")], label


def _numbers(source: Source, fields: list[list[str]], line: int) -> Array:
    """One sequence, (T, C); dimensions that are shorter than others end with missing values."""
    if not fields or not fields[0]:
        raise unusable(source.name, f"line {line} has no numbers before its class")
    longest = max(map(len, fields))
    values = np.full((longest, len(fields)), np.nan)
    for channel, words in enumerate(fields):
        for step, word in enumerate(words):
            if word.strip() in MISSING:
                continue
            try:
                values[step, channel] = float(word)
            except ValueError as error:
                raise unusable(
                    source.name, f"line {line} has '{word.strip()}', expected a number"
                ) from error
    return values
