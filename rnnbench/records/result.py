"""What one trial gave, failures included. A figure that does not exist is absent with a reason,
never NaN.

Format 1: the first.
Format 2: a metric may be absent in an epoch of a curve, with its reason. Everything of format 1 is
          read as it was.
"""

from typing import Literal

from msgspec import Struct

from rnnbench.records.cost import CostFigure, PrecisionTarget, Surroundings
from rnnbench.records.diagnosis import Diagnosed
from rnnbench.records.trial import CostTrial, Trial

FORMAT = 2
OLDEST_FORMAT = 1
"""The oldest that is read."""
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
    """What a reader of a score must know, so that no plugin is needed to report it."""

    name: str
    unit: str
    direction: Literal["lower", "higher"]

    def loss(self, score: float) -> float:
        """The score turned so that lower is better."""
        return score if self.direction == "lower" else -score

    def better(self, a: float, b: float) -> bool:
        """Whether score a beats score b."""
        return self.loss(a) < self.loss(b)


class Epoch(Struct, frozen=True):
    """The state of training after an epoch: mean training loss over it, and scores on validation
    data.

    absent: reason by metric, for each that has no finite score in this epoch; never the one that
            decides.
    """

    epoch: int
    step: int
    train_loss: float
    validation: dict[str, float]
    absent: dict[str, str] = {}


class Learning(Struct, frozen=True, kw_only=True):
    """The figures of a learning trial: a function of the trial alone, to the last bit on one
    machine.

    metrics:          the first one decides; it chose the epoch and is held against `target`.
    hidden_size:      H that the budget gave; `parameters` is what the whole model then has.
    state_floats:     numbers carried from one step to the next for one sequence, all layers
                      together.
    off_budget:       (got - wanted) / wanted for what the recipe matches; None where hidden sizes
                      are equal.
    chosen_epoch:     the epoch that is best on validation data; `test` is the score of its weights.
    trivial:          scores of the trivial forecast on the same test data.
    epochs_to_target: first of two evaluations in a row at the target; None where that never
                      happened within `epochs_run`, which right-censors it at the budget.
    diagnoses:        what the trial's diagnostics gave, by name.
    absent:           reason by figure, for each figure that does not exist.
    """

    metrics: tuple[MetricNote, ...]
    target: float
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


class ModelSize(Struct, frozen=True, kw_only=True):
    """What the recipe's budget gives a trial: all that is known of it before it trains."""

    hidden_size: int
    parameters: int
    state_floats: int
    off_budget: float | None


class Seconds(Struct, frozen=True, kw_only=True):
    """Wall seconds seen in passing. Indicative: trials run side by side, and these enter no
    comparison."""

    preparing: float = 0.0
    training: float = 0.0
    evaluating: float = 0.0
    process: float = 0.0


class Machine(Struct, frozen=True, kw_only=True):
    """Where a trial ran.

    model: the processor behind its name: vendor, family, model, vector instructions. Kernels are
           chosen by these, and with them the last bits; clouds give one name to several. "" where
           the system does not tell.
    """

    processor: str
    cores: int
    memory_bytes: int
    system: str
    model: str = ""


class Provenance(Struct, frozen=True, kw_only=True):
    """What a result depends on besides its trial.

    versions:    of Python and of the packages that compute.
    commit:      of the git checkout that the run started in, with "+changes" where it had some,
                 "+unknown" where git did not say; "" outside of one.
    plugins:     distribution by name of cell and task, with version.
    definitions: hash of the source that cell and task run, and of the code of rnnbench itself in
                 which they run. Where `sources` does not have the name, it is the hash of the one
                 file that defines it.
    sources:     by name of cell and task, and by module: a hash of what of this module they reach.
    files:       the file that defines each of them, on the machine of the trial.
    data:        SHA-256 of each archive and file that data were read from.
    variables:   environment variables that choose kernels; None where they were not recorded.
    executor:    where the trial was placed.
    shared:      whether other work may have run beside it there, by the nature of the executor.
    """

    machine: Machine
    versions: dict[str, str]
    commit: str = ""
    plugins: dict[str, str] = {}
    definitions: dict[str, str] = {}
    sources: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    data: dict[str, str] = {}
    variables: dict[str, str] | None = None
    executor: str = "local"
    shared: bool = False


class Result(Struct, frozen=True, kw_only=True):
    """What one trial gave. `reason` is one sentence wherever status is not `ok`.

    resumed_at:        epochs after which the trial was cut off and went on from its checkpoint, in
                       another process.
    size:              of a trial that was only sized.
    absent:            of a cost trial, the reason by row for each of its cells that has none: it
                       raised, or took the process down. Where all the others have their rows, the
                       trial is `ok`.
    side_effects:      sentences on what a plugin or a cell changed for everything in its process,
                       such as torch's default dtype, or did to the seeds of the trial.
    surroundings, aim: of a cost trial.
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
    aim: PrecisionTarget | None = None

    @property
    def final(self) -> bool:
        """Whether there is nothing to be gained by running the trial again.

        What was skipped may be had now; what a shared machine refused, another may take; and a rung
        that was not climbed may be reached with more seeds.
        """
        refused_there = (
            self.status == "refused"
            and self.provenance.shared
            and isinstance(self.trial, CostTrial)
        )
        not_climbed = self.status == "stopped" and self.learning is None
        return not (self.status == "skipped" or refused_there or not_climbed)
