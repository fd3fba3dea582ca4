"""Caveats on the learning rates at which cells were trained."""

from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.learning.records import Arm, Condition
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.learning.search_records import RateScore, Search
from rnnbench.records import Recipe


def search_caveats(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield the caveats on the learning rates of these conditions."""
    untuned = [c.title for c in conditions if len(c.arms) > 1 and not c.recipe.tune]
    if untuned:
        where = "" if len(untuned) == len(conditions) else f" on {' and '.join(untuned)}"
        yield (
            f"There is no learning-rate search{where}: all cells train at the recipe's rate, which"
            " may suit some better."
        )
    for condition in conditions:
        yield from _chance_of_tuning_seeds(condition)
        for arm in condition.arms:
            for caveat in _arm_caveats(arm, condition):
                yield f"{condition.title}: {arm.row} {caveat}."
            if arm.other_rates:
                rates = ", ".join(
                    text.setting(rate) for rate in (arm.learning_rate, *arm.other_rates)
                )
                yield (
                    f"{condition.title}: {arm.row} was evaluated at several learning rates"
                    f" ({rates}), and has to be run again."
                )


def _arm_caveats(arm: Arm, condition: Condition) -> Iterator[str]:
    search = arm.search
    if search is None:
        return
    trials = sum(rate.trials for rate in search.rates)
    lost = sum(rate.lost for rate in search.rates)
    if lost == trials:
        yield _failure(search, condition.recipe)
        return
    edges = (search.rates[0].rate, search.rates[-1].rate)
    chosen = _chosen(search)
    if len(search.rates) > 1 and search.chosen in edges:
        yield (
            f"has its learning rate of {chosen} from the edge of the grid. A better rate of"
            f" {arm.row} may lie beyond"
        )
    if _never_beats_trivial(search, condition):
        yield (
            f"has its learning rate of {chosen} by chance: no rate was better than the trivial"
            " forecast"
        )
    if lost:
        yield f"lost {lost} of {text.counted(trials, 'trial')} of its search"


def _chosen(search: Search) -> str:
    return "none" if search.chosen is None else text.setting(search.chosen)


def _failure(search: Search, recipe: Recipe) -> str:
    """Return the caveat on a search all of whose trials failed."""
    count = sum(rate.trials for rate in search.rates)
    if is_raced(recipe):
        trainings = text.counted(count, "training")
        rates = text.counted(len(search.rates), "rate")
        low = text.setting(search.rates[0].rate)
        high = text.setting(search.rates[-1].rate)
        return f"failed at every learning rate: in {trainings} at {rates}, {low} to {high}"
    trials = "its only trial" if count == 1 else f"all {count:,} trials"
    return f"has the recipe's own learning rate of {_chosen(search)}: {trials} of its search failed"


def _never_beats_trivial(search: Search, condition: Condition) -> bool:
    """Whether no validation score of any rate beats the trivial forecast's test score."""
    metric = condition.metrics[0]
    trivial = condition.trivial.get(metric.name)
    scores = [rate.score for rate in search.rates if rate.score]
    if not scores or trivial is None:
        return False
    return not any(metric.better(score.centre, trivial.centre) for score in scores)


def _chance_of_tuning_seeds(condition: Condition) -> Iterator[str]:
    """Yield that other tuning seeds might have chosen other rates.

    A race has no such caveat: all rates that it leaves enter the comparison.
    """
    if is_raced(condition.recipe):
        return
    searched = [arm for arm in condition.arms if arm.search and len(arm.search.rates) > 1]
    by_one_seed = [arm.row for arm in searched if _has_one_trial_a_rate(arm)]
    if by_one_seed:
        yield (
            f"{condition.title}: one tuning seed chose the learning rate of"
            f" {text.enumerated(by_one_seed)}. Another tuning seed might have chosen another rate."
        )
    for arm in searched:
        near = _rates_near_the_chosen(arm, condition.recipe)
        if near and arm.row not in by_one_seed:
            others = " or ".join(text.setting(rate) for rate in near)
            rate = text.setting(arm.learning_rate)
            yield (
                f"{condition.title}: {arm.row} has a learning rate of {rate}, where other tuning"
                f" seeds might have chosen {others}."
            )


def _has_one_trial_a_rate(arm: Arm) -> bool:
    return arm.search is not None and all(rate.trials == 1 for rate in arm.search.rates)


def _rates_near_the_chosen(arm: Arm, recipe: Recipe) -> list[float]:
    """Return the rates whose figures overlap with those of the chosen rate."""
    rates = arm.search.rates if arm.search else ()
    chosen = next((rate for rate in rates if rate.rate == arm.learning_rate), None)
    if chosen is None:
        return []
    others = [rate for rate in rates if rate is not chosen]
    return [rate.rate for rate in others if _overlap(rate, chosen, recipe)]


def _overlap(one: RateScore, other: RateScore, recipe: Recipe) -> bool:
    """Whether the ranges over seeds of two rates meet.

    The ranges are of what decided: epochs, where one rate reaches the target, or the score.
    """
    if one.lost != other.lost:
        return False
    reached = any(rate.epochs and rate.epochs.low < recipe.epochs for rate in (one, other))
    first, second = (one.epochs, other.epochs) if reached else (one.score, other.score)
    if first is None or second is None:
        return False
    return first.low <= second.high and second.low <= first.high
