"""Groups learning results into conditions."""

from collections.abc import Mapping, Sequence

from rnnbench.findings.learning.answer import answer
from rnnbench.findings.learning.arms import arms
from rnnbench.findings.learning.epochs_to_target import epoch_ratios
from rnnbench.findings.learning.examples import answered_examples
from rnnbench.findings.learning.grouping import (
    Tried,
    by_cell_and_rate,
    by_setting,
    common_rate,
    horizon,
    learning_of,
    learning_trial,
    records_of,
    titles,
)
from rnnbench.findings.learning.looks import look_at, schedules
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.search import Searches, gather
from rnnbench.findings.learning.targets import target_of
from rnnbench.findings.rows import in_full
from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Learning, Looked, Result

NO_LOOKS = Looked()
Groups = list[tuple[str, list[Result]]]
"""Evaluations of each setting, with its title."""


def conditions(
    results: Sequence[Result],
    looked: Looked = NO_LOOKS,
    groups: Groups | None = None,
) -> tuple[Condition, ...]:
    """Return a condition for each setting with evaluations, in the order of task and horizon.

    looked: the looks at these comparisons before this one.
    groups: the evaluations of these results by setting, where they are known.
    """
    searches = gather(results)
    groups = evaluated(results) if groups is None else groups
    return tuple(_condition(group, title, searches, looked) for title, group in groups)


def evaluated(results: Sequence[Result]) -> Groups:
    """Return title and results of each setting with evaluations, in the order of task and horizon.

    A setting of which no trial has figures is left out.
    """
    evaluations = [result for result in results if learning_trial(result).phase == "evaluation"]
    groups = [group for group in by_setting(evaluations) if any(map(learning_of, group))]
    return list(zip(titles(groups), groups, strict=True))


def _condition(
    group: Sequence[Result], title: str, searches: Searches, looked: Looked
) -> Condition:
    measured = records_of(group)
    first = measured[0]
    trial = learning_trial(group[0])
    recipe = trial.recipe
    cells = by_cell_and_rate(group)
    found_arms = arms(cells, searches)
    figures = {row: tuple(map(_by_seed, tried.results)) for row, tried in cells.items()}
    best_rates = {row: by_rate[0] for row, by_rate in figures.items()}
    look = look_at(group)
    looks = schedules(look, looked, _cells_in_full(cells))
    answered = answer(found_arms, figures, recipe.epochs, looks)
    is_tested = any(comparison.p_value is not None for comparison in answered["comparisons"])
    return Condition(
        task=trial.task,
        horizon=horizon(trial),
        title=title,
        metrics=first.metrics,
        target=target_of(measured),
        trivial=_trivial(measured),
        trivial_forecast=first.trivial_forecast,
        recipe=recipe,
        learning_rate=common_rate(trial),
        steps_per_epoch=first.steps_per_epoch,
        arms=found_arms,
        ratios=epoch_ratios(best_rates, recipe.epochs),
        look=look if is_tested else None,
        examples=answered_examples(cells),
        **answered,
    )


def _by_seed(results: Sequence[Result]) -> dict[int, Learning | None]:
    return {learning_trial(result).seed: learning_of(result) for result in results}


def _cells_in_full(cells: Mapping[str, Tried]) -> dict[str, str]:
    """Return the full name of each cell by its row."""
    return {row: in_full(learning_trial(tried.all[0]).cell) for row, tried in cells.items()}


def _trivial(measured: Sequence[Learning]) -> dict[str, Range]:
    """Return the scores of the trivial forecast by each metric that all trials have it for."""
    trivial = {}
    for metric in measured[0].metrics:
        if all(metric.name in learning.trivial for learning in measured):
            trivial[metric.name] = spread([learning.trivial[metric.name] for learning in measured])
    return trivial
