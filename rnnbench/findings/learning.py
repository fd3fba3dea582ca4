"""Learning results grouped into conditions and arms."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from rnnbench.findings.answer import answer
from rnnbench.findings.estimates import restricted_epochs, solve_rate, spread
from rnnbench.findings.records import Arm, Condition, Curve
from rnnbench.records import Learning, LearningTrial, Result

Key = tuple[str, bytes, bytes]


def conditions(results: Sequence[Result]) -> tuple[Condition, ...]:
    """One condition for each task, setting of dials and recipe, in the order of task and horizon."""
    groups: dict[Key, list[Result]] = defaultdict(list)
    for result in results:
        groups[_key(_trial(result))].append(result)
    ordered = sorted(groups.items(), key=lambda group: (group[0][0], _horizon(group[1]) or 0, group[0]))
    tasks = [key[0] for key, _ in ordered]
    return tuple(
        condition
        for key, group in ordered
        if (condition := _condition(group, crowded=tasks.count(key[0]) > 1, rivals=_rivals(key, groups)))
    )


def learning_of(result: Result) -> Learning | None:
    """The figures of a trial that ran to its end or diverged; a trial cut short gives no estimate."""
    return result.learning if result.status in ("ok", "diverged") else None


def _trial(result: Result) -> LearningTrial:
    assert isinstance(result.trial, LearningTrial)
    return result.trial


def _key(trial: LearningTrial) -> Key:
    dials = msgspec.json.encode(trial.dials, order="sorted")
    return trial.task, dials, msgspec.json.encode((trial.recipe, trial.learning_rate))


def _rivals(key: Key, groups: dict[Key, list[Result]]) -> bool:
    """Whether another recipe was run for the same task at the same dials."""
    return sum(other[:2] == key[:2] for other in groups) > 1


def _horizon(group: Sequence[Result]) -> int | None:
    horizon = _trial(group[0]).dials.get("horizon")
    return int(horizon) if isinstance(horizon, int | float) else None


def _condition(group: Sequence[Result], *, crowded: bool, rivals: bool) -> Condition | None:
    measured = [learning for result in group if (learning := learning_of(result))]
    if not measured:
        return None
    trial, first, horizon = _trial(group[0]), measured[0], _horizon(group)
    title = trial.task + (f", horizon {horizon}" if crowded and horizon is not None else "")
    if rivals:
        title += f" ({trial.recipe.epochs} epochs, rate {trial.learning_rate:g}, {_budget(trial)})"
    by_row: dict[str, list[Result]] = defaultdict(list)
    for result in group:
        by_row[_trial(result).cell.row].append(result)
    arms = tuple(_arm(row, by_row[row]) for row in sorted(by_row))
    figures = {row: {_trial(r).seed: learning_of(r) for r in by_row[row]} for row in by_row}
    return Condition(
        task=trial.task,
        horizon=horizon,
        title=title,
        metrics=first.metrics,
        target=first.target,
        trivial={
            m.name: spread([x.trivial[m.name] for x in measured]) for m in first.metrics if _all_have(measured, m.name)
        },
        trivial_forecast=first.trivial_forecast,
        recipe=trial.recipe,
        learning_rate=trial.learning_rate,
        steps_per_epoch=first.steps_per_epoch,
        arms=arms,
        **answer(arms, figures, trial.recipe.epochs),
    )


def _budget(trial: LearningTrial) -> str:
    recipe = trial.recipe
    return f"hidden size {recipe.hidden_size}" if recipe.match == "hidden" else f"{recipe.parameters} parameters"


def _all_have(measured: Sequence[Learning], metric: str) -> bool:
    return all(metric in learning.trivial for learning in measured)


def _arm(row: str, results: Sequence[Result]) -> Arm:
    pairs = sorted((_trial(r).seed, learning) for r in results if (learning := learning_of(r)))
    measured = [learning for _, learning in pairs]
    lost: Counter[str] = Counter(r.status for r in results if not learning_of(r))
    budget = _trial(results[0]).recipe.epochs
    reached = [learning.epochs_to_target for learning in measured]
    solved = sum(epochs is not None for epochs in reached)
    metrics = [m.name for m in measured[0].metrics] if measured else []
    return Arm(
        row=row,
        seeds=tuple(seed for seed, _ in pairs),
        lost=dict(lost),
        diverged=sum(r.status == "diverged" for r in results),
        solved=solved,
        solve_rate=solve_rate(solved, len(measured)) if measured else None,
        epochs=restricted_epochs(reached, budget) if measured else None,
        test={m: spread(values) for m in metrics if (values := [x.test[m] for x in measured if m in x.test])},
        curve=_curve(measured),
        hidden_size=measured[0].hidden_size if measured else 0,
        parameters=measured[0].parameters if measured else 0,
        state_floats=measured[0].state_floats if measured else 0,
    )


def _curve(measured: Sequence[Learning]) -> Curve:
    """A seed that stopped because it had solved the task keeps its last score from there on."""
    curves = [[e.validation[x.metrics[0].name] for e in x.curve] for x in measured if x.curve]
    longest = max(map(len, curves), default=0)
    table = np.array([curve + [curve[-1]] * (longest - len(curve)) for curve in curves])
    if not longest:
        return Curve((), (), (), ())
    return Curve(
        tuple(range(1, longest + 1)),
        tuple(np.median(table, axis=0).tolist()),
        tuple(table.min(axis=0).tolist()),
        tuple(table.max(axis=0).tolist()),
    )
