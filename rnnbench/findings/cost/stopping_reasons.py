"""Why no more replicates were measured: precise enough, out of time, or at the limit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rnnbench import text
from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.cost.step_times import KINDS
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.records import CostTrial, Result, TimeRow, canonical


def stopping_reasons(group: Sequence[Result]) -> Mapping[StepKind, str]:
    """Return, by kind of step, a sentence on its last session that has intervals.

    The sentence gives their width on that session alone. Only kinds of step that were measured with
    a precision target have one.
    """
    found = {}
    for measurement, kind in KINDS.items():
        by_session = _by_session(group, measurement)
        widths = {session: _half_widths(results) for session, results in by_session.items()}
        with_intervals = [session for session in widths if widths[session]]
        if with_intervals:
            last = max(with_intervals)
            reason = _stopping_reason(by_session[last], max(widths[last]))
            found[kind] = f"{last}: {reason}" if last else reason
    return found


def _by_session(group: Sequence[Result], measurement: str) -> Mapping[str, list[Result]]:
    """Return the results of a measurement that had a precision target, by session."""
    by_session: dict[str, list[Result]] = defaultdict(list)
    for result in group:
        trial = result.trial
        if (
            result.precision_target
            and isinstance(trial, CostTrial)
            and trial.measurement == measurement
        ):
            by_session[trial.session].append(result)
    return by_session


def _half_widths(results: Sequence[Result]) -> list[float]:
    """Return half widths of the ratios to the reference cell that have an interval."""
    logs: dict[bytes, list[float]] = defaultdict(list)
    for result in results:
        assert isinstance(result.trial, CostTrial)
        keys = {cell.row: canonical(cell) for cell in result.trial.cells}
        for row in result.costs:
            if isinstance(row, TimeRow):
                logs[keys[row.row]].append(row.log_ratio_to_reference_cell)
    return [half_width(values) for values in logs.values() if len(values) >= INTERVAL_REPLICATES]


def _stopping_reason(results: Sequence[Result], width: float) -> str:
    """Return the sentence on a session, whose widest interval has this half width."""
    target = results[-1].precision_target
    assert target
    replicates = text.counted(len(results), "replicate")
    has = "has" if len(results) == 1 else "have"
    reached = f"{replicates} {has} every ratio to the reference cell within ±{width:.1%}"
    reached += f", where ±{target.precision:.1%} was asked for"
    if width <= target.precision:
        return f"{reached}."
    if sum(result.seconds.process for result in results) >= target.seconds:
        return f"{reached}, but time was up."
    if len(results) >= target.replicates:
        return f"{reached}, but no more replicates were allowed."
    return f"{reached}, but the run has not ended."
