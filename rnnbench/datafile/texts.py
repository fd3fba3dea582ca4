"""Inspects texts: one text for a language model, or a table of texts with a class each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from rnnbench.datafile.cells import Values
from rnnbench.datafile.class_split import split_classes
from rnnbench.datafile.classify import equal_units
from rnnbench.datafile.examined import Text, Texts
from rnnbench.datafile.inputs import columns_with_roles
from rnnbench.datafile.kinds import agreeing, notice, unusable
from rnnbench.datafile.labels import one_spelling
from rnnbench.datafile.records import (
    Choices,
    Column,
    Groups,
    Inspection,
    Notice,
    Ordering,
    Role,
    Split,
    Unit,
    Windows,
    most_steps_of,
    window_of,
)
from rnnbench.datafile.source import Source
from rnnbench.datafile.source_groups import split_by, units_by_source
from rnnbench.datafile.table import Table
from rnnbench.datafile.transforms import Transforms
from rnnbench.datafile.windows import KNOWN_SHARE, TRAIN_SHARE
from rnnbench.datafile.words import words_of
from rnnbench.text import counted

LEAST_WORDS = 200_000
"""Words from which a text is read by word, unless the user says otherwise."""
LEAST_CHARACTERS = 40
"""The shortest line that counts as a passage."""
REPEATED_SHARE = 0.01
UNSCALED = "none: characters and words become numbers by their place in the training vocabulary"


def examine_text(source: Source, choices: Choices) -> Text:
    """A text, and what would be done to learn a language model of it.

    Raises RnnbenchError where a part of the text is shorter than a window.
    """
    try:
        with source.open_text() as stream:
            lines = stream.read().splitlines()
    except UnicodeError as error:
        raise unusable(source.name, f"it cannot be decoded: {error}") from error
    words = [words_of(line) for line in lines]
    many = sum(map(len, words)) >= LEAST_WORDS
    unit: Unit = choices.unit or ("word" if many else "character")
    pieces: Sequence[Sequence[str]] = words if unit == "word" else [f"{line}\n" for line in lines]
    sizes = np.array([len(piece) for piece in pieces])
    total = int(sizes.sum())
    borders = [0, int(TRAIN_SHARE * total), int(KNOWN_SHARE * total), total]
    window = window_of(choices)
    train, validation, test = ((np.diff(borders) - 1) // window).tolist()
    if min(train, validation, test) < 1:
        raise unusable(
            source.name,
            f"{counted(total, unit)} are too few for windows of {window} in each part of the split",
        )
    notices = [*source.notices, *_repeated(lines, np.cumsum(sizes), borders)]
    inspection = Inspection(
        file=source.name,
        format=f"a text of {counted(total, unit)}",
        kind="language model",
        rows=len(lines),
        columns=(Column(name="text", kind="texts", role="text"),),
        order=Ordering(),
        groups=Groups(shortest=total, longest=total),
        windows=Windows(length=window, horizon=1, unit=f"{unit}s", count=train + validation + test),
        split=Split(by="position", unit="windows", train=train, validation=validation, test=test),
        transforms=Transforms(scaling=UNSCALED, reason="a text has no level"),
        notices=tuple(notices),
    )
    return Text(
        inspection, unit, list(chain.from_iterable(pieces)), (borders[1], borders[2], total)
    )


def _repeated(lines: list[str], ends: np.ndarray, borders: list[int]) -> list[Notice]:
    """A notice on long lines of the test part that are in the training part, if they are many."""
    long = [place for place, line in enumerate(lines) if len(line) >= LEAST_CHARACTERS]
    known = {lines[place] for place in long if ends[place] <= borders[1]}
    asked = [place for place in long if ends[place] > borders[2]]
    again = [place for place in asked if lines[place] in known]
    if len(again) <= REPEATED_SHARE * len(asked):
        return []
    sentence = (
        f"{len(again):,} of {len(asked):,} lines of the test part that have at least"
        f" {LEAST_CHARACTERS} characters are in the training part too, first line {again[0] + 1}."
    )
    return [notice("repeated-passages", sentence, lines=[place + 1 for place in again])]


def examine_texts(
    table: Table, columns: Mapping[str, Values], text: str, label: str, choices: Choices
) -> Texts:
    """Texts, and what would be done to classify them.

    Raises RnnbenchError where there is one class, or a class has too few texts.
    """
    labels, notices = one_spelling(table, label)
    texts = table.text(text)
    lacking = (texts.isna() | labels.isna()).to_numpy()
    rows = np.flatnonzero(~lacking)
    if lacking.any():
        absent = np.flatnonzero(lacking)
        sentence = (
            f"{agreeing(len(absent), 'row', 'has', 'have')} no text in column '{text}' or no"
            f" class in '{label}': {table.at(absent)}."
        )
        notices.append(notice("missing-key", sentence, lines=table.lines[absent]))
    kept = texts.iloc[rows]
    of_kept = [str(one) for one in labels.iloc[rows]]
    names = ["the text"] * len(rows)
    keys = kept.str.casefold().str.split().str.join(" ").tolist()
    units, equal = equal_units(keys, of_kept, names, "text", table.lines[rows], table.place)
    sources = {}
    for name, values in columns.items():
        if name not in (text, label) and values.kind in ("words", "numbers"):
            codes = pd.factorize(table.text(name).iloc[rows])[0]
            sources[name] = [str(code) for code in codes]
    if choices.group is not None:
        codes = pd.factorize(table.text(choices.group).iloc[rows])[0]
        sources = {choices.group: [str(code) for code in codes]}
    units, joined, grouped = units_by_source(sources, of_kept, units, "texts")
    part = split_classes(table.file, of_kept, units)
    words = [words_of(str(one)) for one in kept]
    lengths = [len(of) for of in words]
    most = most_steps_of(choices)
    train, validation, test = (int((part == one).sum()) for one in range(3))
    roles: dict[str, Role] = {text: "text", label: "label"}
    left_out = _left_out(columns, {text, label, *joined})
    inspection = Inspection(
        file=table.file,
        format=table.format,
        kind="text classification",
        rows=len(table),
        columns=columns_with_roles(columns, roles),
        order=Ordering(),
        groups=Groups(
            count=len(rows),
            shortest=min(lengths),
            longest=max(lengths),
            classes=dict(sorted(Counter(of_kept).items())),
        ),
        windows=Windows(
            length=most if max(lengths) > most else None, unit="texts", count=len(rows)
        ),
        split=Split(
            by=split_by(joined, "texts"),
            unit="texts",
            train=train,
            validation=validation,
            test=test,
        ),
        transforms=Transforms(scaling=UNSCALED, reason="a text has no level"),
        notices=(*table.notices, *notices, *equal, *grouped, *left_out),
    )
    return Texts(inspection, words, of_kept, part, table.lines[rows])


def _left_out(columns: Mapping[str, Values], taken: set[str]) -> list[Notice]:
    notices = []
    for name, values in columns.items():
        if name in taken:
            continue
        sentence = f"Column '{name}' holds {values.kind}, and a model of texts reads none."
        notices.append(notice("not-numbers", sentence, column=name))
    return notices
