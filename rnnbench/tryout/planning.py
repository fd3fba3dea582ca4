"""Plans what is trained within the minutes: a pure function of step times and sizes."""

from bisect import bisect_right
from collections.abc import Mapping

from msgspec.structs import replace

from rnnbench.findings import fewest_seeds
from rnnbench.tryout.records import TryPlan
from rnnbench.tryout.workload import (
    FEWEST_EPOCHS,
    Sizes,
    bare_plan,
    seconds_of,
    too_short,
    with_epochs,
)

VERDICT_EPOCHS = 8
"""The fewest epochs for which there are as many seeds as a verdict needs."""
FEW_SEEDS = (1, 3)
"""Trainings of each learning rate, and seeds of each cell, where the time is short."""
LEAST_EXAMPLES = 2_000
"""The fewest training examples to which a file with more of them is reduced: with `PART_BATCH` and
the fewest epochs, a training then has as many steps as the shortest one on all examples."""


def plan(
    step_seconds: Mapping[str, float],
    sizes: Sizes,
    seconds: float,
    jobs: int,
    spent_seconds: float = 0.0,
) -> TryPlan:
    """Plan a search and as many seeds as a verdict needs, with as many epochs as there is time for;
    where that would be too few, three seeds.

    step_seconds:  of a training step of each cell, at the batch size of the data.
    seconds:       that all trainings together may take.
    jobs:          trainings at once.
    spent_seconds: that measuring took, and would take again.

    All training examples are used. Raises RnnbenchError where the time is too short for a few
    epochs, with the minutes that are needed for everything.
    """
    planned = plan_of_all(step_seconds, sizes, seconds, jobs)
    if planned is not None:
        return planned
    bare = bare_plan(step_seconds, sizes, *FEW_SEEDS)
    planned = with_epochs(bare, step_seconds, sizes, seconds, jobs)
    if planned.epochs >= FEWEST_EPOCHS:
        return planned
    raise too_short(bare, step_seconds, sizes, jobs, spent_seconds)


def plan_of_all(
    step_seconds: Mapping[str, float], sizes: Sizes, seconds: float, jobs: int
) -> TryPlan | None:
    """Plan as many seeds as a verdict needs on all training examples; None where the time is too
    short for that. Parameters as for `plan`."""
    enough = enough_seeds(len(step_seconds))
    for tuning_seeds, epochs in ((2, 20), (1, VERDICT_EPOCHS)):
        bare = bare_plan(step_seconds, sizes, tuning_seeds, enough)
        planned = with_epochs(bare, step_seconds, sizes, seconds, jobs)
        if planned.epochs >= epochs:
            return planned
    return None


def plan_of_part(
    step_seconds: Mapping[str, float],
    sizes: Sizes,
    seconds: float,
    jobs: int,
    spent_seconds: float = 0.0,
) -> TryPlan:
    """Plan trainings on as many examples as there is time for: with as many seeds as a verdict
    needs, or else with three.

    step_seconds: of a training step of each cell, at a batch size of `PART_BATCH`.

    Raises RnnbenchError where the time is too short for `LEAST_EXAMPLES`, with the minutes that are
    needed for these. Other parameters as for `plan`.
    """
    search_and_seeds = ((1, enough_seeds(len(step_seconds))), FEW_SEEDS)
    for of, epochs in zip(search_and_seeds, (VERDICT_EPOCHS, FEWEST_EPOCHS), strict=True):

        def needed(count: int, of: tuple[int, int] = of, epochs: int = epochs) -> float:
            part = sizes.part(count)
            return seconds_of(bare_plan(step_seconds, part, *of), step_seconds, part, jobs, epochs)

        counts = range(LEAST_EXAMPLES, sizes.train + 1)
        fitting = bisect_right(counts, seconds, key=needed)
        if fitting:
            part = sizes.part(_rounded(counts[fitting - 1], sizes.train))
            bare = bare_plan(step_seconds, part, *of)
            planned = with_epochs(bare, step_seconds, part, seconds, jobs)
            used = part.train if part.train < sizes.train else None
            return replace(planned, train_examples=used)
    part = sizes.part(LEAST_EXAMPLES)
    bare = bare_plan(step_seconds, part, *FEW_SEEDS)
    raise too_short(bare, step_seconds, part, jobs, spent_seconds, f"{sizes.train:,}")


def enough_seeds(cells: int) -> int:
    """Return the fewest seeds that carry a verdict on each cell, and on each pair of cells."""
    return fewest_seeds(max(cells, cells * (cells - 1) // 2))


def _rounded(count: int, most: int) -> int:
    """Return two digits of a count, rounded down; all examples stay all."""
    place = 10 ** (len(str(count)) - 2)
    return count if count == most else count // place * place
