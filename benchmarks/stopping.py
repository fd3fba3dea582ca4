"""Does adding replicates until the interval is narrow make it miss the truth?

Simulated: log-ratios of replicates around 0, normal or with heavy tails (Student, 3 degrees of
freedom), from 8 to 24 of them by the planner's own rule.

Run: python benchmarks/stopping.py [runs]
"""

import sys

import numpy as np

from rnnbench.findings.stats.estimates import ratio
from rnnbench.plan import Known, wants_more
from rnnbench.records import CostPlan, Shape

PLAN = CostPlan(measure=("train-step-time",), shapes=(Shape(),), replicates=8, repeats=30)
SPREADS = (0.01, 0.02, 0.025, 0.03, 0.04, 0.06)


def excludes_truth(draw: np.ndarray) -> tuple[bool, int]:
    """Whether the interval of the last look leaves 1 out, and after how many replicates it was
    taken."""
    number = PLAN.replicates
    while number < PLAN.most_replicates and wants_more(
        [Known("ok", log_ratios={"a": x}) for x in draw[:number]], PLAN
    ):
        number += 1
    found = ratio(draw[:number])
    return not found.low <= 1 <= found.high, number


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    rng = np.random.default_rng(0)
    print(
        "| spread of a replicate | normal: leaves 1 out | replicates | heavy tails: leaves 1 out |"
        " replicates |"
    )
    print("|---" * 5 + "|")
    for spread in SPREADS:
        cells = []
        for draws in (
            rng.normal(0, spread, (runs, PLAN.most_replicates)),
            spread / 3**0.5 * rng.standard_t(3, (runs, PLAN.most_replicates)),
        ):
            out = [excludes_truth(draw) for draw in draws]
            cells += [
                f"{np.mean([missed for missed, _ in out]):.1%}",
                f"{np.mean([n for _, n in out]):.1f}",
            ]
        print(f"| {spread:.1%} | {' | '.join(cells)} |", flush=True)
