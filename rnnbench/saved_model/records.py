"""What `model.json` holds: everything but the weights that is needed to use a trained model."""

from msgspec import Struct

from rnnbench.datafile import Preparation
from rnnbench.records import Architecture, Dial, MetricNote

MODEL_FOLDER = "model"
"""The folder of the saved model in the folder of a run."""
FORMAT = 1
"""Format of `model.json`. 1: the first."""


class SavedModel(Struct, frozen=True, kw_only=True):
    """A trained model, without its weights.

    trial:         the id of the trial that trained it.
    dials:         the dials of its task.
    preparation:   how a file becomes inputs, and outputs become values in units of the file; None
                   where the data of the task are no file of the user.
    parameters:    how many parameters were trained.
    seed, learning_rate: of the training.
    chosen_epoch:  the epoch of its weights, the best one on validation data.
    metrics:       what was measured, the deciding metric first.
    validation:    scores on validation data at that epoch, by metric.
    test:          scores on test data, by metric.
    versions:      packages by which it was trained.
    """

    format: int = FORMAT
    trial: str
    dials: dict[str, Dial]
    architecture: Architecture
    preparation: Preparation | None
    parameters: int
    seed: int
    learning_rate: float
    chosen_epoch: int | None
    metrics: tuple[MetricNote, ...]
    validation: dict[str, float]
    test: dict[str, float]
    versions: dict[str, str]
