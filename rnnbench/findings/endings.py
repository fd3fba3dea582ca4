"""Why there are as many replicates as there are: precise enough, or out of time."""

from collections.abc import Mapping, Sequence

from rnnbench.findings.cost_records import CostRow, StepKind
from rnnbench.findings.paces import KINDS
from rnnbench.records import CostTrial, Result


def endings(group: Sequence[Result], rows: Sequence[CostRow]) -> Mapping[StepKind, str]:
    """A sentence for each kind of step that was measured with an aim, of its last occasion."""
    found = {}
    for measurement, kind in KINDS.items():
        results = [r for r in group if isinstance(r.trial, CostTrial) and r.trial.measurement == measurement]
        widths = [pace.precision for row in rows if (pace := row.paces.get(kind)) and pace.precision is not None]
        aimed = [result for result in results if result.aim]
        if not aimed or not widths:
            continue
        last = max(_occasion(result) for result in aimed)
        found[kind] = _ending([result for result in aimed if _occasion(result) == last], max(widths))
    return found


def _occasion(result: Result) -> str:
    assert isinstance(result.trial, CostTrial)
    return result.trial.occasion


def _ending(results: Sequence[Result], width: float) -> str:
    aim = results[-1].aim
    assert aim
    said = f"{len(results)} replicates, every ratio to the ruler within ±{width:.1%}; asked was ±{aim.precision:.1%}"
    if width <= aim.precision:
        return f"{said}."
    spent = sum(result.seconds.process for result in results)
    why = "time was up" if spent >= aim.seconds else "they were as many as may be"
    return f"{said}, but {why if spent >= aim.seconds or len(results) >= aim.replicates else 'the run has not ended'}."
