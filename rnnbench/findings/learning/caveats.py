"""What to hold against trainings: too few seeds, seeds that were lost, unequal sizes, targets that
say little."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.search import search_caveats
from rnnbench.findings.learning.target_caveats import target_caveats
from rnnbench.findings.stats.error_spending import fewest_seeds
from rnnbench.records import LearningTrial, Result

BUDGET_DOUBT = 0.05


def learning_caveats(results: Sequence[Result], conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Every caveat on trainings that these results give reason for."""
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
    few = [
        c.title
        for c in conditions
        if len(c.arms) > 1 and max(len(a.seeds) for a in c.arms) < _needed(c)
    ]
    if few:
        where = "every task" if len(few) == len(conditions) else " and ".join(few)
        yield (
            f"Too few seeds for a verdict on {where}: what stands there is a range; "
            f"--seeds {max(map(_needed, conditions))} adds those that are missing."
        )


def _needed(condition: Condition) -> int:
    """Seeds that can carry a verdict between the cells of a condition."""
    pairs = len(condition.arms) * (len(condition.arms) - 1) // 2
    return max((one.needed for one in condition.comparisons), default=fewest_seeds(pairs))


def _missing_seeds(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        everybody = {seed for arm in condition.arms for seed in arm.seeds}
        for arm in condition.arms:
            missing = sorted(everybody - set(arm.seeds))
            if missing and set(arm.lost) != {"stopped"}:  # a rung not tried is told by _not_tried
                why = (
                    ", ".join(f"{count} {status}" for status, count in sorted(arm.lost.items()))
                    or "not run"
                )
                lacking = f"{len(missing)} of {len(everybody)} seeds ({why})"
                yield f"{condition.title}: {arm.row} has no figures for {lacking}."


def lost_trainings(conditions: Sequence[Condition]) -> Iterator[str]:
    """Trainings that diverged, were given up, or hit their time limit."""
    for condition in conditions:
        for arm in condition.arms:
            if arm.diverged:
                yield (
                    f"{condition.title}: {arm.row} diverged in {arm.diverged} of {len(arm.seeds)}"
                    " seeds, for which it has no test score."
                )
            if arm.given_up:
                patience = condition.recipe.futility_epochs
                yield (
                    f"{condition.title}: {arm.row} was given up in {arm.given_up} of"
                    f" {len(arm.seeds)} seeds after {patience} epochs without a better validation"
                    " score; they count as unsolved."
                )
            if arm.lost.get("timeout"):
                cut = arm.lost["timeout"]
                yield (
                    f"{condition.title}: {cut} trials of {arm.row} hit their time limit and enter"
                    " no estimate."
                )


def _not_tried(results: Sequence[Result]) -> Iterator[str]:
    """Rungs of ladders that a cell did not reach, by reason."""
    rungs: dict[tuple[str, str], set[int]] = defaultdict(set)
    for result in results:
        trial = result.trial
        if (
            isinstance(trial, LearningTrial)
            and result.status == "stopped"
            and result.learning is None
        ):
            rungs[trial.task, result.reason].add(int(trial.dials["horizon"] or 0))
    for (task, reason), horizons in rungs.items():
        yield (
            f"{task}, {text.plural('horizon', len(horizons))} {text.listed(sorted(horizons))}:"
            f" {reason}."
        )


def budgets_missed(conditions: Sequence[Condition]) -> Iterator[str]:
    """Cells of unequal parameters, and those that are far from what the recipe matches."""
    for condition in conditions:
        recipe = condition.recipe
        measured = {arm.row: arm.parameters for arm in condition.arms if arm.seeds}
        if recipe.match != "parameters" and len(set(measured.values())) > 1:
            sizes = ", ".join(f"{row} {parameters:,}" for row, parameters in measured.items())
            what = "hidden sizes" if recipe.match == "hidden" else "states"
            yield f"{condition.title}: {what} are matched, parameters are not equal ({sizes})."
        budget, what = (
            (recipe.parameters, "parameters")
            if recipe.match == "parameters"
            else (recipe.state_floats, "state floats")
        )
        for arm in condition.arms:
            if arm.off_budget is not None and abs(arm.off_budget) > BUDGET_DOUBT:
                got = arm.parameters if recipe.match == "parameters" else arm.state_floats
                yield (
                    f"{condition.title}: {arm.row} has {got:,} {what}, {arm.off_budget:+.0%} from"
                    f" the budget of {budget:,}."
                )


def targets_at_chance(conditions: Sequence[Condition]) -> Iterator[str]:
    """Targets that the trivial forecast reaches."""
    for condition in conditions:
        metric = condition.metrics[0]
        chance = condition.trivial.get(metric.name)
        if chance is None:
            continue
        reached = (
            chance.centre <= condition.target
            if metric.direction == "lower"
            else chance.centre >= condition.target
        )
        if reached:
            yield (
                f"{condition.title}: the trivial forecast reaches the target ({metric.name}"
                f" {condition.target:g})."
            )


def targets_missed_on_test(conditions: Sequence[Condition]) -> Iterator[str]:
    """The target is watched on validation data; on a task that is noisy, test data may tell
    otherwise."""
    for condition in conditions:
        metric = condition.metrics[0]
        for arm in condition.arms:
            test = arm.test.get(metric.name)
            if not arm.solved or test is None:
                continue
            missed = metric.better(condition.target, test.centre)
            if missed:
                yield (
                    f"{condition.title}: {arm.row} reached the target on validation data in"
                    f" {arm.solved} of {len(arm.seeds)} seeds, but its median test {metric.name} of"
                    f" {test.centre:.3g} misses it."
                )
