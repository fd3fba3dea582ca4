"""Cost results gathered by shape; replicates are the unit."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rnnbench.findings.estimates import ratio, spread
from rnnbench.findings.records import CostFinding, CostRow
from rnnbench.records import CostTrial, MemoryRow, Result, Shape, TimeRow


def costs(results: Sequence[Result]) -> tuple[CostFinding, ...]:
    """One finding for each shape, with a row for each cell."""
    by_shape: dict[Shape, dict[str, list[TimeRow | MemoryRow]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        assert isinstance(result.trial, CostTrial)
        for figure in result.costs:
            by_shape[result.trial.shape][figure.row].append(figure)
    shapes = sorted(by_shape, key=lambda s: (s.steps, s.batch, s.hidden, s.inputs))
    return tuple(
        CostFinding(shape=shape, rows=tuple(_row(name, by_shape[shape][name]) for name in sorted(by_shape[shape])))
        for shape in shapes
    )


def _row(name: str, figures: Sequence[TimeRow | MemoryRow]) -> CostRow:
    times = [figure for figure in figures if isinstance(figure, TimeRow)]
    memories = [figure for figure in figures if isinstance(figure, MemoryRow)]
    peaks = [float(memory.peak_bytes) for memory in memories if memory.peak_bytes is not None]
    return CostRow(
        row=name,
        kernel=figures[0].kernel,
        parameters=figures[0].parameters,
        parameter_bytes=memories[0].parameter_bytes if memories else None,
        step_seconds=spread([float(np.median(t.cpu_seconds)) for t in times]) if times else None,
        ratio_to_ruler=ratio([t.log_ratio_to_ruler for t in times]) if times else None,
        first_call_seconds=spread([t.first_call_seconds for t in times]) if times else None,
        peak_bytes=spread(peaks) if peaks else None,
        memory_meter=memories[0].meter if memories else "",
    )
