"""The search for a cell's learning rate: its curve over the rates, and what it cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.learning.optimum import optimum
from rnnbench.findings.learning.search_records import RateScore, Search
from rnnbench.findings.learning.targets import target_of
from rnnbench.findings.stats.estimates import restricted_epochs, spread
from rnnbench.records import Learning, LearningTrial, Result, canonical

Searches = dict[bytes, list[Result]]
"""The trials of each search, by `search_key`."""


def gather(results: Sequence[Result]) -> Searches:
    """Return the trials of learning-rate searches among these results."""
    searches: Searches = defaultdict(list)
    for result in results:
        trial = learning_trial(result)
        if trial.phase == "tuning":
            searches[search_key(trial)].append(result)
    return searches


def search_key(trial: LearningTrial) -> bytes:
    """Return what a search on tuning seeds shares with the evaluations that it is for.

    A search computes no diagnostics.
    """
    return canonical(replace(trial, seed=0, learning_rate=1.0, phase="evaluation", diagnostics=()))


def search(results: Sequence[Result], chosen: float | None, trivial: Mapping[str, float]) -> Search:
    """Return the search that these trials of one cell under one setting make up.

    `chosen` is the learning rate of the evaluation, and `trivial` are the test scores of the
    trivial forecast. In a race, evaluations at other rates are the cost of the search.
    """
    by_rate: dict[float, list[Result]] = defaultdict(list)
    for result in results:
        by_rate[learning_trial(result).learning_rate].append(result)
    own = [result for result in results if _is_cost(learning_trial(result), chosen)]
    trained = [result.learning for result in own if result.learning]
    batch_size = learning_trial(results[0]).recipe.batch_size
    steps = sum(learning.epochs_run * learning.steps_per_epoch for learning in trained)
    found, no_optimum = optimum(by_rate, chosen, trivial)
    return Search(
        rates=tuple(_rate_score(rate, by_rate[rate]) for rate in sorted(by_rate)),
        chosen=chosen,
        trials=len(own),
        steps=steps,
        sequences=steps * batch_size,
        seconds=float(np.sum([result.seconds.process for result in own])),
        optimum=found,
        no_optimum=no_optimum,
    )


def _is_cost(trial: LearningTrial, chosen: float | None) -> bool:
    """Whether a trial was run for the search alone, and not for the evaluation."""
    return trial.phase == "tuning" or trial.learning_rate != chosen


def _rate_score(rate: float, results: Sequence[Result]) -> RateScore:
    fine = [r.learning for r in results if r.learning and r.status in ("ok", "stopped")]
    has_target = target_of(fine) is not None
    epochs = [learning.epochs_to_target for learning in fine]
    scores = [_chosen_score(learning) for learning in fine]
    known = [score for score in scores if score is not None]
    budget = learning_trial(results[0]).recipe.epochs
    return RateScore(
        rate=rate,
        trials=len(results),
        lost=len(results) - len(known),
        epochs=restricted_epochs(epochs, budget) if has_target else None,
        score=spread(known) if known else None,
    )


def _chosen_score(learning: Learning) -> float | None:
    """Return the deciding score on validation data at the chosen epoch."""
    if learning.chosen_epoch is None:
        return None
    return learning.curve[learning.chosen_epoch - 1].validation[learning.metrics[0].name]
