"""How rows of a file become inputs of a model, and its outputs values in units of the file."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from rnnbench.datafile.records import Fill, Kind, Unit, Written
from rnnbench.datafile.table import Array

Form = Literal["level", "change", "from last", "elapsed"]
Reference = Literal["none", "last"]
LARGEST_LOGARITHM = 80.0
"""Logarithms of a forecast are cut here, so that the square of the value is a finite number."""


class Channel(Struct, frozen=True, kw_only=True):
    """One number that a model reads in each step: (x - offset) / scale.

    column:    where x is from; of the form `elapsed`, the column of times.
    logarithm: whether x is the logarithm of the value.
    form:      `level`: x as it is. `change`: x minus that of the row before in the window, 0 in its
               first row. `from last`: x minus that of the last row of the window. `elapsed`: x is
               of the time since the row before in the series, and its mean where there is none.
    offset:    the mean of x in training data, in its form.
    scale:     its deviation there.
    """

    column: str
    logarithm: bool = False
    form: Form = "level"
    offset: float
    scale: float


class Answer(Struct, frozen=True, kw_only=True):
    """What the outputs of a forecast mean: value k is reference + offset[k] + scale[k] output[k].

    column:    the target.
    logarithm: whether that sum is the logarithm of the value.
    reference: `none`: 0. `last`: the target in the last row of the window; its logarithm where
               `logarithm` is set.
    offset:    for each of the next rows.
    scale:     for each of the next rows.
    """

    column: str
    logarithm: bool = False
    reference: Reference = "none"
    offset: tuple[float, ...]
    scale: tuple[float, ...]


class Preparation(Struct, frozen=True, kw_only=True):
    """Everything that turns a new file into inputs, and outputs into units of the file.

    kind:       what the file was taken for.
    channels:   of forecasts and of sequences, what a model reads in each step, in this order.
    answer:     of forecasts, what its outputs mean; of several targets, those of the first one.
    other_answers: of a forecast of several targets, what the outputs behind those of the first one
                mean, as many for each target.
    classes:    of sequences and texts, the class of each output.
    vocabulary: of texts, the symbols with the codes 1, 2, 3, ...; any other symbol has the code 0.
    unit:       of texts, what a symbol is.
    window:     how many rows or symbols are read; of a sequence or a text with a class, the last
                ones.
    group:      the column that names the series or the sequence of a row.
    order:      the column, or columns with a comma and a blank between them, by which rows are
                ordered.
    label:      the column of classes.
    text:       the column of texts.
    fill:       what becomes of missing values.
    resample:   the step of time on which rows are put by their means; None where they stay.
    written:    how times are written: as dates of ISO 8601, as numbers of seconds or of another
                unit, or in another way.
    """

    kind: Kind
    channels: tuple[Channel, ...] = ()
    answer: Answer | None = None
    other_answers: tuple[Answer, ...] = ()
    classes: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    unit: Unit | None = None
    window: int
    group: str | None = None
    order: str | None = None
    label: str | None = None
    text: str | None = None
    fill: Fill = "drop"
    resample: str | None = None
    written: Written = "dates"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of numbers that are read, each once; targets of a forecast first."""
        read = [channel.column for channel in self.channels if channel.form != "elapsed"]
        return tuple(dict.fromkeys(read))

    @property
    def reads_elapsed(self) -> bool:
        """Whether the time since the row before is read."""
        return any(channel.form == "elapsed" for channel in self.channels)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What outputs mean, target by target; empty where nothing is forecast."""
        return () if self.answer is None else (self.answer, *self.other_answers)

    @property
    def output_size(self) -> int:
        """Numbers to forecast, classes, or symbols with the unknown one."""
        if self.answer is not None:
            return sum(len(answer.offset) for answer in self.answers)
        return len(self.classes) or len(self.vocabulary) + 1


def inputs_of(preparation: Preparation, windows: Array, elapsed: Array | None = None) -> Array:
    """What a model reads of windows (B, T, C) of `columns`, NaN nowhere: (B, T, I) float32.

    elapsed: (B, T) the time since the row before, where it is read; NaN where there is none.
    """
    place = {name: number for number, name in enumerate(preparation.columns)}
    read = []
    for channel in preparation.channels:
        if channel.form == "elapsed":
            assert elapsed is not None
            x = np.where(np.isnan(elapsed), channel.offset, np.log(elapsed))
        else:
            x = formed(windows[:, :, place[channel.column]], channel.logarithm, channel.form)
        read.append(((x - channel.offset) / channel.scale).astype(np.float32))
    return np.stack(read, axis=-1)


def formed(values: Array, logarithm: bool, form: Form) -> Array:
    """Values of windows, (B, T), in the form in which a channel has them."""
    x: Array = np.log(values) if logarithm else values
    if form == "change":
        return np.diff(x, axis=1, prepend=x[:, :1])
    if form == "from last":
        return x - x[:, -1:]
    return x


def references_of(answers: Sequence[Answer], windows: Array) -> Array:
    """What outputs are added to, (B, O), for the K targets in windows, (B, T, K)."""
    found = [_references(answer, windows[:, :, place]) for place, answer in enumerate(answers)]
    return np.concatenate(found, axis=1)


def _references(answer: Answer, windows: Array) -> Array:
    """The references of one target, (B, H), in windows, (B, T)."""
    ahead = len(answer.offset)
    if answer.reference == "none":
        return np.zeros((len(windows), ahead))
    x: Array = np.log(windows) if answer.logarithm else windows
    return np.repeat(x[:, -1:], ahead, axis=1)


def in_units(answers: Sequence[Answer], outputs: Array, references: Array) -> Array:
    """Forecasts in units of their targets, (B, O), of the outputs of a model, (B, O)."""
    found = []
    for answer, part in zip(answers, _by_answer(answers), strict=True):
        scaled = np.array(answer.scale) * outputs[:, part]
        x: Array = references[:, part] + np.array(answer.offset) + scaled
        found.append(np.exp(np.minimum(x, LARGEST_LOGARITHM)) if answer.logarithm else x)
    return np.concatenate(found, axis=1)


def to_outputs(answers: Sequence[Answer], values: Array, references: Array) -> Array:
    """The outputs, (B, O) float32, that mean these values, (B, O)."""
    found = []
    for answer, part in zip(answers, _by_answer(answers), strict=True):
        x = np.log(values[:, part]) if answer.logarithm else values[:, part]
        scaled = (x - references[:, part] - np.array(answer.offset)) / np.array(answer.scale)
        found.append(scaled.astype(np.float32))
    return np.concatenate(found, axis=1)


def _by_answer(answers: Sequence[Answer]) -> list[slice]:
    """The outputs of each target: those of the first one, then those of the second, and so on."""
    ends = np.cumsum([len(answer.offset) for answer in answers]).tolist()
    return [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
