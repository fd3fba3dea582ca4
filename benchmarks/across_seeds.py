"""Does a seed that does well on one task do well on others? Intervals across tasks take its runs as
independent.

Of each cell of some runs: scores of each condition, brought to mean 0 and deviation 1 over seeds,
and the mean of their products over all pairs of conditions; conditions on which all seeds are equal
say nothing.

Run: python benchmarks/across_seeds.py RUN [RUN...]
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from rnnbench.findings.aggregate.across import SCORES
from rnnbench.findings.aggregate.coverage import is_known, runs, table
from rnnbench.findings.learning.conditions import evaluated
from rnnbench.findings.stats.aggregates import Array
from rnnbench.records import LearningTrial
from rnnbench.store import Store


def correlation(scores: Array) -> tuple[float, int]:
    """The mean over pairs of conditions (conditions, seeds), and how many pairs there are."""
    spread = scores.std(axis=1)
    normal = (
        (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)[:, None]
    )[spread > 1e-9]
    number, seeds = normal.shape
    pairs = number * (number - 1) // 2
    return (
        float((np.square(normal.sum(axis=0)).sum() / seeds - number) / 2 / pairs) if pairs else 0.0
    ), pairs


if __name__ == "__main__":
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for run in sys.argv[1:]:
        results = [
            result for result in Store(Path(run)).read() if isinstance(result.trial, LearningTrial)
        ]
        conditions = {title: runs(group) for title, group in evaluated(results)}
        for name, score in SCORES.items():
            known = {
                title: by_row for title, by_row in conditions.items() if is_known(by_row, score)
            }
            found[name] += [correlation(scores) for scores in table(known, score).scores.values()]
    print("| score | cells x runs | pairs of conditions | mean correlation |\n|---|---|---|---|")
    for name, each in found.items():
        pairs = sum(number for _, number in each)
        mean = sum(value * number for value, number in each) / max(pairs, 1)
        print(f"| {name} | {sum(number > 0 for _, number in each)} | {pairs} | {mean:.3f} |")
