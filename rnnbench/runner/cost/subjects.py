"""The subjects of a cost trial: a bare cell with noise as inputs, and one kind of step on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.generators import seed_torch
from rnnbench.model import Extent, count_parameters, solve_size
from rnnbench.records import CellUse, CostTrial, Recipe, Shape

REFERENCE_CELL = "ruler"
Make = Callable[[], nn.Module]


@dataclass
class Bench:
    """A cell with a batch of noise, on the device of the trial."""

    cell: nn.Module
    x_BT: Tensor

    @classmethod
    def build(cls, trial: CostTrial, make: Make, *, flat: bool = True) -> "Bench":
        """Return the cell that `make` returns, with weights and inputs drawn for the trial's round.

        flat: whether frames are flattened to features.
        """
        shape = trial.shape
        seed_torch(seeds.integer(trial.round, "weights"))
        cell = make().to(trial.device)
        batch = 1 if trial.measurement == "streaming-time" else shape.batch
        features = (shape.inputs,) if shape.frame is None else shape.frame
        x_BT = torch.randn(batch, shape.steps, *features, device=trial.device)
        return cls(cell, x_BT.flatten(2) if flat else x_BT)

    @classmethod
    def of_cell(
        cls, trial: CostTrial, use: CellUse, catalogue: Catalogue, implementation: str = ""
    ) -> "Bench":
        """Return a cell of the trial, in the named implementation or in the one of its use."""
        spec = catalogue.cells[use.name].item
        build = spec.load(use.options, implementation or use.implementation)
        over_frames = spec.inputs == "frames"
        inputs: Any = trial.shape.frame if over_frames else flat_inputs(trial)
        make = partial(build, inputs)
        hidden = hidden_size(trial.shape, make, spec.multiple(use.options), spec.smallest)
        return cls.build(trial, lambda: make(hidden), flat=not over_frames)

    @classmethod
    def of_reference_cell(cls, trial: CostTrial) -> "Bench":
        """Return the reference cell, torch's LSTM, at the shape of the trial."""
        inputs = flat_inputs(trial)
        hidden = hidden_size(trial.shape, lambda size: nn.LSTM(inputs, size))
        return cls.build(trial, lambda: nn.LSTM(inputs, hidden, batch_first=True))


def hidden_size(
    shape: Shape, make: Callable[[int], nn.Module], multiple: int = 1, smallest: int = 1
) -> int:
    """Return the hidden size of a layer: that of the shape, or the nearest to its parameter budget.

    Raises Refused where the budget cannot be met.
    """
    if shape.parameters is None:
        return shape.hidden
    budget = Recipe(match="parameters", parameters=shape.parameters)

    def extent(hidden: int) -> Extent:
        return Extent(count_parameters(make(hidden)), 0)

    return solve_size(budget, extent, multiple, smallest).hidden


def flat_inputs(trial: CostTrial) -> int:
    """Return how many features a step has; for frames, how many numbers."""
    frame = trial.shape.frame
    return trial.shape.inputs if frame is None else frame[0] * frame[1] * frame[2]


@dataclass
class TrainStep:
    """A training step: forward, backward from a random projection of all outputs, and an Adam step.

    The projection is drawn at the first call. A cell without trainable parameters, such as a fixed
    reservoir, only runs forward.
    """

    bench: Bench
    direction: Tensor | None = None
    optimiser: torch.optim.Optimizer | None = field(init=False)

    def __post_init__(self) -> None:
        parameters = self.bench.cell.parameters()
        trainable = [parameter for parameter in parameters if parameter.requires_grad]
        self.optimiser = torch.optim.Adam(trainable) if trainable else None

    def __call__(self) -> None:
        if self.optimiser is None:
            self.bench.cell(self.bench.x_BT)
            return
        self.optimiser.zero_grad()
        self.forward_and_backward()
        self.optimiser.step()

    def forward_and_backward(self) -> None:
        """Run the step without its optimiser."""
        y_BT, _ = self.bench.cell(self.bench.x_BT)
        if self.direction is None:
            self.direction = torch.randn_like(y_BT)
        loss = (y_BT * self.direction).mean()
        if loss.requires_grad:
            loss.backward()


@dataclass
class Inference:
    """A forward pass in evaluation mode."""

    bench: Bench

    def __post_init__(self) -> None:
        self.bench.cell.eval()

    @torch.inference_mode()
    def __call__(self) -> None:
        self.bench.cell(self.bench.x_BT)


@dataclass
class Streaming:
    """One step of one sequence per call, with the state carried from call to call.

    After the last inputs of the sequence come the first ones again, with the state unchanged.
    """

    bench: Bench
    state: Any = None
    calls: int = 0

    def __post_init__(self) -> None:
        self.bench.cell.eval()

    @torch.inference_mode()
    def __call__(self) -> None:
        position = self.calls % self.bench.x_BT.shape[1]
        x_11 = self.bench.x_BT[:, position : position + 1]
        if self.calls == 0:
            _, self.state = self.bench.cell(x_11)
        else:
            _, self.state = self.bench.cell(x_11, self.state)
        self.calls += 1


Step = TrainStep | Inference | Streaming
STEPS: dict[str, type[Step]] = {
    "train-step-time": TrainStep,
    "inference-time": Inference,
    "streaming-time": Streaming,
}
