"""Results of models of several sizes, and of tests on longer sequences."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from rnnbench.records import MetricNote, Recipe, Result
from tests.builders.findings import RECIPE, learned

SEEDS = range(3)
TARGET = 0.9
CHANCE = 0.25
UNIT = "share correct"


def of_state(budget: int) -> Recipe:
    """The recipe that matches this number of numbers in the state."""
    return replace(RECIPE, match="state", state_floats=budget)


def with_scores(
    cell: str,
    seed: int,
    scores: Mapping[str, float],
    chances: Mapping[str, float],
    *,
    state: int = 10,
    off_budget: float | None = 0.0,
    **trial: Any,
) -> Result:
    """A result with these test scores, the deciding one first, and those of the trivial
    forecast."""
    result = learned(cell, seed, None, **trial)
    assert result.learning
    (first, *_) = scores
    curve = [replace(epoch, validation={first: scores[first]}) for epoch in result.learning.curve]
    learning = replace(
        result.learning,
        metrics=tuple(MetricNote(name, UNIT, "higher") for name in scores),
        target=TARGET,
        curve=tuple(curve),
        test=dict(scores),
        trivial=dict(chances),
        state_floats=state,
        off_budget=off_budget,
    )
    return replace(result, learning=learning)


def sized(
    cell: str,
    budget: int,
    scores: Sequence[float],
    *,
    state: int | None = None,
    recipe: Recipe | None = None,
    **settings: Any,
) -> list[Result]:
    """Results of a cell whose models have so many numbers in their state, by default the budget;
    a score for each seed."""
    known = budget if state is None else state
    results = []
    for seed, score in enumerate(scores):
        results.append(
            with_scores(
                cell,
                seed,
                {"accuracy": score},
                {"accuracy": CHANCE},
                state=known,
                off_budget=known / budget - 1,
                recipe=recipe or of_state(budget),
                **settings,
            )
        )
    return results


def curve(cell: str, scores: Mapping[int, float], **settings: Any) -> list[Result]:
    """Results of a cell with these median scores by the budget of its state; seeds differ by
    0.01."""
    results = []
    for budget, score in scores.items():
        around = [score + 0.01 * (seed - 1) for seed in SEEDS]
        results += sized(cell, budget, around, **settings)
    return results


def lengths(cell: str, scores: Mapping[str, float], **settings: Any) -> list[Result]:
    """Results of a cell with these test scores by setting, such as `2x`, beside one of its own
    test data, which is 1."""
    named = {"accuracy": 1.0, **{f"accuracy@{name}": score for name, score in scores.items()}}
    chances = dict.fromkeys(named, CHANCE)
    return [with_scores(cell, seed, named, chances, **settings) for seed in SEEDS]
