"""Caveats where a verdict about the typical seed disagrees with all seeds together."""

from collections.abc import Iterator

import numpy as np

from rnnbench.findings.claims.records import Judged, State
from rnnbench.findings.learning.overall import measures_against
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.overall_summary import disagreement
from rnnbench.findings.learning.pairing import Scale
from rnnbench.findings.learning.records import Answered, Arm
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Region


def overall_caveats(arms: tuple[Arm, Arm], judged: Judged, region: Region) -> Iterator[str]:
    """Yield a caveat where a decided condition would be answered otherwise over all seeds.

    It is about a cell that is quicker to the target in the typical seed, and misses it more often
    or has the larger mean up to the budget; or about two cells that are equivalent in the typical
    seed, and differ over all seeds.
    """
    first, second = arms
    if judged.state == "open" or judged.effect is None:
        return
    if first.epochs is None or second.epochs is None:
        return
    answer = _answer(judged.effect, judged.state, region)
    seeds = min(len(first.seeds), len(second.seeds))
    solved = (first.solved, second.solved)
    means = (first.epochs.centre, second.epochs.centre)
    margin = max(abs(np.log(bound)) for bound in (region.low, region.high) if bound)
    scale = Scale(ratio=True, margin=float(margin))
    against = measures_against(answer, solved, seeds, means, scale)
    if not against:
        return
    overall = Overall(seeds=seeds, ahead=(0, 0), solved=solved, mean=means, against=against)
    rows = (first.row, second.row)
    quicker, slower = reversed(rows) if answer == "worse" else rows
    comparison = "as quick as" if answer == "equivalent" else "quicker than"
    typical = f"{quicker} is {comparison} {slower} in the typical seed."
    yield " ".join([typical, *disagreement(rows, answer, overall, None)])


def _answer(effect: Range, state: State, region: Region) -> Answered:
    """Return how the first cell compares with the second in the typical seed."""
    inside = (state == "holds") != region.outside
    if inside and region.low is not None and region.high is not None:
        return "equivalent"
    return "better" if effect.centre < 1 else "worse"
