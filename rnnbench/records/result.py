"""The result of one trial, failures included. A figure that does not exist is absent with a reason,
never NaN.

Format 1: the first format.
Format 2: a metric may be absent in an epoch of a curve, with its reason. Results of format 1 are
          read unchanged.
Format 3: a learning trial may have no target, where its task has none. Results of formats 1 and 2
          are read unchanged.
"""

import re
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from rnnbench.records.cost import CostFigure, PrecisionTarget, Surroundings
from rnnbench.records.diagnosis import Diagnosed
from rnnbench.records.example import Example
from rnnbench.records.provenance import Provenance
from rnnbench.records.trial import CostTrial, Trial

FORMAT = 3
OLDEST_FORMAT = 1
"""The oldest format that is read."""
EXAMPLES = "examples"
"""The name under which a result says why it has no examples."""
MULTIPLE = re.compile(r"(\d+(?:\.\d+)?)x")
"""The name of a test setting that is a multiple of the training length, such as `4x`."""
Status = Literal[
    "ok",  # ran to its end
    "stopped",  # given up, unsolved, by a rule of the suite (futility, a ladder)
    "diverged",  # the loss or the weights left the finite numbers: a result, not a failure
    "timeout",  # longer than its limit
    "out-of-memory",
    "killed",  # its process died without a word
    "error",  # an exception
    "skipped",  # its data or device cannot be had here; tried again by the next run
    "refused",  # the combination makes no sense, for the reason given
]


class MetricNote(Struct, frozen=True):
    """What a reader of a score must know of its metric, so that reports need no plugin."""

    name: str
    unit: str
    direction: Literal["lower", "higher"]

    @property
    def setting(self) -> str:
        """The test setting of the score: `4x` of `accuracy@4x`, "" of `accuracy`."""
        return self.name.partition("@")[2]

    @property
    def times(self) -> float | None:
        """How many times as long as in training the longest test sequences are.

        The name of the setting says it, as `4x` does; None where it says nothing of the kind.
        """
        found = MULTIPLE.fullmatch(self.setting)
        return float(found[1]) if found else None

    def loss(self, score: float) -> float:
        """Return the score with its sign changed where higher is better, so that lower is
        better."""
        return score if self.direction == "lower" else -score

    def better(self, a: float, b: float) -> bool:
        """Whether score a beats score b."""
        return self.loss(a) < self.loss(b)


class Epoch(Struct, frozen=True):
    """The training history of one epoch: its mean training loss, and validation scores at its end.

    absent: reason by metric, for each metric without a finite score in this epoch; never the
            deciding metric.
    """

    epoch: int
    step: int
    train_loss: float
    validation: dict[str, float]
    absent: dict[str, str] = {}


class Learning(Struct, frozen=True, kw_only=True):
    """The figures of a learning trial, a function of the trial alone to the last bit on one
    machine.

    metrics:          the first one decides: it chose the epoch and is compared with `target`.
    target:           None where the task has none; cells are then ranked by their test scores.
    hidden_size:      H that the budget gave.
    parameters:       number of parameters of the whole model with that hidden size.
    state_floats:     numbers carried from one step to the next for one sequence, all layers
                      together.
    off_budget:       (got - wanted) / wanted for what the recipe matches; None where hidden sizes
                      are equal.
    chosen_epoch:     the best epoch on validation data; `test` holds the scores of its weights.
    trivial:          scores of the trivial forecast on the same test data.
    epochs_to_target: first of two evaluations in a row at the target. None where there was none
                      within `epochs_run`, which right-censors it at the budget; and None without
                      a target.
    diagnoses:        results of the trial's diagnostics, by name.
    absent:           reason by figure, for each figure that does not exist.
    examples:         a few sequences, the same for all cells and seeds, with what the chosen
                      weights answer. They are words, and no figures.
    """

    metrics: tuple[MetricNote, ...]
    target: float | None
    hidden_size: int
    parameters: int
    state_floats: int
    epochs_run: int
    steps_per_epoch: int
    curve: tuple[Epoch, ...]
    chosen_epoch: int | None
    test: dict[str, float]
    trivial: dict[str, float]
    trivial_forecast: str
    epochs_to_target: int | None
    off_budget: float | None = None
    diagnoses: dict[str, Diagnosed] = {}
    absent: dict[str, str] = {}
    examples: tuple[Example, ...] = ()

    @property
    def figures(self) -> "Learning":
        """The record without its examples, in which two runs of a trial should agree."""
        absent = {name: reason for name, reason in self.absent.items() if name != EXAMPLES}
        return replace(self, examples=(), absent=absent)


class ModelSize(Struct, frozen=True, kw_only=True):
    """The size of the model that the recipe's budget gives, known before the trial trains."""

    hidden_size: int
    parameters: int
    state_floats: int
    off_budget: float | None


class Seconds(Struct, frozen=True, kw_only=True):
    """Wall seconds of the phases of a trial.

    They are indicative: trials run side by side, and these times enter no comparison.
    """

    preparing: float = 0.0
    training: float = 0.0
    evaluating: float = 0.0
    process: float = 0.0


class Result(Struct, frozen=True, kw_only=True):
    """The result of one trial. `reason` is one sentence wherever the status is not `ok`.

    resumed_at:   epochs after which the trial was interrupted, and resumed from its checkpoint in
                  another process.
    size:         for a trial that was only sized.
    absent:       for a cost trial: reason by row for each cell without one, which raised an error
                  or ended the process. The trial is `ok` where all other cells have their rows.
    side_effects: sentences on what a plugin or a cell changed for its whole process, such as
                  torch's default dtype, or did to the seeds of the trial.
    surroundings: for a cost trial.
    precision_target: for a cost trial.
    """

    trial: Trial
    status: Status
    provenance: Provenance
    started: str
    format: int = FORMAT
    reason: str = ""
    traceback: str = ""
    output: str = ""
    resumed_at: tuple[int, ...] = ()
    seconds: Seconds = Seconds()
    size: ModelSize | None = None
    learning: Learning | None = None
    costs: tuple[CostFigure, ...] = ()
    absent: dict[str, str] = {}
    side_effects: tuple[str, ...] = ()
    surroundings: Surroundings | None = None
    precision_target: PrecisionTarget | None = field(default=None, name="aim")

    @property
    def final(self) -> bool:
        """Whether running the trial again can gain nothing.

        Skipped data may be available now, another machine may take what a shared one refused, and a
        rung of a ladder that was not tried may be reached with more seeds.
        """
        if self.status == "skipped":
            return False
        if self.status == "refused":
            return not (self.provenance.shared and isinstance(self.trial, CostTrial))
        return not (self.status == "stopped" and self.learning is None)
