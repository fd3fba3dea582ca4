"""The architecture of a model as a record, and a model built again from such a record."""

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import numpy as np

from rnnbench.catalogue import Contribution
from rnnbench.contracts import Batch, CellSpec, Readout, Task
from rnnbench.model.model import BuildCell, Model, Needs
from rnnbench.records import Architecture, LearningTrial, Recipe


def architecture_of(
    trial: LearningTrial, cell: Contribution[CellSpec], task: Task, example: Batch, hidden: int
) -> Architecture:
    """Return the architecture of the model of a trial.

    cell:    its cell, with the plugin that contributes it.
    example: a few examples with the shapes of the data.
    hidden:  H of each layer.
    """
    spec = cell.item
    return Architecture(
        cell=trial.cell,
        build=_place(spec.build),
        distribution=cell.plugin.origin,
        task=task.name,
        hidden_size=hidden,
        layers=trial.recipe.layers,
        backbone=trial.recipe.backbone,
        encoder=trial.recipe.encoder,
        inputs=tuple(map(int, example.inputs.shape[2:])),
        steps=example.steps,
        vocabulary=task.vocabulary,
        tokens_beside=example.tokens is not None,
        outputs=task.output_size,
        readout=task.readout,
        frame=task.frame_shape,
        over_frames=spec.inputs == "frames",
        same_size=spec.same_size,
        carries_state=spec.carries_state,
    )


def _place(build: str | Callable[..., Any]) -> str:
    """The place of a function, "module:attribute"; "" where it cannot be found there."""
    if isinstance(build, str):
        return build
    place = f"{build.__module__}:{build.__qualname__}"
    try:
        return place if resolve_name(place) is build else ""
    except (ImportError, AttributeError, ValueError):
        return ""


@dataclass(frozen=True)
class _Asked:
    """What a model needs to know of a task that is no longer there."""

    name: str
    readout: Readout
    vocabulary: int | None
    frame_shape: tuple[int, int, int] | None
    output_size: int


def rebuilt(architecture: Architecture, build: BuildCell) -> Model:
    """Return a model of this architecture, with fresh weights.

    build: takes an input size and a hidden size, and returns the cell; options are bound already.
    """
    asked = _Asked(
        name=architecture.task,
        readout=architecture.readout,
        vocabulary=architecture.vocabulary,
        frame_shape=architecture.frame,
        output_size=architecture.outputs,
    )
    recipe = Recipe(
        layers=architecture.layers, backbone=architecture.backbone, encoder=architecture.encoder
    )
    needs = Needs(architecture.over_frames, architecture.same_size, architecture.carries_state)
    return Model(build, asked, recipe, _example(architecture), architecture.hidden_size, needs)


def _example(architecture: Architecture) -> Batch:
    """One sequence of two steps, with the shapes of the data."""
    codes = np.zeros((1, 2), dtype=np.int64)
    if architecture.vocabulary is not None and not architecture.tokens_beside:
        return Batch(codes, codes)
    inputs = np.zeros((1, 2, *architecture.inputs), dtype=np.float32)
    return Batch(inputs, codes, tokens=codes if architecture.tokens_beside else None)
