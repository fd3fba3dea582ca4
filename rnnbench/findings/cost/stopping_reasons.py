"""Why there are as many replicates as there are: precise enough, or out of time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.cost.step_times import KINDS
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.records import CostTrial, Result, TimeRow, canonical


def endings(group: Sequence[Result]) -> Mapping[StepKind, str]:
    """A sentence for each kind of step that was measured with an aim, of the last session that has
    intervals: how wide they are on it, whatever they were on others."""
    found = {}
    for measurement, kind in KINDS.items():
        by_session: dict[str, list[Result]] = defaultdict(list)
        for result in group:
            if (
                result.aim
                and isinstance(result.trial, CostTrial)
                and result.trial.measurement == measurement
            ):
                by_session[result.trial.session].append(result)
        known = {day: widths for day, results in by_session.items() if (widths := _widths(results))}
        if known:
            last = max(known)
            found[kind] = (f"{last}: " if last else "") + _ending(
                by_session[last], max(known[last])
            )
    return found


def _widths(results: Sequence[Result]) -> list[float]:
    """Of the ratios to the reference cell that have an interval."""
    logs: dict[bytes, list[float]] = defaultdict(list)
    for result in results:
        assert isinstance(result.trial, CostTrial)
        keys = {cell.row: canonical(cell) for cell in result.trial.cells}
        for row in result.costs:
            if isinstance(row, TimeRow):
                logs[keys[row.row]].append(row.log_ratio_to_reference_cell)
    return [half_width(values) for values in logs.values() if len(values) >= INTERVAL_REPLICATES]


def _ending(results: Sequence[Result], width: float) -> str:
    """The sentence for these replicates, the widest of whose intervals has this half width."""
    target = results[-1].aim
    assert target
    reached = f"{len(results)} replicates, every ratio to the reference cell within ±{width:.1%}"
    reached += f"; asked was ±{target.precision:.1%}"
    if width <= target.precision:
        return f"{reached}."
    if sum(result.seconds.process for result in results) >= target.seconds:
        return f"{reached}, but time was up."
    if len(results) >= target.replicates:
        return f"{reached}, but they were as many as may be."
    return f"{reached}, but the run has not ended."
