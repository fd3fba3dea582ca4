"""Diagnostics over seeds, as curves with ranges."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import Literal

import numpy as np

from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.ranges import DiagnosticCurve, Range
from rnnbench.records import Diagnosis, Learning


def diagnostics(measured: Sequence[Learning]) -> tuple[DiagnosticCurve, ...]:
    """Return a curve for each diagnostic of the fresh and of the trained model.

    A curve is over the seeds that have the diagnostic.
    """
    return tuple(_curves(measured))


def _curves(measured: Sequence[Learning]) -> Iterator[DiagnosticCurve]:
    names = set(chain.from_iterable(learning.diagnoses for learning in measured))
    for name in sorted(names):
        both = [learning.diagnoses[name] for learning in measured if name in learning.diagnoses]
        fresh = [moments.fresh for moments in both if moments.fresh]
        trained = [moments.trained for moments in both if moments.trained]
        if fresh:
            yield _curve(name, "fresh", fresh)
        if trained:
            yield _curve(name, "trained", trained)


def _curve(
    name: str, when: Literal["fresh", "trained"], diagnoses: Sequence[Diagnosis]
) -> DiagnosticCurve:
    """Return the curve over the values of x that all seeds have."""
    curves = [dict(zip(diagnosis.x, diagnosis.y, strict=True)) for diagnosis in diagnoses]
    shared = sorted(set.intersection(*(set(curve) for curve in curves)))
    values = [curve[x] for curve, x in product(curves, shared)]
    table = np.array(values).reshape(len(curves), len(shared))
    absent: dict[str, str] = {}
    for diagnosis in diagnoses:
        absent.update(diagnosis.absent)
    first = diagnoses[0]
    return DiagnosticCurve(
        name=name,
        when=when,
        x_name=first.x_name,
        y_name=first.y_name,
        log_y=first.log_y,
        x=tuple(shared),
        median=tuple(np.median(table, axis=0).tolist()),
        low=tuple(table.min(axis=0).tolist()),
        high=tuple(table.max(axis=0).tolist()),
        figures=_figures(diagnoses),
        absent=absent,
        n=len(diagnoses),
    )


def _figures(diagnoses: Sequence[Diagnosis]) -> dict[str, Range]:
    """Return the median and range of each figure, over the seeds that have it."""
    values: dict[str, list[float]] = defaultdict(list)
    for diagnosis in diagnoses:
        for name, value in diagnosis.figures.items():
            values[name].append(value)
    return {name: spread(values[name]) for name in sorted(values)}
