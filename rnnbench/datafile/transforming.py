"""Decides what is done with the columns of series before a model reads them, on training rows."""

import numpy as np

from rnnbench.datafile.arrange import Arranged
from rnnbench.datafile.inputs import ReadColumns
from rnnbench.datafile.table import Array
from rnnbench.datafile.transforms import TargetTransforms, Transforms
from rnnbench.datafile.trends import Trend, find_trend, leaves_range
from rnnbench.datafile.windows import Rows
from rnnbench.datafile.windows_left import Used

SCALING = "each column by its mean and deviation over training rows"


def transforms_of(
    values: Array, read: ReadColumns, rows: Rows, used: Used, arranged: Arranged
) -> Transforms:
    """What is done with columns, (R, C) with the targets first, decided on training rows."""
    train = (rows.part == 0) & used.series[rows.series]
    ends = np.flatnonzero(np.diff(rows.series[train])) + 1
    trends = []
    for target in values.T[: len(read.targets)]:
        positive = bool((target[np.isfinite(target)] > 0).all())
        trends.append(find_trend(np.split(target[train], ends), positive=positive))
    first, *others = trends
    outside = []
    for name, column in zip(read.names, values.T, strict=True):
        if leaves_range(np.split(column[train], ends)):
            outside.append(name)
    return Transforms(
        scaling=SCALING,
        logarithm=first.logarithm,
        differenced=first.differenced,
        outside=tuple(outside),
        reason=first.reason,
        others=tuple(map(_of_target, others)),
        elapsed=arranged.is_irregular,
    )


def _of_target(trend: Trend) -> TargetTransforms:
    return TargetTransforms(
        logarithm=trend.logarithm, differenced=trend.differenced, reason=trend.reason
    )
