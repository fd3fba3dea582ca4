"""The records of a tryout: what was asked for, and what is trained within the minutes."""

from msgspec import Struct

from rnnbench.datafile import Choices


class TryRequest(Struct, frozen=True, kw_only=True):
    """What a user asked for; a folder holds the tryout of one request.

    file:    the absolute path of the file.
    digest:  the SHA-256 of its content.
    cells:   the cells that were named; empty for those that are chosen here.
    """

    file: str
    digest: str
    choices: Choices
    cells: tuple[str, ...] = ()


class StepTimes(Struct, frozen=True, kw_only=True):
    """Measured CPU seconds of a training step of each cell, at the shape of the data.

    slowdown: how many times as long a step takes by the clock, since other programs run.
    absent:   why a cell has none, by its row.
    """

    seconds: dict[str, float]
    slowdown: float = 1.0
    absent: dict[str, str] = {}

    def slowed(self, seconds: float) -> float:
        """Return what takes so many seconds on a quiet machine, by the clock of this one."""
        return self.slowdown * seconds


class TryPlan(Struct, frozen=True, kw_only=True):
    """What is trained.

    parameters:       the budget of each model.
    futility_epochs:  a training ends when its validation score has not improved for so many epochs.
    tuning_seeds:     trainings of each learning rate in the search.
    seconds:          how long all trainings take, estimated from measured steps.
    train_examples:   how many training examples are used; None for as many as the request says.
    """

    cells: tuple[str, ...]
    parameters: int
    batch_size: int
    epochs: int
    futility_epochs: int
    learning_rates: tuple[float, ...]
    tuning_seeds: int
    seeds: int
    seconds: float
    train_examples: int | None = None

    @property
    def trainings(self) -> int:
        """The number of trainings: those of the search, and those that count."""
        search = len(self.learning_rates) * self.tuning_seeds
        return len(self.cells) * (search + self.seeds)


class Attempt(Struct, frozen=True, kw_only=True):
    """A request with what was planned for it, which the folder keeps.

    times: measured training steps, by which cells were chosen and epochs counted.
    """

    request: TryRequest
    times: StepTimes
    plan: TryPlan
