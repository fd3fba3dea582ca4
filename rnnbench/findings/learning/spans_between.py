"""The longest horizon that a cell solves, in two runs, paired by seed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.between_records import BASE, HEAD, SPAN, BetweenRuns, Learned
from rnnbench.findings.learning.grouping import (
    by_cell,
    by_setting,
    horizon,
    is_unclimbed,
    learning_of,
    learning_trial,
    titles,
    was_tried,
)
from rnnbench.findings.learning.pairing import Scale, pair_evidence
from rnnbench.findings.stats.estimates import LEVEL, VERDICT_SEEDS
from rnnbench.records import Result, canonical

RUNGS = Scale(ratio=False, margin=0.0)
"""Spans are compared by the number of horizons that are solved."""


def spans_between(row: str, together: Sequence[Result]) -> Iterator[BetweenRuns]:
    """Yield the longest horizon that is solved, on each task that was run at several."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in together:
        trial = learning_trial(result)
        learning = learning_of(result)
        has_target = learning is None or learning.target is not None
        if horizon(trial) is not None and has_target:
            bare = replace(trial, dials={**trial.dials, "horizon": 0}, seed=0, learning_rate=1.0)
            groups[canonical(replace(bare, cell=replace(trial.cell, label="")))].append(result)
    for group in groups.values():
        rungs = by_setting(group)
        solved = {side: _rungs_solved(rungs, side) for side in (BASE, HEAD)}
        if len(rungs) > 1 and solved[BASE].rungs and solved[HEAD].rungs:
            yield _of_span(row, rungs, solved)


class _Solved(NamedTuple):
    """On how many horizons in a row from the shortest each seed reached the target.

    lost: seeds for which that is not known, as their trial at the next horizon gave no figures.
    """

    rungs: Mapping[int, float]
    lost: AbstractSet[int]


def _rungs_solved(rungs: Sequence[Sequence[Result]], side: str) -> _Solved:
    """Return what the seeds of a run solved.

    Seeds that lack a result at some horizon are left out; one that was not climbed is unsolved.
    """
    solved: dict[int, float] = {}
    seeds: list[set[int]] = []
    done: set[int] = set()
    lost: set[int] = set()
    for rung in rungs:
        seeds.append(set())
        for result in by_cell(rung).get(side, ()):
            if not was_tried(result) and not is_unclimbed(result):
                continue
            seed = learning_trial(result).seed
            seeds[-1].add(seed)
            learning = learning_of(result)
            solved.setdefault(seed, 0.0)
            if seed in done:
                continue
            if learning is None and not is_unclimbed(result):
                lost.add(seed)
            if learning is None or learning.epochs_to_target is None:
                done.add(seed)
            else:
                solved[seed] += 1
    everywhere = set.intersection(*seeds)
    known = {seed: count for seed, count in solved.items() if seed in everywhere - lost}
    return _Solved(known, lost & everywhere)


def _of_span(
    row: str, rungs: Sequence[Sequence[Result]], solved: Mapping[str, _Solved]
) -> BetweenRuns:
    losses = {side: {seed: -count for seed, count in solved[side].rungs.items()} for side in solved}
    seeds = {side: set(solved[side].rungs) | solved[side].lost for side in solved}
    evidence = pair_evidence([losses[BASE]], [losses[HEAD]], RUNGS)
    enough = len(evidence.values) >= VERDICT_SEEDS
    learned: Learned = "no difference shown" if enough else "too few seeds"
    if enough and evidence.differ <= LEVEL:
        learned = "worse" if sum(evidence.values) > 0 else "better"
    trial = learning_trial(rungs[0][0])
    lengths = [0, *(horizon(learning_trial(rung[0])) or 0 for rung in rungs)]
    middle = {side: float(np.median(list(solved[side].rungs.values()))) for side in solved}
    return BetweenRuns(
        row=row,
        cell=row,
        task=trial.task,
        title=titles([rungs[0]])[0],
        figure=SPAN,
        direction="higher",
        base=lengths[int(middle[BASE])],
        head=lengths[int(middle[HEAD])],
        seeds=len(evidence.values),
        without_score=len(seeds[BASE] & seeds[HEAD]) - len(evidence.values),
        effect=evidence.effect,
        way=None,
        p_value=evidence.differ if enough else None,
        learned=learned,
    )
