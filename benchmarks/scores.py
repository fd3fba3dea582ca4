"""What the cells of some runs reached on each task, beside chance and target, as the table that
`docs/log/learning.md` keeps.

Means over seeds of the test score that decides. Run: python benchmarks/scores.py RUN [RUN...]
"""

import sys
from pathlib import Path

from rnnbench import Arm, Condition
from rnnbench.findings import find
from rnnbench.store import Store


def score(arm: Arm | None, condition: Condition) -> str:
    """Mean test score, and how many seeds reached the target on validation data; what became of
    them instead."""
    name = condition.metrics[0].name
    if arm is None:
        return "-"
    if name not in arm.test:
        return (
            ", ".join(f"{number} {status}" for status, number in arm.lost.items())
            or f"{arm.diverged} diverged"
        )
    return f"{arm.test[name].centre:.3g} ({arm.solved}/{len(arm.seeds)})"


def longer(arm: Arm, condition: Condition) -> str:
    """Mean test scores on longer sequences, by the first metric."""
    name = condition.metrics[0].name
    return " / ".join(f"{arm.test[at].centre:.3g}" for at in arm.test if at.startswith(f"{name}@"))


if __name__ == "__main__":
    conditions: list[Condition] = []
    for run in sys.argv[1:]:
        conditions += find(Store(Path(run)).read()).conditions
    rows: dict[str, None] = {}
    for condition in conditions:
        rows |= dict.fromkeys(arm.row for arm in condition.arms)
    cells = list(rows)
    print(f"| task | metric | trivial | target | {' | '.join(cells)} |")
    print("|---" * (4 + len(cells)) + "|")
    for condition in conditions:
        name = condition.metrics[0].name
        arms = {arm.row: arm for arm in condition.arms}
        trivial = condition.trivial.get(name)
        scores = [score(arms.get(cell), condition) for cell in cells]
        print(
            f"| {condition.title} | {name} |"
            f" {'-' if trivial is None else f'{trivial.centre:.3g}'} ",
            end="",
        )
        print(f"| {condition.target:g} | {' | '.join(scores)} |")
        settings = [
            note.name.partition("@")[2]
            for note in condition.metrics
            if note.name.startswith(f"{name}@")
        ]
        if settings:
            beyond = [longer(arms[cell], condition) if cell in arms else "-" for cell in cells]
            print(f"| at {' / '.join(settings)} | | | | {' | '.join(beyond)} |")
