"""How a model is built and trained."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rnnbench import text

Positive = Annotated[int, Meta(ge=1)]
PositiveFloat = Annotated[float, Meta(gt=0)]
LIMIT_MEMORY_MIB = 4096
LIMIT_OUTPUT_MIB = 16
FIRST_TUNING_SEED = 1_000_000
"""Tuning seeds count up from here; evaluation seeds are smaller."""


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a model is built and trained; the same for every cell of a comparison.

    match:               what is equal between cells: the whole model's "parameters", the numbers in
                         its "state", or the "hidden" size.
    parameters:          the budget of the whole model, where parameters are matched.
    state_floats:        numbers carried between steps for one sequence, all layers together, where
                         state is matched.
    hidden_size:         H, where the hidden size is matched.
    encoder:             "auto" passes features to the cell unchanged where the backbone allows it;
                         "linear" projects them to H. Tokens are embedded in H numbers either way.
    layers:              cells on top of each other.
    backbone:            "bare" stacks cells; "residual" puts each in a pre-norm residual block with
                         a gated MLP.
    learning_rate:       the rate used where no search chose one.
    weight_decay:        None leaves it at the optimiser's own default: 0.01 for adamw, 0 for the
                         others.
    schedule:            "cosine" lets the rate fall to zero over the budget of steps.
    tune:                search each cell's learning rate among `learning_rates` by validation data.
                         A suite's file tunes unless it sets `tune = false`.
    search:              how the learning rate is searched. A "race" runs all rates over the seeds
                         of the evaluation; from `race_from` seeds on it gives up rates that are
                         significantly worse than the best. "tuning-seeds" searches on
                         `tuning_seeds` seeds of its own, and trains the best rate alone.
    lowest_rate:         how low a race widens a grid whose best rate is its lowest.
    highest_rate:        how high a race widens a grid whose best rate is its highest.
    clip_norm:           largest norm of the gradient over all parameters; 0 does not clip.
    epochs:              the budget of training, at which epochs-to-target is censored.
    steps_per_epoch:     training steps that make an epoch where data is generated.
    training_share:      share of finite training data that is trained on. Each seed draws its own
                         part, the same for every cell, and smaller parts lie in larger ones. An
                         epoch has as many steps as one over all of the data.
    start:               the states from which training sequences start. "carried" are the final
                         states of the batch before, in random order and without gradient (State
                         Passing, Buitrago Ruiz & Gu 2025, arXiv:2507.02782, section 4.1); the first
                         batch starts at "zero", the cell's initial state, as evaluations always do.
    validation_examples: size of the generated validation set.
    test_examples:       size of the generated test set.
    stop_when_solved:    stop once two evaluations in a row are at the target.
    futility_epochs:     stop an unsolved trial (status `stopped`) when its validation score has not
                         improved for this many epochs; 0 never does. A trial on a task without a
                         target is then complete (status `ok`).
    limit_seconds:       a trial that takes longer is stopped with status `timeout`.
    limit_memory_mib:    a trial that needs more memory, child processes included, ends as
                         `out-of-memory`.
    limit_output_mib:    a trial that prints more is `killed`.
    """

    match: Literal["parameters", "state", "hidden"] = "parameters"
    parameters: Positive = 10_000
    state_floats: Positive = 128
    hidden_size: Positive = 64
    encoder: Literal["auto", "linear"] = "auto"
    layers: Positive = 1
    backbone: Literal["bare", "residual"] = "bare"
    optimiser: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    learning_rate: PositiveFloat = 1e-3
    weight_decay: Annotated[float, Meta(ge=0)] | None = None
    schedule: Literal["constant", "cosine"] = "constant"
    tune: bool = False
    learning_rates: Annotated[tuple[PositiveFloat, ...], Meta(min_length=1)] = (
        3e-4,
        1e-3,
        3e-3,
        1e-2,
        3e-2,
    )
    tuning_seeds: Positive = 2
    search: Literal["tuning-seeds", "race"] = "tuning-seeds"
    race_from: Annotated[int, Meta(ge=2)] = 3
    lowest_rate: PositiveFloat = 1e-5
    highest_rate: PositiveFloat = 1.0
    clip_norm: Annotated[float, Meta(ge=0)] = 1.0
    batch_size: Positive = 32
    epochs: Positive = 20
    steps_per_epoch: Positive = 100
    training_share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    start: Literal["zero", "carried"] = "zero"
    validation_examples: Positive = 512
    test_examples: Positive = 1024
    stop_when_solved: bool = True
    futility_epochs: Annotated[int, Meta(ge=0)] = 0
    limit_seconds: PositiveFloat = 600.0
    limit_memory_mib: Positive = LIMIT_MEMORY_MIB
    limit_output_mib: Positive = LIMIT_OUTPUT_MIB

    @property
    def model(self) -> str:
        """The model around the cells, in words: `2 layers, residual`."""
        return f"{text.counted(self.layers, 'layer')}, {self.backbone}"


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The size of a cost measurement: T steps, B sequences, H hidden units, I input features.

    parameters: a budget: each cell gets the hidden size at which the layer is nearest to it,
                whatever `hidden` says.
    frame:      (C, H, W) of frames instead of features. Cells over frames, whose hidden units are
                channels, are measured there alone; cells over features see frames flat.
    """

    steps: Positive = 100
    batch: Positive = 32
    hidden: Positive = 64
    inputs: Positive = 64
    frame: tuple[Positive, Positive, Positive] | None = None
    parameters: Positive | None = None

    def __str__(self) -> str:
        size = f"H={self.hidden}" if self.parameters is None else f"P={self.parameters}"
        if self.frame is None:
            inputs = f"I={self.inputs}"
        else:
            inputs = f"frames {'x'.join(map(str, self.frame))}"
        return f"T={self.steps} B={self.batch} {size} {inputs}"
