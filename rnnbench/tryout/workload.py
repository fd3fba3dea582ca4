"""How long the trainings of a plan take, by measured steps and the sizes of a user's data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace as replace_sizes
from math import ceil

from msgspec.structs import replace

from rnnbench import text
from rnnbench.datafile import validation_used
from rnnbench.errors import RnnbenchError
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
PART_BATCH = 64
"""Examples in a batch where only some are used, so that few examples make enough steps."""
TEST_PASSES = 2
"""How often each model that counts reads the test part: for its scores, and for predictions."""
PARAMETERS = 5_000
PARAMETERS_OF_TEXTS = 20_000
"""With texts, each symbol has numbers of its own at both ends of the model."""
AROUND_STEP = 1.6
"""A training step of the whole model over one of the cell alone: head, loss and optimiser."""
OF_FORWARD = 0.4
"""An evaluation of a batch over a training step on it."""
ANSWER_SECONDS = 15.0
"""What the answer, the model and the report take behind the trainings."""
START_SECONDS = 0.8
"""The start of a process of a training; reading the file comes on top."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of a user's data.

    train, validation: examples, or windows of all parallel streams of a text together.
    is_text:           whether symbols are read.
    reading_seconds:   how long the file takes to read, once for each training.
    start_seconds:     how long the process of a training takes to start.
    test:              examples of the test part, which is always read whole.
    fixed_batch:       the batch size, where the number of examples does not decide it.
    """

    train: int
    validation: int
    is_text: bool
    reading_seconds: float
    start_seconds: float = START_SECONDS
    test: int = 0
    fixed_batch: int | None = None

    def slowed(self, slowdown: float) -> "Sizes":
        """Return the sizes on a machine on which other programs run."""
        return replace_sizes(self, start_seconds=slowdown * self.start_seconds)

    def part(self, count: int) -> "Sizes":
        """Return the sizes where so many of the training examples are used."""
        validation = validation_used(count, self.train, self.validation)
        return replace_sizes(self, train=count, validation=validation, fixed_batch=PART_BATCH)

    @property
    def batch_size(self) -> int:
        """Examples in a batch: 32, or more where an epoch would have too many steps."""
        if self.fixed_batch is not None:
            return self.fixed_batch
        for size in BATCH_SIZES:
            if self.train <= MOST_STEPS * size:
                return size
        return BATCH_SIZES[-1]

    @property
    def parameters(self) -> int:
        """The budget of parameters of each model."""
        return PARAMETERS_OF_TEXTS if self.is_text else PARAMETERS


def bare_plan(
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


def with_epochs(
    bare: TryPlan, step_seconds: Mapping[str, float], sizes: Sizes, seconds: float, jobs: int
) -> TryPlan:
    """Return the plan with as many epochs as there is time for, which may be none."""
    around = seconds_of(bare, step_seconds, sizes, jobs, 0)
    of_epoch = seconds_of(bare, step_seconds, sizes, jobs, 1) - around
    epochs = max(0, min(MOST_EPOCHS, int((seconds - around) / of_epoch)))
    return replace(
        bare,
        epochs=epochs,
        futility_epochs=max(FEWEST_FUTILE, epochs // FUTILITY_SHARE),
        seconds=seconds_of(bare, step_seconds, sizes, jobs, epochs),
    )


def seconds_of(
    bare: TryPlan, step_seconds: Mapping[str, float], sizes: Sizes, jobs: int, epochs: int
) -> float:
    """Return how long all trainings take with so many epochs."""
    of_cell = bare.trainings / len(bare.cells)
    steps = ceil(sizes.train / bare.batch_size)
    evaluation_steps = OF_FORWARD * sizes.validation / bare.batch_size
    test_steps = TEST_PASSES * OF_FORWARD * sizes.test / bare.batch_size
    total = 0.0
    for seconds in step_seconds.values():
        step = AROUND_STEP * seconds
        epoch = step * (steps + evaluation_steps)
        total += of_cell * (sizes.start_seconds + sizes.reading_seconds + epochs * epoch)
        total += bare.seeds * step * test_steps
    return total / jobs


def too_short(
    bare: TryPlan,
    step_seconds: Mapping[str, float],
    sizes: Sizes,
    jobs: int,
    spent_seconds: float,
    among: str = "",
) -> RnnbenchError:
    """Return the error that names the minutes which the fewest epochs need."""
    least = seconds_of(bare, step_seconds, sizes, jobs, FEWEST_EPOCHS)
    needed = ceil(2 * (least + spent_seconds) / 60 + 1) / 2
    minutes = f"{text.rounded(needed, 3)} minute{'' if needed == 1 else 's'}"
    cells = text.counted(len(step_seconds), "cell")
    of = f" of {among}" if among else ""
    return RnnbenchError(
        f"the time is too short: {bare.trainings} trainings of {cells} on {sizes.train:,}{of}"
        f" examples need about {minutes} in all: set --minutes, name fewer cells with -c, or have"
        " fewer steps read with --window"
    )
