"""The cells under one condition: their figures over seeds, as arms."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from rnnbench.findings.learning.diagnostics import diagnostics
from rnnbench.findings.learning.epochs_to_target import Reached, reached
from rnnbench.findings.learning.grouping import (
    Tried,
    learning_of,
    learning_trial,
    records_of,
    was_tried,
)
from rnnbench.findings.learning.records import Arm
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.learning.search import Searches, search, search_key
from rnnbench.findings.learning.targets import target_of
from rnnbench.findings.stats.estimates import solve_rate, spread
from rnnbench.findings.stats.ranges import Curve, Range
from rnnbench.records import Learning, Result


def arms(cells: Mapping[str, Tried], searches: Searches) -> tuple[Arm, ...]:
    """Return the arm of each cell, over the seeds that were evaluated at its best rate."""
    recipe = learning_trial(next(iter(cells.values())).all[0]).recipe
    measured = {row: records_of(_with_figures(tried)) for row, tried in cells.items()}
    thresholds: Mapping[str, tuple[Reached, ...]] = {}
    if target_of(chain.from_iterable(measured.values())) is not None:
        thresholds = reached(measured, recipe.epochs, recipe.batch_size)
    return tuple(
        _arm(row, tried, searches, thresholds.get(row, ())) for row, tried in cells.items()
    )


def _with_figures(tried: Tried) -> list[Result]:
    """Return the results at the best rate that give figures, in the order of seeds."""
    by_seed = sorted(tried.results[0], key=lambda result: learning_trial(result).seed)
    return [result for result in by_seed if learning_of(result)]


def _arm(row: str, tried: Tried, searches: Searches, thresholds: tuple[Reached, ...]) -> Arm:
    results = tried.results[0]
    with_figures = _with_figures(tried)
    measured = records_of(with_figures)
    first = measured[0] if measured else None
    trial = learning_trial(results[0])
    recipe = trial.recipe
    rate = trial.learning_rate
    rates = {learning_trial(result).learning_rate for result in results}
    at_target = []
    if thresholds:
        at_target = [learning for learning in measured if learning.epochs_to_target is not None]
    solved = len(at_target)
    trivial = first.trivial if first else {}
    searched = _trained(tried) if is_raced(recipe) else searches.get(search_key(trial))
    return Arm(
        row=row,
        seeds=tuple(learning_trial(result).seed for result in with_figures),
        lost=dict(Counter(result.status for result in results if not learning_of(result))),
        diverged=sum(result.status == "diverged" for result in results),
        solved=solved,
        solve_rate=solve_rate(solved, len(measured)) if thresholds else None,
        epochs=thresholds[0].epochs if thresholds else None,
        test=_test_scores(measured),
        test_where_solved=_deciding(_test_scores(at_target), first),
        reached=thresholds,
        curve=_curve(results),
        hidden_size=first.hidden_size if first else 0,
        parameters=first.parameters if first else 0,
        state_floats=first.state_floats if first else 0,
        off_budget=first.off_budget if first else None,
        learning_rate=rate,
        search=search(searched, rate, trivial) if searched else None,
        rates_left=tuple(learning_trial(at_rate[0]).learning_rate for at_rate in tried.results),
        other_rates=tuple(sorted(rates - {rate})),
        diagnostics=diagnostics(measured),
        given_up=sum(_is_given_up(result) for result in results),
        best_at_end=sum(learning.chosen_epoch == recipe.epochs for learning in measured),
    )


def _is_given_up(result: Result) -> bool:
    return result.status == "stopped" and result.learning is not None


def _test_scores(measured: Sequence[Learning]) -> dict[str, Range]:
    """Return the test scores by metric, over the seeds that have one."""
    tests: dict[str, Range] = {}
    if not measured:
        return tests
    for metric in measured[0].metrics:
        name = metric.name
        scores = [learning.test[name] for learning in measured if name in learning.test]
        if scores:
            tests[name] = spread(scores)
    return tests


def _deciding(tests: Mapping[str, Range], first: Learning | None) -> Range | None:
    """Return the scores by the deciding metric."""
    return tests.get(first.metrics[0].name) if first else None


def _trained(tried: Tried) -> list[Result]:
    """Return the trainings of a race; none where a rung uses the rates of the rung below."""
    trained = [result for result in tried.all if was_tried(result)]
    if not trained:
        return []
    rates = {learning_trial(result).learning_rate for result in trained}
    grid = set(learning_trial(trained[0]).recipe.learning_rates)
    return trained if rates >= grid else []


def _curve(results: Sequence[Result]) -> Curve:
    """Return the validation score by epoch: median and range over seeds.

    A seed that stopped because it had solved the task keeps its last score from there on. The curve
    of a seed that diverged ends.
    """
    curves = []
    last = []
    for result in results:
        learning = learning_of(result)
        if learning and learning.curve:
            metric = learning.metrics[0].name
            scores = [epoch.validation[metric] for epoch in learning.curve]
            curves.append(scores)
            last.append(math.nan if result.status == "diverged" else scores[-1])
    if not curves:
        return Curve((), (), (), ())
    longest = max(len(scores) for scores in curves)
    padded = [
        scores + [end] * (longest - len(scores)) for scores, end in zip(curves, last, strict=True)
    ]
    table = np.array(padded)
    # numpy's median that knows NaN takes ten times as long.
    median = np.nanmedian if np.isnan(table).any() else np.median
    return Curve(
        tuple(range(1, longest + 1)),
        tuple(median(table, axis=0).tolist()),
        tuple(np.nanmin(table, axis=0).tolist()),
        tuple(np.nanmax(table, axis=0).tolist()),
    )
