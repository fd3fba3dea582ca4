"""Plans what is trained within the minutes: a pure function of step times and sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

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
MOST_STEPS = 125
"""Batches are made larger where an epoch has more steps than this."""
BATCH_SIZES = (32, 64, 128, 256, 512)
PARAMETERS = 5_000
PARAMETERS_OF_TEXTS = 20_000
"""With texts, each symbol has numbers of its own at both ends of the model."""
AROUND_STEP = 1.35
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
    """

    train: int
    validation: int
    is_text: bool
    reading_seconds: float

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


def plan(step_seconds: Mapping[str, float], sizes: Sizes, seconds: float, jobs: int) -> TryPlan:
    """Plan a search and as many seeds as a verdict needs, with as many epochs as there is time for.

    step_seconds: of a training step of each cell, at the batch size of the data.
    seconds:      that all trainings together may take.
    jobs:         trainings at once.

    Raises RnnbenchError where the time is too short for a few epochs, with the minutes that are
    needed.
    """
    for tuning_seeds in (2, 1):
        planned = _planned(step_seconds, sizes, seconds, jobs, tuning_seeds)
        if planned.epochs >= FEWEST_EPOCHS * (5 if tuning_seeds == 2 else 1):
            return planned
    least = _seconds(planned, step_seconds, sizes, jobs, FEWEST_EPOCHS)
    minutes = text.rounded(ceil(2 * least / 60 + 1) / 2, 3)
    cells = text.counted(len(step_seconds), "cell")
    raise RnnbenchError(
        f"the time is too short: {planned.trainings} trainings of {cells} on"
        f" {sizes.train:,} examples need about {minutes} minutes: set --minutes, or name fewer"
        " cells with -c"
    )


def _planned(
    step_seconds: Mapping[str, float], sizes: Sizes, seconds: float, jobs: int, tuning_seeds: int
) -> TryPlan:
    bare = TryPlan(
        cells=tuple(step_seconds),
        parameters=sizes.parameters,
        batch_size=sizes.batch_size,
        epochs=MOST_EPOCHS,
        futility_epochs=0,
        learning_rates=LEARNING_RATES,
        tuning_seeds=tuning_seeds,
        seeds=fewest_seeds(len(step_seconds)),
        seconds=0.0,
    )
    at_one = _seconds(bare, step_seconds, sizes, jobs, 1)
    of_epoch = _seconds(bare, step_seconds, sizes, jobs, 2) - at_one
    affordable = 1 + int((seconds - at_one) / of_epoch)
    epochs = max(1, min(MOST_EPOCHS, affordable))
    return TryPlan(
        cells=bare.cells,
        parameters=bare.parameters,
        batch_size=bare.batch_size,
        epochs=epochs if affordable >= 1 else 0,
        futility_epochs=max(FEWEST_FUTILE, epochs // FUTILITY_SHARE),
        learning_rates=bare.learning_rates,
        tuning_seeds=tuning_seeds,
        seeds=bare.seeds,
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
        total += of_cell * (START_SECONDS + sizes.reading_seconds + epochs * epoch)
    return total / jobs
