"""What the search for a cell's learning rate saw: the whole curve, and what it cost."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.learning.records import Arm, Condition, RateScore, Search
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.stats.estimates import restricted_epochs, spread
from rnnbench.records import Learning, LearningTrial, Recipe, Result, canonical

Searches = dict[bytes, list[Result]]
"""The trials of each search, by `search_key`."""


def gather(results: Sequence[Result]) -> Searches:
    """The trials of the learning-rate search among these results."""
    found: Searches = defaultdict(list)
    for result in results:
        if learning_trial(result).phase == "tuning":
            found[search_key(learning_trial(result))].append(result)
    return found


def search_key(trial: LearningTrial) -> bytes:
    """What a search on tuning seeds, which diagnoses nothing, shares with the evaluations that it
    is for."""
    return canonical(replace(trial, seed=0, learning_rate=1.0, phase="evaluation", diagnostics=()))


def search(results: Sequence[Result], chosen: float | None) -> Search:
    """The search that these trials of one cell on one task are; `chosen` is the rate of its
    evaluation. By a race, evaluations at other rates are what it cost."""
    by_rate: dict[float, list[Result]] = defaultdict(list)
    for result in results:
        by_rate[learning_trial(result).learning_rate].append(result)
    own = [
        r
        for r in results
        if learning_trial(r).phase == "tuning" or learning_trial(r).learning_rate != chosen
    ]
    trained = [result.learning for result in own if result.learning]
    batch_size = learning_trial(results[0]).recipe.batch_size
    steps = sum(learning.epochs_run * learning.steps_per_epoch for learning in trained)
    return Search(
        rates=tuple(_rate_score(rate, by_rate[rate]) for rate in sorted(by_rate)),
        chosen=chosen,
        trials=len(own),
        steps=steps,
        sequences=steps * batch_size,
        seconds=float(np.sum([result.seconds.process for result in own])),
    )


def _rate_score(rate: float, results: Sequence[Result]) -> RateScore:
    fine = [r.learning for r in results if r.learning and r.status in ("ok", "stopped")]
    scores = [score for learning in fine if (score := _chosen_score(learning)) is not None]
    budget = learning_trial(results[0]).recipe.epochs
    return RateScore(
        rate=rate,
        trials=len(results),
        lost=len(results) - len(scores),
        epochs=(
            restricted_epochs([learning.epochs_to_target for learning in fine], budget)
            if fine
            else None
        ),
        score=spread(scores) if scores else None,
    )


def _chosen_score(learning: Learning) -> float | None:
    """The deciding score on validation data at the chosen epoch."""
    if learning.chosen_epoch is None:
        return None
    return learning.curve[learning.chosen_epoch - 1].validation[learning.metrics[0].name]


def search_caveats(conditions: Sequence[Condition]) -> Iterator[str]:
    """What to hold against the rates at which cells were trained."""
    untuned = [c.title for c in conditions if len(c.arms) > 1 and not c.recipe.tune]
    if untuned:
        where = "" if len(untuned) == len(conditions) else f" on {' and '.join(untuned)}"
        yield (
            f"No learning-rate search{where}: all cells train at the recipe's rate, which may suit"
            " some better."
        )
    for condition in conditions:
        yield from _luck(condition)
        for arm in condition.arms:
            yield from (
                f"{condition.title}: {arm.row} {caveat}." for caveat in _arm_caveats(arm, condition)
            )
            if arm.other_rates:
                rates = ", ".join(f"{rate:g}" for rate in (arm.learning_rate, *arm.other_rates))
                yield (
                    f"{condition.title}: {arm.row} was evaluated at several learning rates"
                    f" ({rates}); run it again."
                )


def _arm_caveats(arm: Arm, condition: Condition) -> Iterator[str]:
    found = arm.search
    if found is None:
        return
    trials, lost = sum(rate.trials for rate in found.rates), sum(rate.lost for rate in found.rates)
    if lost == trials:
        yield _failed(found, condition.recipe)
        return
    edges = (found.rates[0].rate, found.rates[-1].rate)
    if len(found.rates) > 1 and found.chosen in edges:
        yield (
            f"has its learning rate of {found.chosen:g} from the edge of the grid; a better one may"
            " lie beyond"
        )
    if _at_chance(found, condition):
        yield (
            f"has its learning rate of {found.chosen:g} by chance: no rate was better than the"
            " trivial forecast"
        )
    if lost:
        yield f"lost {lost} of {trials} trials of its search"


def _failed(found: Search, recipe: Recipe) -> str:
    trials = sum(rate.trials for rate in found.rates)
    if is_raced(recipe):
        low, high = found.rates[0].rate, found.rates[-1].rate
        return (
            f"failed at every learning rate: all {trials} trainings at {len(found.rates)} rates,"
            f" {low:g} to {high:g}"
        )
    return (
        f"has the recipe's own learning rate of {found.chosen:g}: all {trials} trials of its search"
        " failed"
    )


def _at_chance(found: Search, condition: Condition) -> bool:
    """Whether no rate has a validation score that is better than the test score of the trivial
    forecast."""
    metric = condition.metrics[0]
    trivial = condition.trivial.get(metric.name)
    scores = [rate.score for rate in found.rates if rate.score]
    return (
        bool(scores)
        and trivial is not None
        and not any(metric.better(s.centre, trivial.centre) for s in scores)
    )


def _luck(condition: Condition) -> Iterator[str]:
    """Where rates were chosen on seeds of their own: that other seeds might have chosen others.
    What a race leaves enters the comparison whole."""
    if is_raced(condition.recipe):
        return
    searched = [arm for arm in condition.arms if arm.search and len(arm.search.rates) > 1]
    by_one = [
        arm.row
        for arm in searched
        if arm.search and all(rate.trials == 1 for rate in arm.search.rates)
    ]
    if by_one:
        yield (
            f"{condition.title}: one tuning seed chose the learning rate of {', '.join(by_one)};"
            " another seed might have chosen another one."
        )
    for arm in searched:
        if arm.row not in by_one and (near := _near(arm, condition.recipe)):
            others = " or ".join(f"{rate:g}" for rate in near)
            yield (
                f"{condition.title}: {arm.row} has a learning rate of {arm.learning_rate:g}; other"
                f" tuning seeds might have chosen {others}."
            )


def _near(arm: Arm, recipe: Recipe) -> list[float]:
    """Rates whose figures meet those of the chosen one."""
    rates = arm.search.rates if arm.search else ()
    chosen = next((rate for rate in rates if rate.rate == arm.learning_rate), None)
    return [
        rate.rate
        for rate in rates
        if chosen and rate is not chosen and _overlap(rate, chosen, recipe)
    ]


def _overlap(one: RateScore, other: RateScore, recipe: Recipe) -> bool:
    """Whether ranges over seeds meet, of what decided between two rates: epochs where one gets
    there, or the score."""
    if one.lost != other.lost:
        return False
    reached = [
        rate.epochs for rate in (one, other) if rate.epochs and rate.epochs.low < recipe.epochs
    ]
    ranges = (one.epochs, other.epochs) if reached else (one.score, other.score)
    if ranges[0] is None or ranges[1] is None:
        return False
    return ranges[0].low <= ranges[1].high and ranges[1].low <= ranges[0].high
