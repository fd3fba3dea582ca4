"""The model around a cell: encoder, layers of cells, readout."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.contracts import Batch
from rnnbench.errors import Refused
from rnnbench.model.asks import Asks
from rnnbench.model.encoder import Encoder, at_last_step
from rnnbench.model.layers import Bare, Residual
from rnnbench.model.probe import probe
from rnnbench.records import Recipe
from rnnbench.state import detach_state
from rnnbench.time_distributed import TimeDistributed

BuildCell = Callable[..., nn.Module]
"""Takes an input size, an int or (C, H, W) for frames, and a hidden size, and returns a cell."""
States = Sequence[Any]
"""The state of each layer's cell, or None for its initial state."""


class Needs(NamedTuple):
    """What a cell needs from the model around it.

    over_frames:   whether its inputs are frames (B, T, C, H, W) in place of features.
    same_size:     whether it needs as many features as it has hidden units; they are then
                   projected, whatever the recipe says.
    carries_state: whether a sequence can be continued from its states.
    """

    over_frames: bool = False
    same_size: bool = False
    carries_state: bool = True


FEATURES = Needs()


class Model(nn.Module):
    """Encoder, layers of cells and readout, at the last real step or at each one as the task says.

    Takes features (B, T, I), frames (B, T, C, H, W), tokens (B, T), or features and tokens, to
    (B, O) or (B, T, O). Cells that are compared differ in nothing else of the model. The readout is
    linear, except for a cell over frames whose task asks for frames: there it is a 1x1 convolution
    at each step.

    Raises Refused for a cell over frames on a task without frames, or in a residual backbone, and
    for a cell that carries no state where training is to start from carried states.
    """

    def __init__(
        self,
        build: BuildCell,
        task: Asks,
        recipe: Recipe,
        example: Batch,
        hidden: int,
        needs: Needs = FEATURES,
    ) -> None:
        super().__init__()
        self.every_step = task.readout == "every-step"
        self.over_frames = needs.over_frames
        self.carries_state = needs.carries_state
        _refuse(task, recipe, needs)
        is_bare = recipe.backbone == "bare"
        only_tokens = task.vocabulary is not None and example.tokens is None
        features = None if only_tokens else int(np.prod(example.inputs.shape[2:]))
        is_unchanged = recipe.encoder == "auto" and is_bare and not needs.same_size
        keep = is_unchanged or needs.over_frames
        self.encoder = Encoder(features, task.vocabulary, hidden, keep=keep)
        self.layers = nn.ModuleList()
        self.state_floats = 0
        shape = self._build_layers(build, recipe, example, hidden)
        self.norm: nn.Module = nn.Identity() if is_bare else nn.LayerNorm(shape[0])
        self.readout = self._make_readout(shape, task)

    def _build_layers(
        self, build: BuildCell, recipe: Recipe, example: Batch, hidden: int
    ) -> tuple[int, ...]:
        """Append the layers; return the shape of the last one's outputs at a step."""
        x_1T = self._first_inputs(example)
        shape = tuple(x_1T.shape[2:])
        for _ in range(recipe.layers):
            cell = build(shape if self.over_frames else shape[0], hidden)
            with torch.no_grad():
                outputs, state_floats = probe(cell, x_1T)
            self.state_floats += state_floats
            if recipe.backbone == "residual":
                self.layers.append(Residual(cell, shape[0], outputs[0]))
            else:
                self.layers.append(Bare(cell))
                shape = outputs
            x_1T = x_1T.new_zeros(1, 2, *shape)
        return shape

    @torch.no_grad()
    def _first_inputs(self, example: Batch) -> Tensor:
        """The inputs of the first cell for one sequence of two steps."""
        inputs = tensor(example.inputs[:1, :2])
        tokens = None if example.tokens is None else tensor(example.tokens[:1, :2])
        x_1T: Tensor = inputs if self.over_frames else self.encoder(inputs, tokens)
        return x_1T

    def _make_readout(self, shape: tuple[int, ...], task: Asks) -> nn.Module:
        """The readout of outputs that have this shape at a step."""
        if self.over_frames and self.every_step and _asks_for_frames(task, shape):
            channels = task.output_size // int(np.prod(shape[1:]))
            per_frame: nn.Module = nn.Sequential(nn.Conv2d(shape[0], channels, 1), nn.Flatten())
        elif self.over_frames:
            per_frame = nn.Sequential(
                nn.Flatten(), nn.Linear(int(np.prod(shape)), task.output_size)
            )
        else:
            per_frame = nn.Linear(shape[0], task.output_size)
        return TimeDistributed(per_frame) if self.every_step else per_frame

    @property
    def cells(self) -> list[nn.Module]:
        """The cells, from the inputs to the readout."""
        return [layer.cell for layer in self.layers if isinstance(layer, Bare | Residual)]

    def forward(
        self, inputs: Tensor, tokens: Tensor | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """Run whole sequences from the initial state; `lengths` (B,) counts the real steps."""
        y_BTH, _ = self.through_layers(inputs, tokens, None)
        return self.read_out(y_BTH, lengths)

    def read_out(self, y_BTH: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the outputs at the last real step, or at every step, as the task says."""
        if not self.every_step:
            y_BTH = at_last_step(y_BTH, lengths)
        return self.readout(self.norm(y_BTH))  # type: ignore[no-any-return]

    def carry_on(
        self, inputs: Tensor, tokens: Tensor | None, states: States | None
    ) -> tuple[Tensor, list[Any]]:
        """Continue sequences from these states; None means the initial states.

        Returns the outputs at every step and the states after the last one; the states are None
        where the cell does not carry them.
        """
        y_BTH, states_after = self.through_layers(inputs, tokens, states)
        outputs = self.readout(self.norm(y_BTH))
        return outputs, states_after if self.carries_state else [None] * len(self.layers)

    def detach(self, states: States) -> list[Any]:
        """Return the states without their history, so that no gradient flows through them."""
        return [detach_state(cell, state) for cell, state in zip(self.cells, states, strict=True)]

    def through_layers(
        self, inputs: Tensor, tokens: Tensor | None, states: States | None
    ) -> tuple[Tensor, list[Any]]:
        """Return what the last layer gives at every step, (B, T, ...), and the states after it.

        states: those before the first step; None means the initial states.
        """
        y_BTH = inputs if self.over_frames else self.encoder(inputs, tokens)
        states_after = []
        for layer, state in zip(self.layers, states or [None] * len(self.layers), strict=True):
            y_BTH, state_after = layer(y_BTH, state)
            states_after.append(state_after)
        return y_BTH, states_after


def _asks_for_frames(task: Asks, shape: tuple[int, ...]) -> bool:
    """Whether the task asks for frames of the height and width of the outputs, (C, H, W)."""
    frame = task.frame_shape
    return frame is not None and task.output_size == np.prod(frame) and frame[1:] == shape[1:]


def _refuse(task: Asks, recipe: Recipe, needs: Needs) -> None:
    if needs.over_frames and task.frame_shape is None:
        raise Refused(f"the cell is over frames, and {task.name} has none")
    if needs.over_frames and recipe.backbone != "bare":
        raise Refused(f"a cell over frames has no {recipe.backbone} backbone")
    if recipe.start == "carried" and not needs.carries_state:
        raise Refused(
            'recipe.start = "carried" passes the final states of sequences on, and the cell'
            " carries no state from call to call"
        )


def tensor(array: np.ndarray[Any, Any]) -> Tensor:
    """Return the array as a tensor, without a copy where it is contiguous."""
    return torch.from_numpy(np.ascontiguousarray(array))


def count_parameters(module: nn.Module) -> int:
    """Return how many parameters of a module can be trained; shared ones count once."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
