"""Inspects sequences, of which each has a class."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np
from msgspec import structs

from rnnbench.datafile.class_split import split_classes
from rnnbench.datafile.examined import Classified
from rnnbench.datafile.kinds import agreeing, at_lines, notice, unusable
from rnnbench.datafile.labels import separates
from rnnbench.datafile.records import (
    Choices,
    Groups,
    Inspection,
    Notice,
    Split,
    Windows,
    most_steps_of,
)
from rnnbench.datafile.sequences import Sequences
from rnnbench.datafile.source_groups import split_by, units_by_source
from rnnbench.datafile.table import Array
from rnnbench.datafile.transforms import Transforms
from rnnbench.text import counted, listed

MOST_SHOWN = 3
SCALING = "each channel by its mean and deviation over training sequences"
REASON = "a class does not depend on the level of one series"


def examine_sequences(sequences: Sequences, choices: Choices) -> Classified:
    """Sequences, and what would be done to classify them.

    Raises RnnbenchError where a class has too few sequences, or all are left out.
    """
    sequences, filled = _without_missing(sequences, choices)
    units, equal = equal_units(
        [one.tobytes() + str(one.shape).encode() for one in sequences.values],
        sequences.labels,
        [f"'{name}'" for name in sequences.names],
        "sequence",
        sequences.lines,
        sequences.place,
    )
    sequences, leaks = _without_leaks(sequences, choices)
    units, joined, grouped = units_by_source(
        sequences.sources, sequences.labels, units, "sequences"
    )
    sequences = _without_channels(sequences, set(joined))
    noticed = [one for one in sequences.notices if one.column not in joined]
    part = split_classes(sequences.file, sequences.labels, units)
    lengths = [len(one) for one in sequences.values]
    train, validation, test = (int((part == one).sum()) for one in range(3))
    most = most_steps_of(choices)
    inspection = Inspection(
        file=sequences.file,
        format=sequences.format,
        kind="classification",
        rows=sequences.rows,
        columns=sequences.columns,
        order=sequences.order,
        groups=Groups(
            column=sequences.group,
            count=len(lengths),
            shortest=min(lengths),
            longest=max(lengths),
            classes=dict(sorted(Counter(sequences.labels).items())),
        ),
        windows=Windows(
            length=most if max(lengths) > most else None, unit="sequences", count=len(lengths)
        ),
        split=Split(
            by=split_by(joined, "sequences"),
            unit="sequences",
            train=train,
            validation=validation,
            test=test,
        ),
        transforms=Transforms(scaling=SCALING, reason=REASON),
        notices=(*noticed, *filled, *equal, *leaks, *grouped),
    )
    return Classified(
        inspection=inspection,
        names=sequences.names,
        labels=sequences.labels,
        values=sequences.values,
        channels=sequences.channels,
        part=part,
        lines=sequences.lines,
        fill=choices.fill or "forward",
    )


def _without_missing(sequences: Sequences, choices: Choices) -> tuple[Sequences, list[Notice]]:
    """Sequences that have no missing value once they are filled, and notices on values."""
    has_missing = [bool(np.isnan(one).any()) for one in sequences.values]
    if not any(has_missing):
        return sequences, []
    count = sum(int(np.isnan(one).sum()) for one in sequences.values)
    which = np.flatnonzero(has_missing)
    shown = listed([f"'{sequences.names[int(one)]}'" for one in which], MOST_SHOWN)
    at = at_lines([int(sequences.lines[one]) for one in which], sequences.place)
    sentence = (
        f"{agreeing(len(which), 'sequence', 'lacks', 'lack')} {counted(count, 'value')} in all:"
        f" {shown}, beginning in {at}."
    )
    lines = sequences.lines[which]
    if choices.fill != "drop":
        action = "They are filled between the values around them." * (choices.fill == "linear")
        return sequences, [notice("missing-in-sequences", sentence, lines=lines, action=action)]
    if all(has_missing):
        raise unusable(sequences.file, "each sequence has a missing value, and none is filled")
    action = f"The {counted(len(which), 'sequence')} are left out."
    noticed = notice("missing-in-sequences", sentence, lines=lines, action=action)
    return _taken(sequences, np.flatnonzero(~np.array(has_missing))), [noticed]


def _taken(sequences: Sequences, kept: Array) -> Sequences:
    return replace(
        sequences,
        names=[sequences.names[one] for one in kept],
        labels=[sequences.labels[one] for one in kept],
        values=[sequences.values[one] for one in kept],
        lines=sequences.lines[kept],
        sources={name: [of[one] for one in kept] for name, of in sequences.sources.items()},
    )


def equal_units(
    keys: Sequence[object],
    labels: Sequence[str],
    names: Sequence[str],
    noun: str,
    lines: Array,
    place: str,
) -> tuple[list[int], list[Notice]]:
    """The number of the first equal sequence for each, by keys that are equal where they are; and
    notices on equal ones, and on those with different classes."""
    first: dict[object, int] = {}
    units = [first.setdefault(key, number) for number, key in enumerate(keys)]
    again = [number for number, unit in enumerate(units) if unit != number]
    if not again:
        return units, []
    notices = []
    one = again[0]
    pair = f"{names[one]} in {place} {lines[one]} equals {names[units[one]]} in {place}"
    at = lines[again]
    sentence = (
        f"{agreeing(len(again), noun, 'equals', 'equal')} another: {pair} {lines[units[one]]}."
    )
    notices.append(notice("equal-sequences", sentence, lines=at))
    differing = [number for number in again if labels[number] != labels[units[number]]]
    if differing:
        one = differing[0]
        sentence = (
            f"{agreeing(len(differing), noun, 'has', 'have')} another class than an equal one:"
            f" {names[one]} in {place} {lines[one]} is '{labels[one]}', and {names[units[one]]} in"
            f" {place} {lines[units[one]]} is '{labels[units[one]]}'."
        )
        notices.append(notice("contradiction", sentence, lines=lines[differing]))
    return units, notices


def _without_leaks(sequences: Sequences, choices: Choices) -> tuple[Sequences, list[Notice]]:
    """Sequences without channels that are constant in each and give the class by thresholds."""
    notices = []
    for place, name in enumerate(sequences.channels):
        values = np.array([one[0, place] for one in sequences.values])
        constant = name in sequences.sources and name not in choices.keep
        if constant and separates(values, sequences.labels):
            sentence = (
                f"Column '{name}' is constant within each sequence, and thresholds on it alone give"
                " the class of all."
            )
            notices.append(notice("tells-the-class", sentence, column=name))
    return _without_channels(sequences, {noticed.column for noticed in notices}), notices


def _without_channels(sequences: Sequences, names: Set[str | None]) -> Sequences:
    """Sequences without these columns. Raises RnnbenchError where none is left."""
    kept = [place for place, name in enumerate(sequences.channels) if name not in names]
    if not kept:
        left_out = listed([f"'{name}'" for name in names])
        raise unusable(
            sequences.file,
            f"no column is left to read: {left_out} would tell the class without any sequence",
        )
    columns = []
    for one in sequences.columns:
        columns.append(structs.replace(one, role="left out") if one.name in names else one)
    return replace(
        sequences,
        channels=[sequences.channels[place] for place in kept],
        values=[one[:, kept] for one in sequences.values],
        columns=tuple(columns),
        sources={name: of for name, of in sequences.sources.items() if name not in names},
    )
