"""Sequences of a user's file as padded inputs and classes, scaled on training sequences alone."""

from collections.abc import Sequence

import numpy as np

from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.examined import Classified
from rnnbench.datafile.preparation import Channel, Preparation
from rnnbench.datafile.records import Fill
from rnnbench.datafile.table import Array
from rnnbench.datafile.windows import PARTS, Rows, filled


def sequence_arrays(classified: Classified, most_steps: int) -> Dataset:
    """The last `most_steps` rows of each sequence, padded on the right by zeros."""
    sequences = [without_missing(one, classified.fill)[-most_steps:] for one in classified.values]
    train = np.concatenate([sequences[one] for one in np.flatnonzero(classified.part == 0)])
    channels = []
    for name, values in zip(classified.channels, train.T, strict=True):
        # Rounding may give equal numbers a deviation of 1e-17, so that their range decides.
        scale = float(values.std()) if np.ptp(values) > 0 else 1.0
        channels.append(Channel(column=name, offset=float(values.mean()), scale=scale))
    label = next(one.name for one in classified.inspection.columns if one.role == "label")
    preparation = Preparation(
        kind=classified.inspection.kind,
        channels=tuple(channels),
        classes=tuple(sorted(set(classified.labels))),
        window=most_steps,
        group=classified.inspection.groups.column,
        order=classified.inspection.order.column,
        label=label,
        fill=classified.fill,
    )
    codes = codes_of(preparation.classes, classified.labels)
    parts = []
    for part in range(len(PARTS)):
        chosen = np.flatnonzero(classified.part == part)
        inputs, lengths = padded(preparation, [sequences[one] for one in chosen])
        parts.append(
            Part(
                inputs=inputs,
                targets=codes[chosen],
                lengths=lengths,
                lines=classified.lines[chosen],
            )
        )
    train_part, validation, test = parts
    return Dataset(classified.inspection, preparation, train_part, validation, test)


def codes_of(classes: Sequence[str], labels: Sequence[str]) -> Array:
    """The number of the class of each label, (B,) int64."""
    places = {name: place for place, name in enumerate(classes)}
    return np.array([places[label] for label in labels], dtype=np.int64)


def padded(preparation: Preparation, sequences: Sequence[Array]) -> tuple[Array, Array | None]:
    """Scaled inputs (B, T, C) float32 with zeros behind the ends, and lengths (B,).

    The lengths are None where all are equal.
    """
    offset = np.array([channel.offset for channel in preparation.channels])
    scale = np.array([channel.scale for channel in preparation.channels])
    lengths = np.array([len(one) for one in sequences], dtype=np.int64)
    inputs = np.zeros((len(sequences), int(lengths.max()), len(scale)), dtype=np.float32)
    for row, sequence in zip(inputs, sequences, strict=True):
        row[: len(sequence)] = (sequence - offset) / scale
    return inputs, None if (lengths == lengths.max()).all() else lengths


def without_missing(sequence: Array, fill: Fill) -> Array:
    """A sequence, (T, C), of which missing values are filled; by 0 where nothing else is known."""
    if not np.isnan(sequence).any():
        return sequence
    none = np.zeros(len(sequence), dtype=int)
    rows = Rows(none, np.arange(len(sequence)), none)
    columns = np.column_stack([filled(column, rows, fill) for column in sequence.T])
    if fill == "linear":
        columns = np.column_stack([filled(column, rows, "forward") for column in columns.T])
    known: Array = np.nan_to_num(columns, nan=0.0)
    return known
