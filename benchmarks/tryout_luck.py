"""How often a cell that is no better than a baseline is called better on a user's file.

Five cells, nine seeds: each cell's losses differ from the baseline's by luck alone, most of it
common to all seeds, since they meet the same rows. Prints the share of files on which some cell is
called better, by both tests, by that over seeds alone, and by that over the test data alone.

    python benchmarks/tryout_luck.py
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.tryout.judging import LossScale, judge
from rnnbench.findings.tryout.records import CellRow

FILES = 2_000
CELLS = 5
SEEDS = 9
OF_A_ROW = 0.3
OF_A_SEED = 0.1
"""Deviations of the luck that a row has in one seed, and that a seed has in all rows; the luck of a
row in all seeds has 1."""
LEVEL = 0.04


def autoregressive(rng: np.random.Generator, rows: int, rho: float) -> np.ndarray:
    """Luck of rows, (rows,), each of which keeps a part of that of the row before."""
    noise = rng.normal(size=rows + 50)
    luck = np.zeros(rows + 50)
    for row in range(1, len(luck)):
        luck[row] = rho * luck[row - 1] + noise[row]
    return luck[50:]


def judged(rng: np.random.Generator, rows: int, rho: float) -> tuple[CellRow, ...]:
    """The verdicts on one file."""
    cells = {}
    for cell in range(CELLS):
        common = autoregressive(rng, rows, rho)
        by_seed = {}
        for seed in range(SEEDS):
            luck = OF_A_ROW * rng.normal(size=rows) + OF_A_SEED * rng.normal()
            by_seed[seed] = common + luck
        cells[f"cell {cell}"] = by_seed
    looks = {row: Schedule(SEEDS, planned=SEEDS) for row in cells}
    return judge(cells, np.zeros(rows), LossScale(in_order=True), looks)


def wrong(cells: Sequence[CellRow], test: str) -> bool:
    """Whether some cell is called better by a test."""
    if test == "both":
        return any(cell.answer == "better" for cell in cells)
    ahead = [cell for cell in cells if (cell.gain or 0.0) > 0]
    return any(CELLS * getattr(cell, test) <= LEVEL for cell in ahead)


def main() -> None:
    for rho, rows in product((0.0, 0.5), (60, 300)):
        rng = np.random.default_rng(3)
        files = [judged(rng, rows, rho) for _ in range(FILES)]
        shares = []
        for test in ("both", "p_seeds", "p_windows"):
            shares.append(f"{test} {np.mean([wrong(cells, test) for cells in files]):.3f}")
        print(f"{rows} rows, autocorrelation {rho}: {', '.join(shares)}")


if __name__ == "__main__":
    main()
