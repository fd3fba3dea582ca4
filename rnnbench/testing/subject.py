"""The cell under test: fresh copies of it, inputs for it, and calls of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench import text
from rnnbench.contracts import DEFAULT, CellSpec
from rnnbench.generators import seed_torch
from rnnbench.records import Option
from rnnbench.testing.importing import Imported
from rnnbench.testing.outcome import fail

INPUTS = 3
UNITS = 5
FRAME = (2, 4, 5)
STEPS = 33
"""Sequence length: long enough for chunks of 1, 7 and 16, and no multiple of usual chunk sizes."""
BATCH = 3
NOISE = 0.05
"""Standard deviation of the noise added to every parameter; without it some cells output exactly
0."""
AGREE = 1e-8
"""Largest difference allowed between figures that should be equal in float64. Sound cells stay
within 1e-12; broken cells differ by 1e-3 and more."""

NOTHING_IMPORTED = Imported()


@dataclass(frozen=True)
class Subject:
    """A cell with its options, in one implementation, at sizes that it accepts.

    dtype:    dtype of the computation; float64 for every cell that can run in it.
    skip:     implementations that are not compared with the default one.
    noise:    standard deviation of the noise added to every parameter.
    imported: state of torch before the code of the cell was imported.
    agree:    largest difference allowed between equal figures in float64.
    """

    spec: CellSpec
    options: Mapping[str, Option] = field(default_factory=dict)
    implementation: str = DEFAULT
    units: int = 0
    seed: int = 0
    dtype: torch.dtype = torch.float64
    skip: tuple[str, ...] = ()
    noise: float = NOISE
    imported: Imported = NOTHING_IMPORTED
    agree: float = AGREE

    @property
    def hidden_size(self) -> int:
        """The smallest hidden size from 5 on that the cell accepts, unless `units` is set."""
        return self.units or self.size_from(UNITS)

    @property
    def multiple(self) -> int:
        """The number of which hidden sizes are multiples under its options."""
        return self.spec.multiple(self.options)

    def size_from(self, wanted: int) -> int:
        """Return the smallest hidden size from this one on that the cell accepts."""
        return self.spec.hidden_size(wanted, self.options)

    @property
    def input_size(self) -> int | tuple[int, int, int]:
        """I for cells over features, (C, H, W) for cells over frames."""
        if self.spec.inputs == "frames":
            return FRAME
        return self.hidden_size if self.spec.same_size else INPUTS

    @property
    def steps(self) -> int:
        """T: the usual sequence length, or the longest one that the cell accepts."""
        return min(STEPS, self.spec.longest or STEPS)

    @property
    def tolerance(self) -> float:
        """Largest allowed difference, relative to the largest figure where that exceeds 1."""
        return self.agree if self.dtype == torch.float64 else 1e-3

    def long_steps(self, features: int, frames: int) -> int:
        """Length of a long sequence for this kind of inputs, within the cell's longest one."""
        steps = features if self.spec.inputs == "features" else frames
        return min(steps, self.spec.longest or features)

    def changed(self, **changes: Any) -> "Subject":
        """Return a copy of this subject with these fields changed."""
        return replace(self, **changes)

    def build(self, *, noise: float | None = None, training: bool = False) -> nn.Module:
        """Build the cell with the weights of the seed, moved a little off their initial values."""
        seed_everything(self.seed)
        cell = as_dtype(self.construct(), self.dtype)
        scale = self.noise if noise is None else noise
        generator = torch.Generator().manual_seed(self.seed + 1)
        with torch.no_grad():
            for parameter in cell.parameters():
                shape = parameter.shape
                added = torch.randn(shape, dtype=parameter.dtype, generator=generator)
                parameter.add_(scale * added)
        return cell.train(training)

    def construct(self) -> nn.Module:
        """Call the cell's `build` function and return its result unchanged."""
        build = self.spec.load(self.options, self.implementation)
        cell: nn.Module = build(self.input_size, self.hidden_size)
        return cell

    def inputs(self, batch: int = BATCH, steps: int = 0, seed: int = 0) -> Tensor:
        """Draw standard normal inputs, (B, T, I) or (B, T, C, H, W)."""
        size = self.input_size
        features = (size,) if isinstance(size, int) else size
        shape = (batch, steps or self.steps, *features)
        generator = torch.Generator().manual_seed(1000 + seed)
        return torch.randn(shape, dtype=torch.float64, generator=generator).to(self.dtype)

    def gap(self, expected: Tensor, actual: Tensor) -> float:
        """Return the largest difference, relative to the largest expected figure if that exceeds 1.

        The gap is infinite where a figure is not finite. Raises CheckFailed for different shapes.
        """
        if expected.shape != actual.shape:
            shape = tuple(actual.shape)
            fail(f"the shape is {shape} where {tuple(expected.shape)} was expected")
        if not expected.numel():
            return 0.0
        scale = max(1.0, expected.abs().max().item())
        gap = (expected - actual).abs().max().item() / scale
        return gap if np.isfinite(gap) else float("inf")

    def demand(self, expected: Tensor, actual: Tensor, complaint: str) -> None:
        """Raise CheckFailed where figures that should be equal differ beyond the tolerance."""
        gap = self.gap(expected, actual)
        if gap > self.tolerance:
            most = text.setting(self.tolerance)
            fail(f"{complaint} by {text.rounded(gap, 2)} (at most {most} expected)")


def run(cell: nn.Module, x_BT: Tensor, state: Any = None) -> tuple[Tensor, Any]:
    """Call the cell as the harness does: with no state argument where it starts from its own
    state."""
    x_BT = x_BT.contiguous()
    y_BT, after = cell(x_BT) if state is None else cell(x_BT, state)
    return y_BT, after


def as_dtype(cell: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Convert all floating-point tensors of the module to this dtype.

    Complex tensors are converted to the complex dtype of the same precision.
    """

    def change(tensor: Tensor) -> Tensor:
        if tensor.is_complex():
            return tensor.to(dtype.to_complex())
        return tensor.to(dtype) if tensor.is_floating_point() else tensor

    changed: nn.Module = cell._apply(change)  # type: ignore[no-untyped-call]
    return changed


def seed_everything(seed: int) -> None:
    """Seed every global generator that a cell may draw from: torch's, Python's and numpy's."""
    seed_torch(seed)
    random.seed(seed)
    np.random.seed(seed)


def random_like(tensor: Tensor, seed: int) -> Tensor:
    """Draw standard normal numbers in the shape and dtype of a tensor."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(tensor.shape, dtype=tensor.dtype, generator=generator)
