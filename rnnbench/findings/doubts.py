"""What a sceptical reader should hold against the findings, in words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from rnnbench.findings.estimates import INTERVAL_REPLICATES, seeds_needed
from rnnbench.findings.records import Condition, CostFinding
from rnnbench.records import LearningTrial, Result, TimeRow

BUDGET_DOUBT = 0.05
STEADY_CLOCK = 0.95


def doubts(results: Sequence[Result], conditions: Sequence[Condition], costs: Sequence[CostFinding]) -> tuple[str, ...]:
    """Every doubt that the results give reason for."""
    return (
        *_untuned(results),
        *_few_seeds(conditions),
        *_missing_seeds(conditions),
        *_lost(conditions),
        *_budgets_missed(conditions),
        *_targets_at_chance(conditions),
        *_targets_missed_on_test(conditions),
        *_cost_doubts(results, costs),
        *_unequal_origins(results),
    )


def _untuned(results: Sequence[Result]) -> Iterator[str]:
    learning = [result.trial for result in results if isinstance(result.trial, LearningTrial)]
    if len({trial.cell.row for trial in learning}) > 1 and not any(trial.phase == "tuning" for trial in learning):
        yield "No learning-rate search: all cells were trained at the recipe's rate, which may suit some better."


def _few_seeds(conditions: Sequence[Condition]) -> Iterator[str]:
    few = [c.title for c in conditions if len(c.arms) > 1 and max(len(a.seeds) for a in c.arms) < _needed(c)]
    if few:
        where = "every task" if len(few) == len(conditions) else " and ".join(few)
        yield (
            f"Too few seeds for a verdict on {where}: what stands there is a range; "
            f"--seeds {max(map(_needed, conditions))} adds those that are missing."
        )


def _needed(condition: Condition) -> int:
    """Seeds that can carry a verdict between the cells of a condition."""
    return seeds_needed(len(condition.arms) * (len(condition.arms) - 1) // 2)


def _missing_seeds(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        everybody = {seed for arm in condition.arms for seed in arm.seeds}
        for arm in condition.arms:
            missing = sorted(everybody - set(arm.seeds))
            if missing:
                why = ", ".join(f"{count} {status}" for status, count in sorted(arm.lost.items())) or "not run"
                lacking = f"{len(missing)} of {len(everybody)} seeds ({why})"
                yield f"{condition.title}: {arm.row} has no figures for {lacking}."


def _lost(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        for arm in condition.arms:
            if arm.diverged:
                yield (
                    f"{condition.title}: {arm.row} diverged in {arm.diverged} of {len(arm.seeds)} seeds, "
                    "for which it has no test score."
                )
            if arm.lost.get("timeout"):
                cut = arm.lost["timeout"]
                yield f"{condition.title}: {cut} trials of {arm.row} hit their time limit and enter no estimate."


def _budgets_missed(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        if condition.recipe.match != "parameters":
            sizes = ", ".join(f"{arm.row} {arm.parameters:,}" for arm in condition.arms if arm.seeds)
            yield f"{condition.title}: hidden sizes are equal, parameters are not ({sizes})."
            continue
        budget = condition.recipe.parameters
        for arm in condition.arms:
            off = (arm.parameters - budget) / budget
            if arm.seeds and abs(off) > BUDGET_DOUBT:
                size = f"{arm.parameters:,} parameters, {off:+.0%} from the budget of {budget:,}"
                yield f"{condition.title}: {arm.row} has {size}."


def _targets_at_chance(conditions: Sequence[Condition]) -> Iterator[str]:
    for condition in conditions:
        metric = condition.metrics[0]
        chance = condition.trivial.get(metric.name)
        if chance is None:
            continue
        reached = (
            chance.centre <= condition.target if metric.direction == "lower" else chance.centre >= condition.target
        )
        if reached:
            yield f"{condition.title}: the trivial forecast reaches the target ({metric.name} {condition.target:g})."


def _targets_missed_on_test(conditions: Sequence[Condition]) -> Iterator[str]:
    """The target is watched on validation data; on a task that is noisy, test data may tell otherwise."""
    for condition in conditions:
        metric = condition.metrics[0]
        for arm in condition.arms:
            test = arm.test.get(metric.name)
            if not arm.solved or test is None:
                continue
            missed = metric.better(condition.target, test.centre)
            if missed:
                yield (
                    f"{condition.title}: {arm.row} reached the target on validation data in {arm.solved} of "
                    f"{len(arm.seeds)} seeds, but its median test {metric.name} of {test.centre:.3g} misses it."
                )


def _cost_doubts(results: Sequence[Result], costs: Sequence[CostFinding]) -> Iterator[str]:
    timed = [row for finding in costs for row in finding.rows if row.step_seconds]
    replicates = [row.step_seconds.n for row in timed if row.step_seconds]
    if replicates and min(replicates) < INTERVAL_REPLICATES:
        few = min(replicates)
        yield f"Cost figures rest on {few} replicates; from {INTERVAL_REPLICATES} on they carry an interval."
    if len({row.row for row in timed}) > 1:
        yield (
            "A ratio of times between different kinds of cells moves with the speed of the machine: "
            "it holds to 5-15 % from one occasion to another, whatever its range here."
        )
    rows = [row for result in results for row in result.costs if isinstance(row, TimeRow)]
    unsteady = sum(float(np.sum(r.cpu_seconds)) < STEADY_CLOCK * float(np.sum(r.wall_seconds)) for r in rows)
    if unsteady:
        yield f"{unsteady} of {len(rows)} time measurements lost over 5 % of wall time to other work on the machine."


def _unequal_origins(results: Sequence[Result]) -> Iterator[str]:
    machines = {(r.provenance.machine.processor, r.provenance.machine.cores) for r in results}
    if len(machines) > 1:
        yield f"The results come from {len(machines)} kinds of machine."
    sources: dict[str, set[str]] = defaultdict(set)
    for result in results:
        for name, definition in result.provenance.definitions.items():
            sources[name].add(definition)
    changed = sorted(name for name, definitions in sources.items() if len(definitions) > 1)
    if changed:
        yield f"The source of {_listed(changed)} changed between results compared here; --fresh runs all again."
    torches = Counter(r.provenance.versions.get("torch", "") for r in results) - Counter({"": len(results)})
    if len(torches) > 1:
        yield f"The results come from several versions of torch: {_listed(sorted(torches))}."


def _listed(things: Sequence[object]) -> str:
    return ", ".join(str(thing) for thing in things)
