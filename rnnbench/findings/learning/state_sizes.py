"""Scores against the numbers in the state: tasks that were run with models of several sizes."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from rnnbench import text
from rnnbench.findings.learning.conditions import Groups
from rnnbench.findings.learning.grouping import learning_trial, setting_of, titles
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.state_size_records import (
    SizedScore,
    StateSizeCurve,
    StateSizeFinding,
)
from rnnbench.records import Recipe, Result, canonical

ANY = Recipe()
"""The recipe whose budgets stand for those of all sizes."""


class _Member(NamedTuple):
    """A condition, with one of its results without the size of its model."""

    sample: Result
    condition: Condition


def state_sizes(groups: Groups, conditions: Sequence[Condition]) -> tuple[StateSizeFinding, ...]:
    """Return a finding for each task, and setting, with states of several sizes of some cell.

    Conditions belong together that differ in the budget of their models alone. Those that match
    another quantity, such as parameters in place of states, do not.

    groups: the evaluations behind the conditions, in the same order.
    """
    alike: dict[bytes, list[_Member]] = defaultdict(list)
    for (_, results), condition in zip(groups, conditions, strict=True):
        sample = _without_size(results[0])
        alike[canonical(setting_of(learning_trial(sample)))].append(_Member(sample, condition))
    found = []
    samples = []
    for members in alike.values():
        ordered = sorted((member.condition for member in members), key=_budget)
        curves = _curves(ordered)
        if any(curve.has_several_sizes for curve in curves):
            found.append((ordered, curves))
            samples.append([members[0].sample])
    named = zip(titles(samples), found, strict=True)
    return tuple(_finding(title, *one) for title, one in named)


def _without_size(result: Result) -> Result:
    """Return a result whose recipe has the same budgets whatever the size of its model."""
    trial = learning_trial(result)
    recipe = replace(
        trial.recipe,
        parameters=ANY.parameters,
        state_floats=ANY.state_floats,
        hidden_size=ANY.hidden_size,
    )
    return replace(result, trial=replace(trial, recipe=recipe))


def _budget(condition: Condition) -> int:
    recipe = condition.recipe
    budgets = {
        "parameters": recipe.parameters,
        "state": recipe.state_floats,
        "hidden": recipe.hidden_size,
    }
    return budgets[recipe.match]


def _curves(conditions: Sequence[Condition]) -> tuple[StateSizeCurve, ...]:
    """Return the scores of each cell that has one and carries a state, the smallest first."""
    points: dict[str, list[SizedScore]] = defaultdict(list)
    for condition in conditions:
        for arm in condition.arms:
            score = arm.test.get(condition.metrics[0].name)
            if score is None or not arm.state_floats:
                continue
            point = SizedScore(
                condition=condition.title,
                budget=_budget(condition),
                state_floats=arm.state_floats,
                parameters=arm.parameters,
                off_budget=arm.off_budget,
                solved=arm.solved,
                seeds=len(arm.seeds),
                score=score,
            )
            points[arm.row].append(point)
    curves = []
    for row, known in sorted(points.items()):
        rising = sorted(known, key=lambda point: (point.state_floats, point.parameters))
        curves.append(StateSizeCurve(row=row, points=tuple(rising)))
    return tuple(curves)


def _finding(
    title: str, conditions: Sequence[Condition], curves: tuple[StateSizeCurve, ...]
) -> StateSizeFinding:
    first = conditions[0]
    metric = first.metrics[0]
    finding = StateSizeFinding(
        task=first.task,
        title=title,
        conditions=tuple(condition.title for condition in conditions),
        match=first.recipe.match,
        metric=metric,
        target=first.target,
        trivial=first.trivial.get(metric.name),
        trivial_forecast=first.trivial_forecast,
        curves=curves,
    )
    return replace(finding, answer=_answer(finding))


def _answer(finding: StateSizeFinding) -> str:
    """Return from how many numbers in the state on which cells are at the target, if any."""
    if finding.target is None:
        return ""
    by_size: dict[int, list[str]] = defaultdict(list)
    never = []
    for curve in finding.curves:
        needed = finding.needed(curve)
        if needed is None:
            never.append(curve.row)
        else:
            by_size[needed].append(curve.row)
    score = f"median test {finding.metric.name}"
    goal = f"at the target ({text.setting(finding.target)})"
    if not by_size:
        return f"With no state that was tried is the {score} of a cell {goal}."
    parts: list[str] = []
    for size, rows in sorted(by_size.items()):
        numbers = text.counted(size, "number") if parts else f"{size:,} numbers in the state"
        parts.append(f"from {numbers} on for {text.enumerated(rows)}")
    rest = f"; for {text.enumerated(never)} it is not" if never else ""
    return f"The {score} is {goal} {', '.join(parts)}{rest}."
