"""Diagnostics over seeds."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.ranges import DiagnosticCurve
from rnnbench.records import Diagnosis, Learning


def diagnostics(measured: Sequence[Learning]) -> tuple[DiagnosticCurve, ...]:
    """A curve for each diagnostic, of the fresh and of the trained model, over the seeds that have
    it."""
    return tuple(_curves(measured))


def _curves(measured: Sequence[Learning]) -> Iterator[DiagnosticCurve]:
    for name in sorted({name for learning in measured for name in learning.diagnoses}):
        both = [learning.diagnoses[name] for learning in measured if name in learning.diagnoses]
        moments: tuple[tuple[Literal["fresh", "trained"], list[Diagnosis]], ...] = (
            ("fresh", [one.fresh for one in both if one.fresh]),
            ("trained", [one.trained for one in both if one.trained]),
        )
        for when, diagnoses in moments:
            if diagnoses:
                yield _curve(name, when, diagnoses)


def _curve(
    name: str, when: Literal["fresh", "trained"], diagnoses: Sequence[Diagnosis]
) -> DiagnosticCurve:
    """Along the x that all seeds have."""
    curves = [dict(zip(one.x, one.y, strict=True)) for one in diagnoses]
    shared = sorted(set.intersection(*(set(curve) for curve in curves)))
    table = np.array([[curve[x] for x in shared] for curve in curves]).reshape(
        len(curves), len(shared)
    )
    figures = {
        figure: spread([one.figures[figure] for one in diagnoses if figure in one.figures])
        for figure in sorted({figure for one in diagnoses for figure in one.figures})
    }
    return DiagnosticCurve(
        name=name,
        when=when,
        x_name=diagnoses[0].x_name,
        y_name=diagnoses[0].y_name,
        log_y=diagnoses[0].log_y,
        x=tuple(shared),
        median=tuple(np.median(table, axis=0).tolist()),
        low=tuple(table.min(axis=0).tolist()),
        high=tuple(table.max(axis=0).tolist()),
        figures=figures,
        absent={figure: reason for one in diagnoses for figure, reason in one.absent.items()},
    )
