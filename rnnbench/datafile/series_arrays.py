"""Series of a user's file as windows and their answers, scaled on training rows alone."""

from dataclasses import replace

import numpy as np

from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.examined import Series
from rnnbench.datafile.preparation import (
    Answer,
    Preparation,
    inputs_of,
    references_of,
    to_outputs,
)
from rnnbench.datafile.series_channels import (
    channels_of,
    fitted,
    last_rows,
    training_values,
    windows_of,
)
from rnnbench.datafile.windows import PARTS, filled

AT_ONCE = 16_384
"""Windows that are brought into the form of inputs at once, to bound memory."""


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
        levels=values[:, : series.targets],
        series=series.rows.series,
        times=series.times,
        names=series.series,
    )


def _prepared(series: Series) -> Preparation:
    """The preparation, fitted on training rows."""
    inspection = series.inspection
    length = inspection.windows.length
    assert length is not None
    answer, *others = [_answer(series, place) for place in range(series.targets)]
    return Preparation(
        kind=inspection.kind,
        channels=channels_of(series),
        answer=answer,
        other_answers=tuple(others),
        window=length,
        group=inspection.groups.column,
        order=inspection.order.column,
        fill=series.fill,
        resample=series.resample,
        written=series.written,
    )


def _answer(series: Series, place: int) -> Answer:
    """What the outputs of a target mean: levels, or changes since the last row of the window."""
    done = series.inspection.transforms.of_targets[place]
    column = series.values[:, place]
    ahead = series.inspection.windows.horizon
    assert ahead is not None
    if not done.differenced:
        offset, scale = fitted(training_values(series, column, done.logarithm, "level"))
        return Answer(
            column=series.names[place],
            logarithm=done.logarithm,
            offset=(offset,) * ahead,
            scale=(scale,) * ahead,
        )
    unscaled = Answer(
        column=series.names[place],
        logarithm=done.logarithm,
        reference="last",
        offset=(0.0,) * ahead,
        scale=(1.0,) * ahead,
    )
    seen, actual = windows_of(series, column, last_rows(series, 0))
    references = references_of([unscaled], seen[:, :, None])
    changes = to_outputs([unscaled], actual, references).astype(np.float64)
    offsets = changes.mean(axis=0)
    scale = fitted(changes - offsets)[1]
    return Answer(
        column=series.names[place],
        logarithm=done.logarithm,
        reference="last",
        offset=tuple(offsets.tolist()),
        scale=(scale,) * ahead,
    )


def _part(series: Series, preparation: Preparation, part: int) -> Part:
    last = last_rows(series, part)
    answers = preparation.answers
    size = (len(last), preparation.output_size)
    inputs = np.empty((len(last), preparation.window, len(preparation.channels)), dtype=np.float32)
    references = np.empty(size)
    actual = np.empty(size)
    for begin in range(0, len(last), AT_ONCE):
        piece = slice(begin, begin + AT_ONCE)
        seen, next_ones = windows_of(series, series.values, last[piece])
        elapsed = None
        if series.elapsed is not None:
            elapsed = windows_of(series, series.elapsed, last[piece])[0]
        inputs[piece] = inputs_of(preparation, seen, elapsed)
        references[piece] = references_of(answers, seen[:, :, : len(answers)])
        by_target = next_ones[:, :, : len(answers)].transpose(0, 2, 1)
        actual[piece] = by_target.reshape(len(seen), -1)
    start = last - preparation.output_size // len(answers) + 1
    return Part(
        inputs=inputs,
        targets=to_outputs(answers, actual, references),
        actual=actual,
        references=references,
        start=start,
        lines=series.lines[start],
    )
