"""The model around a cell: encoder, cells, readout."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.contracts import Batch, Task
from rnnbench.errors import Refused
from rnnbench.model.encoder import Encoder, at_last_step
from rnnbench.model.layers import Bare, Residual
from rnnbench.model.probe import probe
from rnnbench.records import Recipe
from rnnbench.state import detach_state
from rnnbench.time_distributed import TimeDistributed

BuildCell = Callable[..., nn.Module]
"""From input size (an int, or (C, H, W) for frames) and hidden size to a cell; the options are
bound already."""
States = Sequence[Any]
"""The state of each layer's cell, or None for its initial state."""


class Needs(NamedTuple):
    """What a cell wants to be fed with.

    over_frames:   frames (B, T, C, H, W) in place of features.
    same_size:     as many features as it has hidden units, so that they are projected whatever the
                   recipe says.
    carries_state: whether its states are worth carrying on; where not, none are handed on.
    """

    over_frames: bool = False
    same_size: bool = False
    carries_state: bool = True


FEATURES = Needs()


class Model(nn.Module):
    """inputs -> encoder -> layers of cells -> readout, at the last real step or at each one as the
    task says.

    Features (B, T, I), frames (B, T, C, H, W), tokens (B, T), or features and tokens, to (B, O) or
    (B, T, O). The same for every cell of a comparison, but for the cell. Over frames the readout is
    a 1x1 convolution at each step for cells over frames that are asked for frames, and linear for
    all others.

    Raises Refused for a cell over frames on a task without them, or in a residual backbone.
    """

    def __init__(
        self,
        build: BuildCell,
        task: Task,
        recipe: Recipe,
        example: Batch,
        hidden: int,
        needs: Needs = FEATURES,
    ) -> None:
        super().__init__()
        self.every_step = task.readout == "every-step"
        self.over_frames = over_frames = needs.over_frames
        self.carries_state = needs.carries_state
        _refuse(task, recipe, over_frames=over_frames)
        inputs = tensor(example.inputs[:1, :2])
        only_tokens = task.vocabulary is not None and example.tokens is None
        features = None if only_tokens else int(np.prod(example.inputs.shape[2:]))
        keep = recipe.encoder == "auto" and recipe.backbone == "bare" and not needs.same_size
        self.encoder = Encoder(features, task.vocabulary, hidden, keep=keep)
        with torch.no_grad():
            tokens = None if example.tokens is None else tensor(example.tokens[:1, :2])
            x_1T = inputs if over_frames else self.encoder(inputs, tokens)
        self.layers = nn.ModuleList()
        self.state_floats = 0
        shape = tuple(x_1T.shape[2:])
        for _ in range(recipe.layers):
            cell = build(shape if over_frames else shape[0], hidden)
            with torch.no_grad():
                outputs, state_floats = probe(cell, x_1T)
            self.state_floats += state_floats
            if recipe.backbone == "residual":
                self.layers.append(Residual(cell, shape[0], outputs[0]))
            else:
                self.layers.append(Bare(cell))
                shape = outputs
            x_1T = x_1T.new_zeros(1, 2, *shape)
        self.norm: nn.Module = (
            nn.LayerNorm(shape[0]) if recipe.backbone == "residual" else nn.Identity()
        )
        self.readout = self._make_readout(shape, task)

    def _make_readout(self, shape: tuple[int, ...], task: Task) -> nn.Module:
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
        """The cells, the one next to the inputs first."""
        return [layer.cell for layer in self.layers if isinstance(layer, Bare | Residual)]

    def forward(
        self, inputs: Tensor, tokens: Tensor | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """Whole sequences, each from the initial state; `lengths` (B,) says where the padding
        begins."""
        y_BTH, _ = self._through_layers(inputs, tokens, [None] * len(self.layers))
        if not self.every_step:
            y_BTH = at_last_step(y_BTH, lengths)
        return self.readout(self.norm(y_BTH))  # type: ignore[no-any-return]

    def carry_on(
        self, inputs: Tensor, tokens: Tensor | None, states: States | None
    ) -> tuple[Tensor, list[Any]]:
        """Go on from these states: outputs at every step, and the states after the last one, None
        where the cell does not carry them."""
        y_BTH, after = self._through_layers(inputs, tokens, states or [None] * len(self.layers))
        return self.readout(self.norm(y_BTH)), after if self.carries_state else [None] * len(after)

    def detach(self, states: States) -> list[Any]:
        """The states, through which no gradient flows."""
        return [detach_state(cell, state) for cell, state in zip(self.cells, states, strict=True)]

    def _through_layers(
        self, inputs: Tensor, tokens: Tensor | None, states: States
    ) -> tuple[Tensor, list[Any]]:
        y_BTH = inputs if self.over_frames else self.encoder(inputs, tokens)
        after = []
        for layer, state in zip(self.layers, states, strict=True):
            y_BTH, new = layer(y_BTH, state)
            after.append(new)
        return y_BTH, after


def _asks_for_frames(task: Task, shape: tuple[int, ...]) -> bool:
    """Whether the answer is a frame as large as those that the cells give, (C, H, W)."""
    frame = task.frame_shape
    return frame is not None and task.output_size == np.prod(frame) and frame[1:] == shape[1:]


def _refuse(task: Task, recipe: Recipe, *, over_frames: bool) -> None:
    if over_frames and task.frame_shape is None:
        raise Refused(f"the cell is over frames, and {task.name} has none")
    if over_frames and recipe.backbone != "bare":
        raise Refused(f"a cell over frames has no {recipe.backbone} backbone")


def tensor(array: np.ndarray[Any, Any]) -> Tensor:
    """The array as a tensor, without a copy where it is contiguous."""
    return torch.from_numpy(np.ascontiguousarray(array))


def count_parameters(module: nn.Module) -> int:
    """Numbers that training may change, each counted once."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
