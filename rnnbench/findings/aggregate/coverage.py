"""Tables of scores over conditions and seeds, and what they lack to be complete."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from rnnbench import text
from rnnbench.findings.learning.grouping import (
    by_cell,
    is_unclimbed,
    learning_of,
    learning_trial,
)
from rnnbench.findings.result_provenance import changed_sources, torch_versions
from rnnbench.findings.stats.aggregates import Array
from rnnbench.records import Result

Score = Callable[[Result], float | None]
"""The score of a result, from 0 to 1; None where the trial gave nothing that could be scored."""
Runs = Mapping[str, Mapping[int, Result]]
"""The results under one condition, by cell and seed."""
MOST_SOURCES = 8


class Table(NamedTuple):
    """Scores of each cell by (conditions, seeds), and what is missing.

    With anything missing, there are no scores.
    """

    conditions: tuple[str, ...]
    seeds: tuple[int, ...]
    scores: dict[str, Array]
    missing: tuple[str, ...]


def runs(group: Sequence[Result]) -> Runs:
    """Return the results of a group by cell and seed."""
    by_row = {}
    for row, results in by_cell(group).items():
        by_row[row] = {learning_trial(result).seed: result for result in results}
    return by_row


def mixed(results: Sequence[Result]) -> tuple[str, ...]:
    """Return what these results mix: sources of a cell or task, or versions of torch."""
    mixtures = [
        f"There are results of several sources of {name}" for name in changed_sources(results)
    ]
    if len(mixtures) > MOST_SOURCES:
        more = len(mixtures) - MOST_SOURCES
        mixtures = [*mixtures[:MOST_SOURCES], f"There are {more} more such cells and tasks"]
    versions = torch_versions(results)
    if len(versions) > 1:
        mixtures.append(f"There are results of several versions of torch: {', '.join(versions)}")
    return tuple(mixtures)


def is_known(by_row: Runs, score: Score) -> bool:
    """Whether there are trials with figures, and each of them has a score."""
    scores = []
    for by_seed in by_row.values():
        scores += [score(result) for result in by_seed.values() if learning_of(result)]
    return bool(scores) and None not in scores


def table(conditions: Mapping[str, Runs], score: Score) -> Table:
    """Return the scores of all cells and seeds that occur anywhere, on all conditions."""
    rows: set[str] = set()
    seeds: set[int] = set()
    scores = {}
    for title, by_row in conditions.items():
        for row, by_seed in by_row.items():
            rows.add(row)
            seeds.update(by_seed)
            for seed, result in by_seed.items():
                scores[title, row, seed] = score(result)
    ordered = sorted(seeds)
    missing: list[str] = []
    for title, by_row in conditions.items():
        for row in sorted(rows):
            lacking = [seed for seed in ordered if scores.get((title, row, seed)) is None]
            gaps = _gaps(lacking, by_row.get(row, {}), len(ordered))
            missing += [f"{title}: {row} {gap}" for gap in gaps]
    arrays: dict[str, Array] = {}
    if not missing:
        for row in sorted(rows):
            places = product(conditions, ordered)
            values = [scores[title, row, seed] for title, seed in places]
            shape = (len(conditions), len(ordered))
            arrays[row] = np.array(values, dtype=float).reshape(shape)
    return Table(tuple(conditions), tuple(ordered), arrays, tuple(missing))


def _gaps(lacking: Sequence[int], by_seed: Mapping[int, Result], seeds: int) -> list[str]:
    """Return what a cell lacks under one condition."""
    gaps = []
    if lacking:
        gaps.append(_lacks(lacking, by_seed, seeds))
    rates = {learning_trial(result).learning_rate for result in by_seed.values()}
    if len(rates) > 1:
        gaps.append(f"was evaluated at {len(rates)} learning rates")
    return gaps


def _lacks(lacking: Sequence[int], by_seed: Mapping[int, Result], seeds: int) -> str:
    """Return which seeds are missing, and what became of them."""
    if len(lacking) < seeds:
        which = f"{text.plural('seed', len(lacking))} {text.listed(lacking)}"
    else:
        which = f"{'all' if seeds > 1 else 'the'} {text.counted(seeds, 'seed')}"
    outcomes = sorted({_outcome(by_seed.get(seed)) for seed in lacking})
    return f"lacks {which} ({text.listed(outcomes)})"


def _outcome(result: Result | None) -> str:
    if result is None:
        return "not run"
    return "not tried" if is_unclimbed(result) else result.status
