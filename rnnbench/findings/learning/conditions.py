"""Learning results grouped into conditions and arms."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from rnnbench.findings.learning.answer import answer
from rnnbench.findings.learning.diagnostics import diagnostics
from rnnbench.findings.learning.epochs_to_target import epoch_ratios, reached
from rnnbench.findings.learning.grouping import (
    Tried,
    by_cell_and_rate,
    by_setting,
    common_rate,
    horizon,
    learning_of,
    learning_trial,
    titles,
    was_tried,
)
from rnnbench.findings.learning.looks import look_at, schedules
from rnnbench.findings.learning.records import Arm, Condition
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.learning.search import Searches, gather, search, search_key
from rnnbench.findings.rows import in_full
from rnnbench.findings.stats.estimates import solve_rate, spread
from rnnbench.findings.stats.ranges import Curve
from rnnbench.records import Learning, Looked, Result, Status

UNSEEN = Looked()


def conditions(results: Sequence[Result], looked: Looked = UNSEEN) -> tuple[Condition, ...]:
    """One condition for each setting under which something was evaluated, in the order of task and
    horizon."""
    searches = gather(results)
    return tuple(_condition(group, title, searches, looked) for title, group in evaluated(results))


def evaluated(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """Title and results of each setting under which something was evaluated, in the order of task
    and horizon."""
    evaluations = [result for result in results if learning_trial(result).phase == "evaluation"]
    groups = [group for group in by_setting(evaluations) if any(map(learning_of, group))]
    return list(zip(titles(groups), groups, strict=True))


def _condition(
    group: Sequence[Result], title: str, searches: Searches, looked: Looked
) -> Condition:
    measured = [learning for result in group if (learning := learning_of(result))]
    trial, first, cells = learning_trial(group[0]), measured[0], by_cell_and_rate(group)
    arms = tuple(_arm(row, tried, searches) for row, tried in cells.items())
    figures = {row: tuple(map(_by_seed, tried.results)) for row, tried in cells.items()}
    look = look_at(group)
    in_full_by_row = {
        row: in_full(learning_trial(tried.all[0]).cell) for row, tried in cells.items()
    }
    answered = answer(arms, figures, trial.recipe.epochs, schedules(look, looked, in_full_by_row))
    metrics = [metric for metric in first.metrics if _all_have(measured, metric.name)]
    return Condition(
        task=trial.task,
        horizon=horizon(trial),
        title=title,
        metrics=first.metrics,
        target=first.target,
        trivial={
            metric.name: spread([x.trivial[metric.name] for x in measured]) for metric in metrics
        },
        trivial_forecast=first.trivial_forecast,
        recipe=trial.recipe,
        learning_rate=common_rate(trial),
        steps_per_epoch=first.steps_per_epoch,
        arms=arms,
        ratios=epoch_ratios(
            {row: by_rate[0] for row, by_rate in figures.items()}, trial.recipe.epochs
        ),
        look=look if any(one.p_value is not None for one in answered["comparisons"]) else None,
        **answered,
    )


def _by_seed(results: Sequence[Result]) -> dict[int, Learning | None]:
    return {learning_trial(result).seed: learning_of(result) for result in results}


def _all_have(measured: Sequence[Learning], metric: str) -> bool:
    return all(metric in learning.trivial for learning in measured)


def _arm(row: str, tried: Tried, searches: Searches) -> Arm:
    results = tried.results[0]
    pairs = sorted(
        ((learning_trial(r).seed, x) for r in results if (x := learning_of(r))),
        key=lambda pair: pair[0],
    )
    measured = [learning for _, learning in pairs]
    lost: Counter[str] = Counter(r.status for r in results if not learning_of(r))
    recipe = learning_trial(results[0]).recipe
    thresholds = reached(measured, recipe.epochs, recipe.batch_size)
    solved = sum(learning.epochs_to_target is not None for learning in measured)
    metrics = [m.name for m in measured[0].metrics] if measured else []
    rate = learning_trial(results[0]).learning_rate
    searched = (
        _trained(tried)
        if is_raced(recipe)
        else searches.get(search_key(learning_trial(results[0])))
    )
    return Arm(
        row=row,
        seeds=tuple(seed for seed, _ in pairs),
        lost=dict(lost),
        diverged=sum(r.status == "diverged" for r in results),
        solved=solved,
        solve_rate=solve_rate(solved, len(measured)) if measured else None,
        epochs=thresholds[0].epochs if thresholds else None,
        test={
            m: spread(values)
            for m in metrics
            if (values := [x.test[m] for x in measured if m in x.test])
        },
        reached=thresholds,
        curve=_curve([(r.status, learning) for r in results if (learning := learning_of(r))]),
        hidden_size=measured[0].hidden_size if measured else 0,
        parameters=measured[0].parameters if measured else 0,
        state_floats=measured[0].state_floats if measured else 0,
        off_budget=measured[0].off_budget if measured else None,
        learning_rate=rate,
        search=search(searched, rate) if searched else None,
        rates_left=tuple(learning_trial(of_rate[0]).learning_rate for of_rate in tried.results),
        other_rates=tuple(sorted({learning_trial(r).learning_rate for r in results} - {rate})),
        diagnostics=diagnostics(measured),
        given_up=sum(r.status == "stopped" and r.learning is not None for r in results),
    )


def _trained(tried: Tried) -> list[Result]:
    """The trainings of a race; none on a rung of a ladder that uses what was found below."""
    trained = [result for result in tried.all if was_tried(result)]
    rates = {learning_trial(result).learning_rate for result in trained}
    return (
        trained
        if trained and rates >= set(learning_trial(trained[0]).recipe.learning_rates)
        else []
    )


def _curve(measured: Sequence[tuple[Status, Learning]]) -> Curve:
    """A seed that stopped because it had solved the task keeps its last score from there on; a
    diverged one ends."""
    curves = [
        (status, [e.validation[x.metrics[0].name] for e in x.curve])
        for status, x in measured
        if x.curve
    ]
    longest = max((len(scores) for _, scores in curves), default=0)
    if not longest:
        return Curve((), (), (), ())
    last = [math.nan if status == "diverged" else scores[-1] for status, scores in curves]
    table = np.array(
        [
            scores + [end] * (longest - len(scores))
            for (_, scores), end in zip(curves, last, strict=True)
        ]
    )
    return Curve(
        tuple(range(1, longest + 1)),
        tuple(np.nanmedian(table, axis=0).tolist()),
        tuple(np.nanmin(table, axis=0).tolist()),
        tuple(np.nanmax(table, axis=0).tolist()),
    )
