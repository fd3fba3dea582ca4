"""Paired replicates, made by hand."""

from math import log

import numpy as np
from msgspec.structs import replace

from rnnbench.records import CellUse, CostTrial, PairedReplicate, PairedTimes, PartOfTrial
from tests.builders.compare import HERE
from tests.builders.records import COST

TRIAL = replace(COST, measurement="train-step-time", cells=(CellUse(name="gru"),))


def ratios(ratio: float, number: int, noise: float = 0.01) -> list[float]:
    """Logarithms with this mean ratio and this standard deviation, evenly spread and shuffled."""
    spread = np.linspace(-1, 1, number) * noise * np.sqrt(3)
    np.random.default_rng(number).shuffle(spread)
    return [log(ratio) + deviation for deviation in spread]


def part(trial: CostTrial, **missing: str) -> PartOfTrial:
    cells = tuple(cell for cell in trial.cells if cell.row not in missing)
    return PartOfTrial(
        trial=replace(trial, cells=cells), missing=missing, plugins=(), provenance=HERE
    )


def replicates(
    slower: float, number: int, absent: dict[str, tuple[str, str]] | None = None
) -> tuple[PairedReplicate, ...]:
    """Replicates of a GRU whose step in HEAD takes this many times as long as in BASE."""
    made = []
    for position, value in enumerate(ratios(slower, number)):
        turns = PairedTimes(base=(1.0, 1.0), head=(float(np.exp(value)),) * 2)
        made.append(
            PairedReplicate(
                trial=replace(TRIAL, round=position),
                started="2026-01-01T00:00:00+00:00",
                seconds=1.0,
                times={} if absent else {"gru": turns},
                absent=absent or {},
            )
        )
    return tuple(made)
