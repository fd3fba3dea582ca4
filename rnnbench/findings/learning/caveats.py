"""Caveats on trainings: too few seeds, lost seeds, unequal sizes, targets that say little."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.learning.budgets import BUDGET_TOLERANCE
from rnnbench.findings.learning.grouping import is_unclimbed
from rnnbench.findings.learning.records import Arm, Condition
from rnnbench.findings.learning.search_caveats import search_caveats
from rnnbench.findings.learning.target_caveats import target_caveats
from rnnbench.findings.stats.error_spending import fewest_seeds
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import LearningTrial, MetricNote, Recipe, Result


def learning_caveats(results: Sequence[Result], conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Return every caveat on trainings that these results give reason for."""
    return (
        *search_caveats(conditions),
        *_few_seeds(conditions),
        *_missing_seeds(conditions),
        *lost_trainings(conditions),
        *_not_tried(results),
        *budgets_missed(conditions),
        *targets_at_chance(conditions),
        *targets_missed_on_test(conditions),
        *target_caveats(conditions),
    )


def _few_seeds(conditions: Sequence[Condition]) -> Iterator[str]:
    few = [condition.title for condition in conditions if _has_few_seeds(condition)]
    if few:
        seeds = max(map(_needed, conditions))
        where = "every task" if len(few) == len(conditions) else " and ".join(few)
        yield (
            f"There are too few seeds for a verdict on {where}, so that figures have ranges and no"
            f" intervals. The option --seeds {seeds} adds the missing seeds."
        )


def _has_few_seeds(condition: Condition) -> bool:
    if len(condition.arms) < 2:
        return False
    return max(len(arm.seeds) for arm in condition.arms) < _needed(condition)


def _needed(condition: Condition) -> int:
    """Return how many seeds can carry a verdict between the cells of a condition."""
    pairs = len(condition.arms) * (len(condition.arms) - 1) // 2
    needed = [comparison.needed for comparison in condition.comparisons]
    return max(needed, default=fewest_seeds(pairs))


def _missing_seeds(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        seeds = set(chain.from_iterable(arm.seeds for arm in condition.arms))
        for arm in condition.arms:
            missing = seeds - set(arm.seeds)
            if missing and set(arm.lost) != {"stopped"}:  # _not_tried reports rungs not climbed
                losses = [f"{count} {status}" for status, count in sorted(arm.lost.items())]
                why = ", ".join(losses) or "not run"
                lacking = f"{len(missing)} of {text.counted(len(seeds), 'seed')} ({why})"
                yield f"{condition.title}: {arm.row} has no figures for {lacking}."


def lost_trainings(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield the trainings that diverged, were given up, or hit their time limit."""
    for condition in conditions:
        for arm in condition.arms:
            for caveat in _lost_trainings_of(arm, condition.recipe):
                yield f"{condition.title}: {caveat}."


def _lost_trainings_of(arm: Arm, recipe: Recipe) -> Iterator[str]:
    seeds = text.counted(len(arm.seeds), "seed")
    if arm.diverged:
        yield f"{arm.row} diverged in {arm.diverged} of {seeds}, for which it has no test score"
    if arm.given_up:
        epochs = text.counted(recipe.futility_epochs or 0, "epoch")
        yield (
            f"{arm.row} was given up in {arm.given_up} of {seeds}, which count as unsolved, after"
            f" {epochs} without a better validation score"
        )
    timeouts = arm.lost.get("timeout")
    if timeouts:
        hit = "hit its time limit and enters" if timeouts == 1 else "hit their time limit and enter"
        yield f"{text.counted(timeouts, 'trial')} of {arm.row} {hit} no estimate"


def _not_tried(results: Sequence[Result]) -> Iterator[str]:
    """Yield the rungs of ladders that a cell did not reach, by reason."""
    rungs: dict[tuple[str, str], set[int]] = defaultdict(set)
    for result in results:
        trial = result.trial
        if isinstance(trial, LearningTrial) and is_unclimbed(result):
            rungs[trial.task, result.reason].add(int(trial.dials["horizon"] or 0))
    for (task, reason), horizons in rungs.items():
        rungs_of = f"{text.plural('horizon', len(horizons))} {text.listed(sorted(horizons))}"
        yield text.sentence(f"{task}, {rungs_of}: {reason}")


def budgets_missed(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield cells of unequal parameters, and cells that deviate from what the recipe matches."""
    for condition in conditions:
        recipe = condition.recipe
        measured = {arm.row: arm.parameters for arm in condition.arms if arm.seeds}
        if recipe.match != "parameters" and len(set(measured.values())) > 1:
            sizes = ", ".join(f"{row} {parameters:,}" for row, parameters in measured.items())
            what = "hidden sizes" if recipe.match == "hidden" else "states"
            yield f"{condition.title}: {what} are matched, parameters are not equal ({sizes})."
        off = [_off_budget(arm, recipe) for arm in condition.arms if arm.misses_budget]
        if off:
            missed = f"{_budget(recipe)} is missed by over {100 * BUDGET_TOLERANCE:.0f} %"
            yield f"{condition.title}: {missed} ({'; '.join(off)})."


def _budget(recipe: Recipe) -> str:
    if recipe.match == "parameters":
        return f"the budget of {text.counted(recipe.parameters, 'parameter')}"
    return f"the budget of {text.counted(recipe.state_floats, 'number')} in the state"


def _off_budget(arm: Arm, recipe: Recipe) -> str:
    """Return the size that a cell has in place of the budget: `gru 1,100, +10.0 %`."""
    size = arm.parameters if recipe.match == "parameters" else arm.state_floats
    return f"{arm.row} {size:,}, {text.deviation(arm.off_budget or 0)}"


def targets_at_chance(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield the targets that the trivial forecast reaches."""
    for condition in conditions:
        metric = condition.metrics[0]
        target = condition.target
        chance = condition.trivial.get(metric.name)
        if chance is not None and target is not None and not metric.better(target, chance.centre):
            yield (
                f"{condition.title}: the trivial forecast reaches the target ({metric.name}"
                f" {text.setting(target)})."
            )


def targets_missed_on_test(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield the cells that reach the target on validation data, and miss it on test data.

    The target is watched on validation data alone; on a noisy task, the two may disagree. The test
    scores are those of the seeds that reached it.
    """
    for condition in conditions:
        metric = condition.metrics[0]
        target = condition.target
        if target is None:
            continue
        for arm in condition.arms:
            test = arm.test_where_solved
            if test and metric.better(target, test.centre):
                yield f"{condition.title}: {_missed_on_test(arm, test, metric, target)}."


def _missed_on_test(arm: Arm, test: Range, metric: MetricNote, wanted: float) -> str:
    sign = "≤" if metric.direction == "lower" else "≥"
    target = f"{metric.name} {sign} {text.setting(wanted)}"
    seeds = text.counted(len(arm.seeds), "seed")
    score = f"{metric.name} {text.apart(test.centre, wanted)}"
    missed = f"median {score} over the {test.n} seeds" if test.n > 1 else f"{score} in the one seed"
    return (
        f"{arm.row} reached the target ({target}) on validation data in {arm.solved} of {seeds}."
        f" On test data, {arm.row} misses the target, with {missed}"
    )
