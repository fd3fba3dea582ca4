"""Series of a user's file as windows and their answers, scaled on training rows alone."""

from dataclasses import replace

import numpy as np

from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.examined import Series
from rnnbench.datafile.preparation import (
    Answer,
    Channel,
    Form,
    Preparation,
    formed,
    inputs_of,
    references_of,
    to_outputs,
)
from rnnbench.datafile.table import Array
from rnnbench.datafile.windows import PARTS, filled

AT_ONCE = 16_384
"""Windows that are brought into the form of inputs at once, to bound memory."""
FITTED_ON = 4_096
"""The most windows by which a form that differs from window to window is scaled."""


def series_arrays(series: Series) -> Dataset:
    """Windows and their answers. All that is fitted is fitted on training rows."""
    values = np.column_stack(
        [filled(column, series.rows, series.fill) for column in series.values.T]
    )
    windows = replace(series, values=values)
    preparation = _prepared(windows)
    train, validation, test = (_part(windows, preparation, part) for part in range(len(PARTS)))
    return Dataset(
        inspection=series.inspection,
        preparation=preparation,
        train=train,
        validation=validation,
        test=test,
        level=values[:, 0],
        series=series.rows.series,
        times=series.times,
        names=series.series,
    )


def _prepared(series: Series) -> Preparation:
    """The preparation, fitted on training rows."""
    inspection = series.inspection
    length = inspection.windows.length
    assert length is not None
    return Preparation(
        kind=inspection.kind,
        channels=_channels(series),
        answer=_answer(series),
        window=length,
        group=inspection.groups.column,
        order=inspection.order.column,
        fill=series.fill,
    )


def _channels(series: Series) -> tuple[Channel, ...]:
    """What is read of each column, the target first."""
    transforms = series.inspection.transforms
    target, *inputs = series.names
    forms: list[Form] = ["change", "from last"] if transforms.differenced else ["level"]
    if transforms.differenced and target not in transforms.outside:
        forms.append("level")
    channels = [_channel(series, 0, transforms.logarithm, form) for form in forms]
    for place, name in enumerate(inputs, start=1):
        form: Form = "change" if name in transforms.outside else "level"
        channels.append(_channel(series, place, False, form))
    return tuple(channels)


def _channel(series: Series, place: int, logarithm: bool, form: Form) -> Channel:
    """A channel, scaled by training rows; where its form depends on a window, by windows."""
    column = series.values[:, place]
    if form == "from last":
        last = _last(series, 0)
        chosen = last[:: max(1, len(last) // FITTED_ON)]
        x = formed(_windows(series, column, chosen)[0], logarithm, form)
    else:
        x = _training(series, column, logarithm, form)
    offset, scale = _fitted(x)
    return Channel(
        column=series.names[place], logarithm=logarithm, form=form, offset=offset, scale=scale
    )


def _training(series: Series, column: Array, logarithm: bool, form: Form) -> Array:
    """A column, or its changes within a series, in the training rows of series that are used."""
    used = np.isin(series.rows.series, np.unique(series.rows.series[series.last]))
    rows = used & (series.rows.part == 0)
    x = np.log(column, where=rows, out=np.full(len(column), np.nan)) if logarithm else column
    if form == "change":
        x = np.diff(x, prepend=np.nan)
        rows = rows & (series.rows.place > 0)
    chosen: Array = x[rows & np.isfinite(x)]
    return chosen


def _fitted(x: Array) -> tuple[float, float]:
    """Mean and deviation; 1 for the deviation of equal numbers."""
    # Rounding may give equal numbers a deviation of 1e-17, so that their range decides.
    return float(x.mean()), float(x.std()) if np.ptp(x) > 0 else 1.0


def _answer(series: Series) -> Answer:
    """What outputs mean: levels, or changes since the last row of the window."""
    transforms = series.inspection.transforms
    ahead = series.inspection.windows.horizon
    assert ahead is not None
    if not transforms.differenced:
        offset, scale = _fitted(
            _training(series, series.values[:, 0], transforms.logarithm, "level")
        )
        return Answer(
            column=series.names[0],
            logarithm=transforms.logarithm,
            offset=(offset,) * ahead,
            scale=(scale,) * ahead,
        )
    unscaled = Answer(
        column=series.names[0],
        logarithm=transforms.logarithm,
        reference="last",
        offset=(0.0,) * ahead,
        scale=(1.0,) * ahead,
    )
    seen, actual = _windows(series, series.values[:, 0], _last(series, 0))
    changes = to_outputs(unscaled, actual, references_of(unscaled, seen)).astype(np.float64)
    offsets = changes.mean(axis=0)
    scale = _fitted(changes - offsets)[1]
    return Answer(
        column=series.names[0],
        logarithm=transforms.logarithm,
        reference="last",
        offset=tuple(offsets.tolist()),
        scale=(scale,) * ahead,
    )


def _last(series: Series, part: int) -> Array:
    """The last rows of the windows of a part, (B,)."""
    last: Array = series.last[series.rows.part[series.last] == part]
    return last


def _windows(series: Series, values: Array, last: Array) -> tuple[Array, Array]:
    """Windows (B, T) or (B, T, C) of values, and what follows each, (B, O) or (B, O, C)."""
    windows = series.inspection.windows
    assert windows.length is not None
    assert windows.horizon is not None
    span = windows.length + windows.horizon
    rows = last[:, None] - np.arange(span)[::-1]
    both = values[rows]
    return both[:, : windows.length], both[:, windows.length :]


def _part(series: Series, preparation: Preparation, part: int) -> Part:
    last = _last(series, part)
    answer = preparation.answer
    assert answer is not None
    size = (len(last), preparation.output_size)
    inputs = np.empty((len(last), preparation.window, len(preparation.channels)), dtype=np.float32)
    references = np.empty(size)
    actual = np.empty(size)
    for begin in range(0, len(last), AT_ONCE):
        piece = slice(begin, begin + AT_ONCE)
        seen, next_ones = _windows(series, series.values, last[piece])
        inputs[piece] = inputs_of(preparation, seen)
        references[piece] = references_of(answer, seen[:, :, 0])
        actual[piece] = next_ones[:, :, 0]
    start = last - preparation.output_size + 1
    return Part(
        inputs=inputs,
        targets=to_outputs(answer, actual, references),
        actual=actual,
        references=references,
        start=start,
        lines=series.lines[start],
    )
