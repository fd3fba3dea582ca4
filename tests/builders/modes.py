"""Models of every mode of a task."""

import msgspec
import torch
from torch import nn

import rnnbench
from rnnbench.contracts import Batch
from rnnbench.model import Model
from tests.builders.training import SMALL


def lstm(inputs: int, hidden: int) -> nn.Module:
    return nn.LSTM(inputs, hidden, batch_first=True)


def build(task: rnnbench.Task, example: Batch, cell: object = lstm, **recipe: object) -> Model:
    torch.manual_seed(0)
    return Model(cell, task, msgspec.structs.replace(SMALL, **recipe), example, 8)  # type: ignore[arg-type]
