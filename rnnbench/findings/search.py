"""What the search for a cell's learning rate saw: the whole curve, and what it cost."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.estimates import restricted_epochs, spread
from rnnbench.findings.grouping import learning_trial
from rnnbench.findings.records import Condition, RateScore, Search
from rnnbench.records import Learning, LearningTrial, Result, canonical

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
    """What a search shares with the evaluations that it is for."""
    return canonical(replace(trial, seed=0, learning_rate=1.0, phase="evaluation"))


def search(results: Sequence[Result], chosen: float | None) -> Search:
    """The search that these trials of one cell on one task are; `chosen` is the rate of its evaluation."""
    by_rate: dict[float, list[Result]] = defaultdict(list)
    for result in results:
        by_rate[learning_trial(result).learning_rate].append(result)
    trained = [result.learning for result in results if result.learning]
    batch_size = learning_trial(results[0]).recipe.batch_size
    steps = sum(learning.epochs_run * learning.steps_per_epoch for learning in trained)
    return Search(
        rates=tuple(_rate_score(rate, by_rate[rate]) for rate in sorted(by_rate)),
        chosen=chosen,
        trials=len(results),
        steps=steps,
        sequences=steps * batch_size,
        seconds=float(np.sum([result.seconds.process for result in results])),
    )


def _rate_score(rate: float, results: Sequence[Result]) -> RateScore:
    fine = [r.learning for r in results if r.learning and r.status in ("ok", "stopped")]
    scores = [score for learning in fine if (score := _chosen_score(learning)) is not None]
    budget = learning_trial(results[0]).recipe.epochs
    return RateScore(
        rate=rate,
        trials=len(results),
        lost=len(results) - len(scores),
        epochs=restricted_epochs([learning.epochs_to_target for learning in fine], budget) if fine else None,
        score=spread(scores) if scores else None,
    )


def _chosen_score(learning: Learning) -> float | None:
    """The deciding score on validation data at the chosen epoch."""
    if learning.chosen_epoch is None:
        return None
    return learning.curve[learning.chosen_epoch - 1].validation[learning.metrics[0].name]


def search_doubts(conditions: Sequence[Condition]) -> Iterator[str]:
    """What to hold against the rates at which cells were trained."""
    untuned = [c.title for c in conditions if len(c.arms) > 1 and not c.recipe.tune]
    if untuned:
        where = "" if len(untuned) == len(conditions) else f" on {' and '.join(untuned)}"
        yield f"No learning-rate search{where}: all cells train at the recipe's rate, which may suit some better."
    for condition in conditions:
        for arm in condition.arms:
            yield from (f"{condition.title}: {arm.row} {doubt}." for doubt in _arm_doubts(arm.search))
            if arm.other_rates:
                rates = ", ".join(f"{rate:g}" for rate in (arm.learning_rate, *arm.other_rates))
                yield f"{condition.title}: {arm.row} was evaluated at several learning rates ({rates}); run it again."


def _arm_doubts(found: Search | None) -> Iterator[str]:
    if found is None:
        return
    lost = sum(rate.lost for rate in found.rates)
    if lost == found.trials:
        yield f"has the recipe's own learning rate of {found.chosen:g}: all {lost} trials of its search failed"
        return
    edges = (found.rates[0].rate, found.rates[-1].rate)
    if len(found.rates) > 1 and found.chosen in edges:
        yield f"has its learning rate of {found.chosen:g} from the edge of the grid; a better one may lie beyond"
    if lost:
        yield f"lost {lost} of {found.trials} trials of its search"
