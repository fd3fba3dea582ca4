"""Lines of files of the UCR and UEA archives, `.ts` and `.arff`: numbers of sequences, classes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.source import Source
from rnnbench.datafile.table import Array

MISSING = ("?", "NaN", "nan", "")
NUMBERS = ("numeric", "real", "integer")
CLASSES = ("class", "target", "label")
"""Names of the last attribute of `.arff` by which it is a class though it holds numbers."""


class ArchiveLines(NamedTuple):
    """The sequences of a file.

    values:  (T, C) each, of equal C.
    labels:  their classes; "" where the file has none.
    places:  their lines.
    is_arff: whether it is an ARFF file.
    """

    values: list[Array]
    labels: list[str]
    places: list[int]
    is_arff: bool


def dimension(place: int) -> str:
    """Return what the dimension at a place is called."""
    return f"dimension {place + 1}"


def read_archive_lines(source: Source) -> ArchiveLines:
    """Read sequences; the last field of a line is its class, unless the head says that there is
    none, or it is a list of numbers in each line.

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
    attributes = [head for head in heads[:start] if head.startswith(("@attribute", "@end"))]
    is_arff = bool(attributes)
    filled = [
        (number, line)
        for number, line in enumerate(lines[start:], start=start + 1)
        if line.strip() and not line.startswith(("%", "#"))
    ]
    if not filled:
        raise unusable(source.name, "it has no sequence behind '@data'")
    if is_arff:
        has_class = _is_class(attributes[-1])
        split = [_arff_fields(line, has_class=has_class) for _, line in filled]
    else:
        has_class = "@classlabel false" not in heads[:start]
        has_class &= not all("," in line.rpartition(":")[2] for _, line in filled)
        split = [_ts_fields(line, has_class=has_class) for _, line in filled]
    places = [number for number, _ in filled]
    values = []
    for number, (fields, _) in zip(places, split, strict=True):
        values.append(_numbers(source, fields, number))
    _check_dimensions(source, values, places)
    return ArchiveLines(values, [label for _, label in split], places, is_arff)


def _check_dimensions(source: Source, values: Sequence[Array], places: Sequence[int]) -> None:
    """Raise RnnbenchError where sequences differ in their number of dimensions."""
    expected = values[0].shape[1]
    for place, one in zip(places, values, strict=True):
        if one.shape[1] != expected:
            raise unusable(
                source.name,
                f"line {place} has another number of dimensions than line {places[0]}, which has"
                f" {expected}",
            )


def _is_class(attribute: str) -> bool:
    """Whether the last attribute of a head in lower case is the class, and no step or dimension."""
    words = attribute.split()
    return words[0] != "@end" and (words[-1] not in NUMBERS or words[1].strip("'\"") in CLASSES)


def _ts_fields(line: str, *, has_class: bool) -> tuple[list[list[str]], str]:
    """The dimensions of a line, and its class: `1,2:3,4:a`."""
    *dimensions, label = line.strip().split(":") if has_class else [*line.strip().split(":"), ""]
    return [dimension.split(",") for dimension in dimensions], label.strip()


def _arff_fields(line: str, *, has_class: bool) -> tuple[list[list[str]], str]:
    """The dimensions of a line, and its class: `'1,2\\n3,4',a` or `1,2,a`."""
    values = line.strip()
    label = ""
    if has_class:
        values, _, label = values.rpartition(",")
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
