"""What trials write beside their results: checkpoints, and weights and predictions of trained
models."""

from pathlib import Path

from msgspec import Struct

from rnnbench.records.trial import LearningTrial, Trial, trial_id

CHECKPOINT_SECONDS = 60.0
"""Default interval between the checkpoints of a trial."""
WEIGHTS_FOLDER = "weights"
"""The folder of weights in the folder of a run."""
PREDICTIONS_FOLDER = "predictions"
"""The folder of predictions in the folder of a run."""
WEIGHTS_NOT_KEPT = "rnnbench: the weights are not kept: "
"""How the line begins by which a trial reports weights that the format cannot hold."""


class Checkpoints(Struct, frozen=True):
    """Where and how often trials write checkpoints, from which they resume after an interruption,
    and where they write the weights of their models and what these say of the test data.

    folder:      where checkpoints are kept; "" keeps none.
    seconds:     least time between two checkpoints, which are written at the end of an epoch.
    weights:     where the weights of trained models are kept; "" keeps none.
    predictions: where what they say of the test data is kept; "" keeps nothing.
    """

    folder: str = ""
    seconds: float = CHECKPOINT_SECONDS
    weights: str = ""
    predictions: str = ""

    def of(self, trial: Trial) -> Path | None:
        """Return the checkpoint file of a trial; None where no checkpoints are kept."""
        return Path(self.folder) / f"{trial_id(trial)}.pt" if self.folder else None

    def weights_of(self, trial: Trial) -> Path | None:
        """Return the file of the weights of a trial; None where it writes none.

        Cost trials have no trained model, and trials of a search on tuning seeds no test score.
        """
        if not self.weights or not isinstance(trial, LearningTrial) or trial.phase == "tuning":
            return None
        return weights_file(Path(self.weights), trial)

    def predictions_of(self, trial: Trial) -> Path | None:
        """Return the file of what the model of a trial says of the test data; None where it writes
        none, which is so in the same trials as of weights."""
        if not self.predictions or not isinstance(trial, LearningTrial) or trial.phase == "tuning":
            return None
        return predictions_file(Path(self.predictions), trial)


def weights_file(folder: Path, trial: Trial) -> Path:
    """Return the file of the weights of a trial in a folder of weights."""
    return folder / f"{trial_id(trial)}.safetensors"


def predictions_file(folder: Path, trial: Trial) -> Path:
    """Return the file of the predictions of a trial in a folder of predictions."""
    return folder / f"{trial_id(trial)}.npy"
