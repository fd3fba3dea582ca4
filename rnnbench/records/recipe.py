"""How a model is built and trained."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(ge=1)]
Measurement = Literal["train-step-time", "peak-memory"]


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a model is built and trained; the same for every cell of a comparison.

    match:               what is equal between cells: the whole model's "parameters", or the "hidden" size.
    parameters:          the budget of the whole model, where parameters are matched.
    hidden_size:         H, where the hidden size is matched.
    learning_rate:       the rate used where no search chose one.
    clip_norm:           largest norm of the gradient over all parameters; 0 leaves it uncut.
    epochs:              the budget of training, and where epochs-to-target is censored.
    steps_per_epoch:     training steps that make an epoch where data is generated.
    validation_examples: size of the generated validation set; likewise `test_examples`.
    stop_when_solved:    stop once two evaluations in a row are at the target.
    limit_seconds:       a trial that takes longer is stopped with status `timeout`.
    """

    match: Literal["parameters", "hidden"] = "parameters"
    parameters: Positive = 10_000
    hidden_size: Positive = 64
    optimiser: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    learning_rate: Annotated[float, Meta(gt=0)] = 1e-3
    clip_norm: Annotated[float, Meta(ge=0)] = 1.0
    batch_size: Positive = 32
    epochs: Positive = 20
    steps_per_epoch: Positive = 100
    validation_examples: Positive = 512
    test_examples: Positive = 1024
    stop_when_solved: bool = True
    limit_seconds: Annotated[float, Meta(gt=0)] = 600.0


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The size of a cost measurement: T steps, B sequences, H hidden units, I input features."""

    steps: Positive = 100
    batch: Positive = 32
    hidden: Positive = 64
    inputs: Positive = 64

    def __str__(self) -> str:
        return f"T={self.steps} B={self.batch} H={self.hidden} I={self.inputs}"
