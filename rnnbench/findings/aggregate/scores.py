"""Scores of one training, from 0 to 1, for each aspect of learning."""

import numpy as np

from rnnbench.findings.aggregate.coverage import Score
from rnnbench.findings.aggregate.records import AspectName
from rnnbench.findings.learning.grouping import is_unclimbed, learning_of, learning_trial
from rnnbench.findings.learning.targets import share_of_the_way
from rnnbench.records import Learning, Result


def _capacity(result: Result) -> float | None:
    learning = learning_of(result)
    return share_of_the_way(learning) if learning else None


def _trainability(result: Result) -> float | None:
    """Return the share of the budget that is left when the target is reached.

    The target is watched on validation data: it counts where the test score, too, beats the trivial
    forecast. A rung of a ladder that was not tried counts as not solved, by the rule of ladders.
    """
    trial = learning_trial(result)
    learning = learning_of(result)
    if learning is None:
        return 0.0 if is_unclimbed(result) else None
    way = share_of_the_way(learning)
    if way is None:
        return None
    epochs = learning.epochs_to_target if way > 0 else None
    return 0.0 if epochs is None else 1.0 - epochs / trial.recipe.epochs


def _extrapolation(result: Result) -> float | None:
    """Return the mean score over the settings that are longer than training."""
    learning = learning_of(result)
    if learning is None:
        return None
    ways = [share_of_the_way(learning, setting) for setting in longer(learning)]
    known = [way for way in ways if way is not None]
    if not known or len(known) < len(ways):
        return None
    return float(np.mean(known))


def longer(learning: Learning) -> list[str]:
    """Return the test settings with longer sequences than those of training.

    The task calls them `2x`, `4x` and so on: so many times the longest sequence of training.
    """
    settings = []
    for metric in learning.metrics:
        if metric.times is not None and metric.times > 1:
            settings.append(f"@{metric.setting}")
    return list(dict.fromkeys(settings))


SCORES: dict[AspectName, Score] = {
    "capacity": _capacity,
    "trainability": _trainability,
    "extrapolation": _extrapolation,
}
