"""What a cost trial measures: a bare cell with noise for inputs, and one kind of step on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
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
        """The cell that `make` gives, its weights and inputs drawn by the round of the trial."""
        shape, streaming = trial.shape, trial.measurement == "streaming-time"
        torch.manual_seed(seeds.integer(trial.round, "weights"))
        cell = make().to(trial.device)
        batch = 1 if streaming else shape.batch
        features = (shape.inputs,) if shape.frame is None else shape.frame
        x_BT = torch.randn(batch, shape.steps, *features, device=trial.device)
        return cls(cell, x_BT.flatten(2) if flat else x_BT)

    @classmethod
    def of_cell(
        cls, trial: CostTrial, use: CellUse, catalogue: Catalogue, implementation: str = ""
    ) -> "Bench":
        """The cell of a trial; where another implementation is named, that one."""
        spec = catalogue.cells[use.name].item
        build = spec.load(use.options, implementation or use.implementation)
        over_frames = spec.inputs == "frames"
        inputs: Any = trial.shape.frame if over_frames else flat_inputs(trial)
        hidden = hidden_size(
            trial.shape, lambda size: build(inputs, size), spec.hidden_multiple, spec.smallest
        )
        return cls.build(trial, lambda: build(inputs, hidden), flat=not over_frames)

    @classmethod
    def of_reference_cell(cls, trial: CostTrial) -> "Bench":
        """torch's LSTM of the same shape."""
        inputs = flat_inputs(trial)
        hidden = hidden_size(trial.shape, lambda size: nn.LSTM(inputs, size))
        return cls.build(trial, lambda: nn.LSTM(inputs, hidden, batch_first=True))


def hidden_size(
    shape: Shape, make: Callable[[int], nn.Module], multiple: int = 1, smallest: int = 1
) -> int:
    """H of a layer at this shape: that of the shape, or the one that is nearest to its budget of
    parameters.

    Raises Refused where the budget cannot be met.
    """
    if shape.parameters is None:
        return shape.hidden
    budget = Recipe(match="parameters", parameters=shape.parameters)
    return solve_size(
        budget, lambda size: Extent(count_parameters(make(size)), 0), multiple, smallest
    ).hidden


def flat_inputs(trial: CostTrial) -> int:
    """I; of frames, all their numbers."""
    frame = trial.shape.frame
    return trial.shape.inputs if frame is None else frame[0] * frame[1] * frame[2]


@dataclass
class TrainStep:
    """Forward, backward from a random projection of all outputs (drawn at the first call), and an
    Adam step.

    Of a cell that has nothing to learn, a fixed reservoir, forward is all there is.
    """

    bench: Bench
    direction: Tensor | None = None
    optimiser: torch.optim.Optimizer | None = field(init=False)

    def __post_init__(self) -> None:
        learned = [
            parameter for parameter in self.bench.cell.parameters() if parameter.requires_grad
        ]
        self.optimiser = torch.optim.Adam(learned) if learned else None

    def __call__(self) -> None:
        if self.optimiser is None:
            self.bench.cell(self.bench.x_BT)
            return
        self.optimiser.zero_grad()
        self.forward_and_backward()
        self.optimiser.step()

    def forward_and_backward(self) -> None:
        """The step without its optimiser."""
        y_BT, _ = self.bench.cell(self.bench.x_BT)
        if self.direction is None:
            self.direction = torch.randn_like(y_BT)
        loss = (y_BT * self.direction).mean()
        if loss.requires_grad:
            loss.backward()


@dataclass
class Inference:
    """Forward alone, in evaluation."""

    bench: Bench

    def __post_init__(self) -> None:
        self.bench.cell.eval()

    @torch.inference_mode()
    def __call__(self) -> None:
        self.bench.cell(self.bench.x_BT)


@dataclass
class Streaming:
    """One step of one sequence at each call, the state carried from the call before. A stream does
    not end: after the last inputs come the first ones again, and the state goes on."""

    bench: Bench
    state: Any = None
    calls: int = 0

    def __post_init__(self) -> None:
        self.bench.cell.eval()

    @torch.inference_mode()
    def __call__(self) -> None:
        at = self.calls % self.bench.x_BT.shape[1]
        x_11 = self.bench.x_BT[:, at : at + 1]
        _, self.state = (
            self.bench.cell(x_11) if self.calls == 0 else self.bench.cell(x_11, self.state)
        )
        self.calls += 1


Step = TrainStep | Inference | Streaming
STEPS: dict[str, type[Step]] = {
    "train-step-time": TrainStep,
    "inference-time": Inference,
    "streaming-time": Streaming,
}
