"""The model around a cell: encoder, cells, readout."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.model.layers import Bare, Residual
from rnnbench.model.probe import probe
from rnnbench.records import Recipe
from rnnbench.task import Batch, Task
from rnnbench.time_distributed import TimeDistributed

BuildCell = Callable[[int, int], nn.Module]
"""From input size and hidden size to a cell; the options are bound already."""


class Model(nn.Module):
    """inputs -> encoder -> layers of cells -> linear readout, at the last step or at each one as the task says.

    (B, T, I) or tokens (B, T) to (B, O) or (B, T, O). The same for every cell of a comparison, but for the cell.
    """

    def __init__(self, build: BuildCell, task: Task, recipe: Recipe, example: Batch, hidden: int) -> None:
        super().__init__()
        features = example.inputs.shape[-1]
        self.encoder: nn.Module
        if task.vocabulary is not None:
            self.encoder, width = nn.Embedding(task.vocabulary, hidden), hidden
        elif recipe.encoder == "linear" or recipe.backbone == "residual":
            self.encoder, width = TimeDistributed(nn.Linear(features, hidden)), hidden
        else:
            self.encoder, width = nn.Identity(), features
        self.layers = nn.ModuleList()
        self.state_floats = 0
        with torch.no_grad():
            x_1TI = self.encoder(tensor(example.inputs[:1, :2]))
        for _ in range(recipe.layers):
            cell = build(width, hidden)
            with torch.no_grad():
                outputs, state_floats = probe(cell, x_1TI)
            self.state_floats += state_floats
            if recipe.backbone == "residual":
                self.layers.append(Residual(cell, width, outputs))
            else:
                self.layers.append(Bare(cell))
                width = outputs
            x_1TI = x_1TI.new_zeros(1, 2, width)
        self.norm: nn.Module = nn.LayerNorm(width) if recipe.backbone == "residual" else nn.Identity()
        self.every_step = task.readout == "every-step"
        linear = nn.Linear(width, task.output_size)
        self.readout: nn.Module = TimeDistributed(linear) if self.every_step else linear

    @property
    def cells(self) -> list[nn.Module]:
        """The cells, the one next to the inputs first."""
        return [layer.cell for layer in self.layers if isinstance(layer, Bare | Residual)]

    def forward(self, inputs: Tensor) -> Tensor:
        y_BTH = self.encoder(inputs)
        for layer in self.layers:
            y_BTH = layer(y_BTH)
        y_BTH = self.norm(y_BTH if self.every_step else y_BTH[:, -1])
        return self.readout(y_BTH)  # type: ignore[no-any-return]


def tensor(array: np.ndarray[Any, Any]) -> Tensor:
    """The array as a tensor, without a copy where it is contiguous."""
    return torch.from_numpy(np.ascontiguousarray(array))


def count_parameters(module: nn.Module) -> int:
    """Numbers that training may change, each counted once."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
