"""Why there are as many replicates as there are: precise enough, or out of time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rnnbench.findings.cost.paces import KINDS
from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.records import CostTrial, Result, TimeRow, canonical


def endings(group: Sequence[Result]) -> Mapping[StepKind, str]:
    """A sentence for each kind of step that was measured with an aim, of the last occasion that has intervals: how wide
    they are on it, whatever they were on others."""
    found = {}
    for measurement, kind in KINDS.items():
        by_occasion: dict[str, list[Result]] = defaultdict(list)
        for result in group:
            if result.aim and isinstance(result.trial, CostTrial) and result.trial.measurement == measurement:
                by_occasion[result.trial.occasion].append(result)
        known = {day: widths for day, results in by_occasion.items() if (widths := _widths(results))}
        if known:
            last = max(known)
            found[kind] = (f"{last}: " if last else "") + _ending(by_occasion[last], max(known[last]))
    return found


def _widths(results: Sequence[Result]) -> list[float]:
    """Of the ratios to the ruler that have an interval."""
    logs: dict[bytes, list[float]] = defaultdict(list)
    for result in results:
        assert isinstance(result.trial, CostTrial)
        keys = {cell.row: canonical(cell) for cell in result.trial.cells}
        for row in result.costs:
            if isinstance(row, TimeRow):
                logs[keys[row.row]].append(row.log_ratio_to_ruler)
    return [half_width(values) for values in logs.values() if len(values) >= INTERVAL_REPLICATES]


def _ending(results: Sequence[Result], width: float) -> str:
    aim = results[-1].aim
    assert aim
    said = f"{len(results)} replicates, every ratio to the ruler within ±{width:.1%}; asked was ±{aim.precision:.1%}"
    if width <= aim.precision:
        return f"{said}."
    spent = sum(result.seconds.process for result in results)
    why = "time was up" if spent >= aim.seconds else "they were as many as may be"
    return f"{said}, but {why if spent >= aim.seconds or len(results) >= aim.replicates else 'the run has not ended'}."
