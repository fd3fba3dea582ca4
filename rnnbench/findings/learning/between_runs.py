"""How a cell learns in two runs: paired by seed, with the tests that compare two cells of one run.

The two runs of a cell are taken for two cells of one run. P-values are adjusted by Holm's method
over all cells, tasks and figures that two runs share.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from rnnbench.findings.learning.between_records import BASE, EPOCHS, HEAD, BetweenRuns, Learned
from rnnbench.findings.learning.conditions import conditions
from rnnbench.findings.learning.grouping import by_setting, learning_trial
from rnnbench.findings.learning.records import Arm, Comparison, Condition
from rnnbench.findings.learning.spans_between import spans_between
from rnnbench.findings.rows import rows
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import LearningTrial, Result, canonical


def between_runs(base: Sequence[Result], head: Sequence[Result]) -> tuple[BetweenRuns, ...]:
    """Return how each cell learns in HEAD, beside BASE, on each task that both runs evaluated."""
    found: list[BetweenRuns] = []
    in_base = _by_cell(base)
    in_head = _by_cell(head)
    named = rows([learning_trial(results[0]).cell for results in in_base.values()])
    for cell, before in in_base.items():
        if cell in in_head:
            found += _of_cell(named[cell], before, in_head[cell])
    return tuple(_adjusted(found))


def _by_cell(results: Iterable[Result]) -> dict[bytes, list[Result]]:
    """Group the evaluations of a run by their cell."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        if isinstance(result.trial, LearningTrial) and result.trial.phase == "evaluation":
            groups[canonical(result.trial.cell)].append(result)
    return groups


def _of_cell(row: str, before: Sequence[Result], after: Sequence[Result]) -> Iterator[BetweenRuns]:
    together = [*_relabelled(before, BASE), *_relabelled(after, HEAD)]
    alike = list(chain.from_iterable(filter(_has_one_goal, by_setting(together))))
    cell = learning_trial(before[0]).cell.row
    for condition in conditions(alike):
        arms = {arm.row: arm for arm in condition.arms}
        if arms.keys() == {BASE, HEAD}:
            yield _of_condition(row, cell, condition, arms)
    for found in spans_between(row, alike):
        yield replace(found, cell=cell)


def _has_one_goal(group: Iterable[Result]) -> bool:
    """Whether all trials are to reach one target by one metric, in epochs of one length."""
    goals = set()
    for result in group:
        if result.learning:
            record = result.learning
            goals.add((record.target, record.metrics, record.steps_per_epoch))
    return len(goals) == 1


def _relabelled(results: Iterable[Result], label: str) -> Iterator[Result]:
    for result in results:
        trial = learning_trial(result)
        yield replace(result, trial=replace(trial, cell=replace(trial.cell, label=label)))


def _of_condition(
    row: str, cell: str, condition: Condition, arms: Mapping[str, Arm]
) -> BetweenRuns:
    by_epochs = condition.figure == EPOCHS
    metric = condition.metrics[0]
    comparison = next(iter(condition.comparisons), None)
    effect = _worsening(comparison, by_epochs=by_epochs)
    tried = set(arms[BASE].seeds) & set(arms[HEAD].seeds)
    pairs = comparison.pairs if comparison else 0
    return BetweenRuns(
        row=row,
        cell=cell,
        task=condition.task,
        title=condition.title,
        figure=condition.figure,
        direction="lower" if by_epochs else metric.direction,
        base=_centre(arms[BASE], condition),
        head=_centre(arms[HEAD], condition),
        seeds=pairs,
        without_score=len(tried) - pairs,
        effect=effect,
        way=None if by_epochs else _way(condition, arms[BASE]),
        p_value=comparison.p_value if comparison else None,
        learned=_learned(comparison, effect, by_epochs=by_epochs),
    )


def _way(condition: Condition, base: Arm) -> float | None:
    """Return the distance from the trivial forecast to the target, or else to what BASE reached."""
    name = condition.metrics[0].name
    trivial = condition.trivial.get(name)
    score = base.test.get(name)
    if trivial is None:
        return None
    if condition.target is not None:
        return abs(condition.target - trivial.centre)
    return abs(score.centre - trivial.centre) if score else None


def _centre(arm: Arm, condition: Condition) -> float:
    figure = arm.epochs if condition.figure == EPOCHS else arm.test.get(condition.figure)
    return figure.centre if figure else float("nan")


def _worsening(comparison: Comparison | None, *, by_epochs: bool) -> Range | None:
    """Return how much worse HEAD is, from the leader's advantage over the other run."""
    if comparison is None or comparison.effect is None:
        return None
    effect = comparison.effect
    if comparison.other == HEAD:
        return effect
    if by_epochs:
        return replace(effect, centre=1 / effect.centre, low=1 / effect.high, high=1 / effect.low)
    return replace(effect, centre=-effect.centre, low=-effect.high, high=-effect.low)


def _learned(comparison: Comparison | None, effect: Range | None, *, by_epochs: bool) -> Learned:
    """Return which run is better in the typical seed, before p-values are adjusted."""
    if comparison is None or comparison.p_value is None or effect is None:
        return "too few seeds"
    none = 1.0 if by_epochs else 0.0
    if effect.centre == none:
        return "no difference shown"
    return "worse" if effect.centre > none else "better"


def _adjusted(found: Sequence[BetweenRuns]) -> Iterator[BetweenRuns]:
    """Yield figures with p-values that hold for all of them together.

    Where so many are tested that the smallest p-value of a figure's seeds could not be called, the
    seeds are too few.
    """
    tested = [one.p_value for one in found if one.p_value is not None]
    by_holm = iter(holm(tested))
    for one in found:
        if one.p_value is None:
            yield one
            continue
        p_value = next(by_holm)
        learned = one.learned
        if p_value > LEVEL:
            within_reach = len(tested) * 2.0 ** (1 - one.seeds) <= LEVEL
            learned = "no difference shown" if within_reach else "too few seeds"
        yield replace(one, p_value=p_value, learned=learned)
