"""How often does a cost table tell equal cells apart, where any of its ratios may be the one that
is read?

Simulated: labels of one cell, equal but for noise. What a replicate has in common cancels; each
cell has noise of its own in each replicate, and in each step. Replicates are added by the planner's
rule. A table errs where the interval of some ratio leaves 1 out. "Over the fastest" is how tables
were made before: the cell that came out fastest was the reference, and each interval held for
itself. The others are as findings make them: ratios come from the estimates of the findings, and
every 50th run goes through the findings whole, which have to give the same intervals.

Run: python benchmarks/cost_tables.py [runs] [cells]
"""

import sys
from itertools import combinations

import msgspec
import numpy as np
from numpy.typing import NDArray

from rnnbench.executors.running import without_run
from rnnbench.findings import Range
from rnnbench.findings.cost.costs import costs
from rnnbench.findings.stats.estimates import Family, ratio
from rnnbench.plan import Known, wants_more
from rnnbench.records import CellUse, CostPlan, CostTrial, PrecisionTarget, Result, Shape, TimeRow

PLAN = CostPlan(measure=("train-step-time",), shapes=(Shape(),), replicates=8, repeats=5)
HOST = 0.1
STEP = 0.02
SPREADS = (0.005, 0.015, 0.03)
NAMED = 0
"""The cell that the suite names as its reference."""
WHOLE = 50
Steps = NDArray[np.float64]
"""Log seconds of steps by replicate, cell (the reference cell is last) and step."""


def simulate(cells: int, spread: float, rng: np.random.Generator) -> Steps:
    """Replicates until the planner wants no more."""
    drawn: list[Steps] = []
    known: list[Known] = []
    while len(drawn) < PLAN.replicates or (
        len(drawn) < PLAN.most_replicates and wants_more(known, PLAN)
    ):
        own = rng.normal(0, spread, (cells + 1, 1)) + rng.normal(0, STEP, (cells + 1, PLAN.repeats))
        drawn.append(rng.normal(0, HOST) + own)
        logs = np.median(drawn[-1][:-1] - drawn[-1][-1], axis=1)
        known.append(
            Known("ok", log_ratios={str(cell): log for cell, log in enumerate(logs.tolist())})
        )
    return np.array(drawn)


def between(steps: Steps, cell: int, over: int, family: Family) -> Range:
    """The ratio of two cells, or of one to the reference cell (-1)."""
    return ratio(np.median(steps[:, cell] - steps[:, over], axis=1).tolist(), family)


def tables(steps: Steps) -> dict[str, list[Range]]:
    """The ratios of each table that could be made of a run."""
    cells = range(steps.shape[1] - 1)
    fastest = int(np.argmin(np.median(np.median(np.exp(steps[:, :-1]), axis=2), axis=0)))
    rows = Family(len(cells), "rows")
    others = Family(len(cells) - 1, "rows")
    pairs = Family(len(cells) * (len(cells) - 1) // 2, "pairs")
    alone = Family(1, "")
    return {
        "over the fastest": [
            between(steps, cell, fastest, alone) for cell in cells if cell != fastest
        ],
        "over the reference cell": [between(steps, cell, -1, rows) for cell in cells],
        "over a named row": [
            between(steps, cell, NAMED, others) for cell in cells if cell != NAMED
        ],
        "any two rows": [between(steps, *pair, pairs) for pair in combinations(cells, 2)],
    }


def results(steps: Steps) -> list[Result]:
    """These steps as results of a run."""
    names = [f"cell-{cell:02}" for cell in range(steps.shape[1] - 1)]
    made = []
    for number, (*cells, reference_cell) in enumerate(steps):
        rows = tuple(
            TimeRow(
                row=name,
                kernel="k",
                parameters=1,
                cpu_seconds=tuple(np.exp(cell).tolist()),
                wall_seconds=tuple(np.exp(cell).tolist()),
                log_ratio_to_reference_cell=float(np.median(cell - reference_cell)),
                first_call_seconds=1.0,
            )
            for name, cell in zip(names, cells, strict=True)
        )
        trial = CostTrial(
            suite="simulated",
            suite_version=1,
            cells=tuple(CellUse(name="cell", label=name) for name in names),
            measurement="train-step-time",
            shape=Shape(),
            repeats=PLAN.repeats,
            round=number,
        )
        target = PrecisionTarget(
            PLAN.precision, PLAN.most_seconds, PLAN.most_replicates, names[NAMED]
        )
        made.append(
            msgspec.structs.replace(
                without_run(trial, "ok", ""), costs=rows, precision_target=target
            )
        )
    return made


def check_findings(steps: Steps, made: dict[str, list[Range]]) -> None:
    """Whether the findings give the intervals that are counted here."""
    (found,) = costs(results(steps))
    step_times = [row.train for row in found.rows if row.train]
    assert close([step_time.ratio for step_time in step_times], made["over the reference cell"])
    assert close(
        [step_time.over for step_time in step_times if step_time.over], made["over a named row"]
    )
    ours = [above_one(ratio) for ratio in made["any two rows"]]
    theirs = [above_one(pair.ratio) for pair in found.pairs]
    ours.sort(key=lambda ratio: ratio.centre)
    theirs.sort(key=lambda ratio: ratio.centre)
    assert close(theirs, ours)


def above_one(found: Range) -> Range:
    """The ratio, or its inverse where it is 1 or below."""
    return found if found.centre > 1 else found.inverse()


def errs(table: list[Range]) -> bool:
    """Whether the interval of some ratio leaves 1 out."""
    return any(not ratio.low <= 1 <= ratio.high for ratio in table)


def close(ours: list[Range], theirs: list[Range]) -> bool:
    """Whether two lists of ratios have the same intervals."""
    return np.allclose(
        [(r.low, r.high) for r in ours], [(r.low, r.high) for r in theirs], rtol=1e-9
    )


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    cells = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    rng = np.random.default_rng(0)
    print(f"{runs} runs a row, {cells} equal cells")
    for row, spread in enumerate(SPREADS):
        wrong = []
        numbers = []
        for run in range(runs):
            steps = simulate(cells, spread, rng)
            made = tables(steps)
            if run % WHOLE == 0:
                check_findings(steps, made)
            numbers.append(len(steps))
            wrong.append([errs(ratios) for ratios in made.values()])
        if row == 0:
            print(f"| spread of a replicate | replicates | {' | '.join(made)} |")
            print("|---" * (2 + len(made)) + "|")
        shares = " | ".join(f"{share:.1%}" for share in np.mean(wrong, axis=0))
        print(f"| {spread:.1%} | {np.mean(numbers):.1f} | {shares} |", flush=True)
