"""Where a decided condition of a claim is about the typical seed, and all seeds together say
otherwise."""

from collections.abc import Iterator

import numpy as np

from rnnbench.findings.claims.records import Judged
from rnnbench.findings.learning.comparing import Scale
from rnnbench.findings.learning.overall import measures_against
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.records import Answered, Arm
from rnnbench.findings.learning.verdict_summary import otherwise
from rnnbench.records import Region


def overall_caveats(arms: tuple[Arm, Arm], judged: Judged, region: Region) -> Iterator[str]:
    """One sentence where the cell that is quicker to the target in the typical seed misses it more
    often, or has the larger mean up to the budget, or where two that are alike in it are not alike
    over all seeds."""
    first, second = arms
    if (
        judged.state == "open"
        or judged.effect is None
        or first.epochs is None
        or second.epochs is None
    ):
        return
    answer = _answer(judged, region)
    seeds = min(len(first.seeds), len(second.seeds))
    solved, means = (first.solved, second.solved), (first.epochs.centre, second.epochs.centre)
    margin = max(abs(np.log(bound)) for bound in (region.low, region.high) if bound)
    against = measures_against(
        answer, solved, seeds, means, Scale(ratio=True, margin=float(margin))
    )
    if not against:
        return
    overall = Overall(seeds=seeds, ahead=(0, 0), solved=solved, mean=means, against=against)
    quicker, slower = (second.row, first.row) if answer == "worse" else (first.row, second.row)
    what = (
        f"{quicker} is {'as quick as' if answer == 'equivalent' else 'quicker than'} {slower} in"
        " the typical seed"
    )
    yield f"{what}{otherwise((first.row, second.row), answer, overall, None)}."


def _answer(judged: Judged, region: Region) -> Answered:
    """What the condition says of the first cell in the typical seed."""
    assert judged.effect is not None
    inside = (judged.state == "holds") != region.outside
    if inside and region.low is not None and region.high is not None:
        return "equivalent"
    return "better" if judged.effect.centre < 1 else "worse"
