"""Tables of scores over conditions and seeds, and what a complete one lacks."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnnbench import text
from rnnbench.findings.learning.grouping import by_cell, learning_of, learning_trial
from rnnbench.findings.result_provenance import changed_sources, torch_versions
from rnnbench.findings.stats.aggregates import Array
from rnnbench.records import Result

Score = Callable[[Result], float | None]
"""From 0 to 1; None where the trial gave nothing that could be scored."""
Runs = Mapping[str, Mapping[int, Result]]
"""The results under one condition, by cell and seed."""
MOST_SOURCES = 8


class Table(NamedTuple):
    """Scores of each cell, (conditions, seeds), and what was missing; with anything missing, there
    are no scores."""

    conditions: tuple[str, ...]
    seeds: tuple[int, ...]
    scores: dict[str, Array]
    missing: tuple[str, ...]


def runs(group: Sequence[Result]) -> Runs:
    """The results of a group by cell and seed."""
    return {
        row: {learning_trial(r).seed: r for r in results} for row, results in by_cell(group).items()
    }


def mixed(results: Sequence[Result]) -> tuple[str, ...]:
    """What these results have of different kinds, and should have of one."""
    found = [f"there are results of several sources of {name}" for name in changed_sources(results)]
    if len(found) > MOST_SOURCES:
        found = [*found[:MOST_SOURCES], f"and of {len(found) - MOST_SOURCES} more cells and tasks"]
    if len(versions := torch_versions(results)) > 1:
        found.append(f"there are results of several versions of torch: {', '.join(versions)}")
    return tuple(found)


def is_known(by_row: Runs, score: Score) -> bool:
    """Whether there are trials with figures, and none of them is without a score."""
    scores = [
        score(result)
        for by_seed in by_row.values()
        for result in by_seed.values()
        if learning_of(result)
    ]
    return bool(scores) and None not in scores


def table(conditions: Mapping[str, Runs], score: Score) -> Table:
    """The scores of all cells that occur anywhere, on all conditions, with all seeds that occur
    anywhere."""
    rows = sorted({row for by_row in conditions.values() for row in by_row})
    seeds = sorted(
        {seed for by_row in conditions.values() for by_seed in by_row.values() for seed in by_seed}
    )
    scores = {
        (title, row, seed): score(result)
        for title, by_row in conditions.items()
        for row, by_seed in by_row.items()
        for seed, result in by_seed.items()
    }
    missing = []
    for title, by_row in conditions.items():
        for row in rows:
            lacking = [seed for seed in seeds if scores.get((title, row, seed)) is None]
            if lacking:
                missing.append(f"{title}: {row} {_lacks(lacking, by_row.get(row, {}), len(seeds))}")
            if (
                len(
                    rates := {learning_trial(r).learning_rate for r in by_row.get(row, {}).values()}
                )
                > 1
            ):
                missing.append(f"{title}: {row} was evaluated at {len(rates)} learning rates")
    found = {
        row: np.array(
            [[scores[title, row, seed] for seed in seeds] for title in conditions], dtype=float
        )
        for row in (() if missing else rows)
    }
    return Table(tuple(conditions), tuple(seeds), found, tuple(missing))


def _lacks(lacking: Sequence[int], by_seed: Mapping[int, Result], seeds: int) -> str:
    """Which seeds are missing, and what became of them."""
    if len(lacking) < seeds:
        which = f"{text.plural('seed', len(lacking))} {text.listed(lacking)}"
    else:
        which = f"{'all' if seeds > 1 else 'the'} {text.counted(seeds, 'seed')}"
    fates = sorted({_fate(by_seed.get(seed)) for seed in lacking})
    return f"lacks {which} ({text.listed(fates)})"


def _fate(result: Result | None) -> str:
    if result is None:
        return "not run"
    return "not tried" if result.status == "stopped" and result.learning is None else result.status
