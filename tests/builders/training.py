"""Trainings of seconds."""

import msgspec
from torch import nn

import rnnbench
from rnnbench.model import Model, Size
from rnnbench.records import Recipe
from rnnbench.training import Feed

SMALL = Recipe(
    parameters=400,
    epochs=3,
    steps_per_epoch=4,
    batch_size=8,
    validation_examples=16,
    test_examples=16,
    learning_rate=0.01,
)
SIZE = Size(5, None)


def small_model(
    task: rnnbench.Task, feed: Feed, kind: type[nn.RNNBase] = nn.GRU, **recipe: object
) -> Model:
    """Five hidden units."""
    changed = msgspec.structs.replace(SMALL, **recipe)
    return Model(
        lambda i, h: kind(i, h, batch_first=True), task, changed, feed.example(), SIZE.hidden
    )
