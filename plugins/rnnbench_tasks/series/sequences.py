"""Labelled sequences of one or several channels: .ts files, splits, scaling and padding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.series.scaling import Scaling

SETS = rnnbench.Archive(
    package="aeon",
    version="1.6.0",
    sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
    size_bytes=6_421_000,
    licence="BSD-3 (package); UCR, UEA and UCI archives",
    holds="spoken vowels of nine speakers, and six sets of the UCR and UEA archives",
)
Array = NDArray[Any]


@dataclass(frozen=True)
class Labelled:
    """Sequences, (T, C) each, whose T may differ, and their classes (N,)."""

    sequences: tuple[Array, ...]
    labels: Array

    def take(self, index: Array) -> "Labelled":
        """Return the sequences at these positions, in this order."""
        return Labelled(tuple(self.sequences[i] for i in index), self.labels[index])


def scaled_and_padded(
    train: Labelled, validation: Labelled, test: Labelled, steps: int
) -> rnnbench.Splits:
    """Return three splits (B, `steps`, C), padded on the right by zeros.

    Each channel is scaled by mean and deviation of the training sequences alone.
    """
    scaling = Scaling.fit(np.concatenate(train.sequences))
    return rnnbench.Splits(*(_padded(part, scaling, steps) for part in (train, validation, test)))


def _padded(part: Labelled, scaling: Scaling, steps: int) -> rnnbench.Batch:
    lengths = np.array([len(sequence) for sequence in part.sequences])
    inputs = np.zeros((len(lengths), steps, len(scaling.offset_C)), dtype=np.float32)
    for row, sequence in zip(inputs, part.sequences, strict=True):
        row[: len(sequence)] = scaling.apply(sequence)
    is_full = bool((lengths == steps).all())
    return rnnbench.Batch(inputs, part.labels, lengths=None if is_full else lengths)


def set_aside(labels: Array, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the positions that stay, and those that are set aside at random.

    share: the share of each class to set aside, which is at least one sequence.
    """
    drawn = []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        drawn.append(members[: max(1, round(share * len(members)))])
    aside = np.sort(np.concatenate(drawn))
    return np.setdiff1d(np.arange(len(labels)), aside), aside


def read_set(root: ZipPath, name: str) -> tuple[Labelled, Labelled]:
    """Return the given training and test part of a set.

    Classes are numbered in the order in which the file names them. Raises DataUnavailable, naming
    the file, where it is missing or malformed.
    """
    train, test = (f"aeon/datasets/data/{name}/{name}_{part}.ts" for part in ("TRAIN", "TEST"))
    return _read_member(root, train), _read_member(root, test)


def _read_member(root: ZipPath, member: str) -> Labelled:
    try:
        return read_ts((root / member).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError) as error:
        raise rnnbench.DataUnavailable(f"{SETS.name}: {member} cannot be read: {error}") from error


def read_ts(text: str) -> Labelled:
    """Return the sequences of a text in the .ts format.

    The text has `#` comments and `@` headers, and then one line for each sequence:
    channel:channel:...:class. Raises ValueError, naming the line, for what is malformed.
    """
    classes: Sequence[str] = ()
    sequences = []
    labels = []
    for number, line in enumerate(text.splitlines(), start=1):
        keyword, *values = line.split() or ["#"]
        if keyword.lower() == "@classlabel":
            classes = values[1:]
        if line.startswith(("#", "@")) or not line.strip():
            continue
        *channels, label = line.strip().split(":")
        if label not in classes:
            raise ValueError(
                f"line {number}: class '{label}' is none of those named:"
                f" {', '.join(classes) or 'none'}"
            )
        sequences.append(_read_channels(channels, number))
        labels.append(classes.index(label))
    if not sequences:
        raise ValueError("there is no sequence in it")
    return Labelled(tuple(sequences), np.array(labels, dtype=np.int64))


def _read_channels(channels: Sequence[str], line_number: int) -> Array:
    try:
        return np.array([channel.split(",") for channel in channels], dtype=np.float64).T
    except ValueError as error:
        raise ValueError(f"line {line_number}: {error}") from error
