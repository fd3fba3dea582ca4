"""Plans what is trained within the minutes: a pure function of step times and sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace as replace_sizes
from math import ceil

from msgspec.structs import replace

from rnnbench import text
from rnnbench.errors import RnnbenchError
from rnnbench.findings import fewest_seeds
from rnnbench.tryout.records import TryPlan

LEARNING_RATES = (0.001, 0.003, 0.01)
MOST_EPOCHS = 40
FEWEST_EPOCHS = 4
FUTILITY_SHARE = 4
"""A training ends when its validation score has not improved for this part of the epochs."""
FEWEST_FUTILE = 3
MOST_STEPS = 32
"""Batches are made larger where an epoch has more steps than this."""
BATCH_SIZES = (32, 64, 128, 256, 512)
PARAMETERS = 5_000
PARAMETERS_OF_TEXTS = 20_000
"""With texts, each symbol has numbers of its own at both ends of the model."""
AROUND_STEP = 1.6
"""A training step of the whole model over one of the cell alone: head, loss and optimiser."""
OF_FORWARD = 0.4
"""An evaluation of a batch over a training step on it."""
START_SECONDS = 0.8
"""The start of a process of a training; reading the file comes on top."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of a user's data.

    train, validation: examples, or windows of all parallel streams of a text together.
    is_text:           whether symbols are read.
    reading_seconds:   how long the file takes to read, once for each training.
    start_seconds:     how long the process of a training takes to start.
    """

    train: int
    validation: int
    is_text: bool
    reading_seconds: float
    start_seconds: float = START_SECONDS

    def slowed(self, slowdown: float) -> "Sizes":
        """Return the sizes on a machine on which other programs run."""
        return replace_sizes(self, start_seconds=slowdown * self.start_seconds)

    @property
    def batch_size(self) -> int:
        """Examples in a batch: 32, or more where an epoch would have too many steps."""
        for size in BATCH_SIZES:
            if self.train <= MOST_STEPS * size:
                return size
        return BATCH_SIZES[-1]

    @property
    def parameters(self) -> int:
        """The budget of parameters of each model."""
        return PARAMETERS_OF_TEXTS if self.is_text else PARAMETERS


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

    Raises RnnbenchError where the time is too short for a few epochs, with the minutes that are
    needed for everything.
    """
    enough = enough_seeds(len(step_seconds))
    for tuning_seeds, seeds, epochs in ((2, enough, 20), (1, enough, 8), (1, 3, FEWEST_EPOCHS)):
        bare = _bare(step_seconds, sizes, tuning_seeds, seeds)
        planned = _planned(bare, step_seconds, sizes, seconds, jobs)
        if planned.epochs >= epochs:
            return planned
    least = _seconds(planned, step_seconds, sizes, jobs, FEWEST_EPOCHS)
    needed = ceil(2 * (least + spent_seconds) / 60 + 1) / 2
    minutes = f"{text.rounded(needed, 3)} minute{'' if needed == 1 else 's'}"
    cells = text.counted(len(step_seconds), "cell")
    raise RnnbenchError(
        f"the time is too short: {planned.trainings} trainings of {cells} on"
        f" {sizes.train:,} examples need about {minutes} in all: set --minutes, or name fewer cells"
        " with -c"
    )


def enough_seeds(cells: int) -> int:
    """Return the fewest seeds that carry a verdict on each cell, and on each pair of cells."""
    return fewest_seeds(max(cells, cells * (cells - 1) // 2))


def _bare(
    step_seconds: Mapping[str, float], sizes: Sizes, tuning_seeds: int, seeds: int
) -> TryPlan:
    """Return the plan without its epochs."""
    return TryPlan(
        cells=tuple(step_seconds),
        parameters=sizes.parameters,
        batch_size=sizes.batch_size,
        epochs=0,
        futility_epochs=0,
        learning_rates=LEARNING_RATES,
        tuning_seeds=tuning_seeds,
        seeds=seeds,
        seconds=0.0,
    )


def _planned(
    bare: TryPlan, step_seconds: Mapping[str, float], sizes: Sizes, seconds: float, jobs: int
) -> TryPlan:
    """Return the plan with as many epochs as there is time for, which may be none."""
    around = _seconds(bare, step_seconds, sizes, jobs, 0)
    of_epoch = _seconds(bare, step_seconds, sizes, jobs, 1) - around
    epochs = max(0, min(MOST_EPOCHS, int((seconds - around) / of_epoch)))
    return replace(
        bare,
        epochs=epochs,
        futility_epochs=max(FEWEST_FUTILE, epochs // FUTILITY_SHARE),
        seconds=_seconds(bare, step_seconds, sizes, jobs, epochs),
    )


def _seconds(
    bare: TryPlan, step_seconds: Mapping[str, float], sizes: Sizes, jobs: int, epochs: int
) -> float:
    """Return how long all trainings take with so many epochs."""
    of_cell = bare.trainings / len(bare.cells)
    steps = ceil(sizes.train / bare.batch_size)
    evaluation_steps = OF_FORWARD * sizes.validation / bare.batch_size
    total = 0.0
    for seconds in step_seconds.values():
        epoch = AROUND_STEP * seconds * (steps + evaluation_steps)
        total += of_cell * (sizes.start_seconds + sizes.reading_seconds + epochs * epoch)
    return total / jobs
