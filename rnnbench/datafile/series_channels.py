"""What a model reads of series, scaled on training rows; and the windows that it is read from."""

import numpy as np

from rnnbench.datafile.examined import Series
from rnnbench.datafile.preparation import Channel, Form, formed
from rnnbench.datafile.table import Array

FITTED_ON = 4_096
"""The most windows by which a form that differs from window to window is scaled."""


def channels_of(series: Series) -> tuple[Channel, ...]:
    """What is read of each column, the targets first."""
    outside = series.inspection.transforms.outside
    channels = []
    for place, name in enumerate(series.names):
        if place < series.targets:
            channels += _channels_of_target(series, place)
            continue
        form: Form = "change" if name in outside else "level"
        channels.append(_channel(series, place, False, form))
    if series.elapsed is not None:
        offset, scale = fitted(training_values(series, series.elapsed, True, "level"))
        column = series.inspection.order.column or ""
        channels.append(
            Channel(column=column, logarithm=True, form="elapsed", offset=offset, scale=scale)
        )
    return tuple(channels)


def _channels_of_target(series: Series, place: int) -> list[Channel]:
    """What is read of a target."""
    transforms = series.inspection.transforms
    done = transforms.of_targets[place]
    forms: list[Form] = ["change", "from last"] if done.differenced else ["level"]
    if done.differenced and series.names[place] not in transforms.outside:
        forms.append("level")
    return [_channel(series, place, done.logarithm, form) for form in forms]


def _channel(series: Series, place: int, logarithm: bool, form: Form) -> Channel:
    """A channel, scaled by training rows; where its form depends on a window, by windows."""
    column = series.values[:, place]
    if form == "from last":
        last = last_rows(series, 0)
        chosen = last[:: max(1, len(last) // FITTED_ON)]
        x = formed(windows_of(series, column, chosen)[0], logarithm, form)
    else:
        x = training_values(series, column, logarithm, form)
    offset, scale = fitted(x)
    return Channel(
        column=series.names[place], logarithm=logarithm, form=form, offset=offset, scale=scale
    )


def training_values(series: Series, column: Array, logarithm: bool, form: Form) -> Array:
    """A column, or its changes within a series, in the training rows of series that are used."""
    used = np.isin(series.rows.series, np.unique(series.rows.series[series.last]))
    rows = used & (series.rows.part == 0)
    x = np.log(column, where=rows, out=np.full(len(column), np.nan)) if logarithm else column
    if form == "change":
        x = np.diff(x, prepend=np.nan)
        rows = rows & (series.rows.place > 0)
    chosen: Array = x[rows & np.isfinite(x)]
    return chosen


def fitted(x: Array) -> tuple[float, float]:
    """Mean and deviation; 1 for the deviation of equal numbers."""
    # Rounding may give equal numbers a deviation of 1e-17, so that their range decides.
    return float(x.mean()), float(x.std()) if np.ptp(x) > 0 else 1.0


def last_rows(series: Series, part: int) -> Array:
    """The last rows of the windows of a part, (B,)."""
    last: Array = series.last[series.rows.part[series.last] == part]
    return last


def windows_of(series: Series, values: Array, last: Array) -> tuple[Array, Array]:
    """Windows (B, T) or (B, T, C) of values, and what follows each, (B, O) or (B, O, C)."""
    windows = series.inspection.windows
    assert windows.length is not None
    assert windows.horizon is not None
    span = windows.length + windows.horizon
    rows = last[:, None] - np.arange(span)[::-1]
    both = values[rows]
    return both[:, : windows.length], both[:, windows.length :]
