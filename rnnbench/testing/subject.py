"""The cell under test: fresh copies of it, inputs for it, and runs of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.contracts import DEFAULT, CellSpec
from rnnbench.records import Option
from rnnbench.testing.importing import Imported
from rnnbench.testing.outcome import fail

INPUTS, UNITS = 3, 5
FRAME = (2, 4, 5)
STEPS = 33
"""Long enough for chunks of 1, 7 and 16, and a multiple of none of the sizes in which chunked forms
are written."""
BATCH = 3
NOISE = 0.05
"""Standard deviation of what is added to every parameter: some cells give exactly 0 as they are
initialised."""
AGREE = 1e-8
"""How far figures may be apart that should be equal in float64. Sound cells were within 1e-12,
broken ones off by 1e-3 and more."""

NOT_LOOKED = Imported()


@dataclass(frozen=True)
class Subject:
    """A cell with its options, in one implementation, at sizes that it can take.

    dtype: what is computed in, float64 wherever the cell can.
    skip:  implementations that are not to be compared.
    noise: standard deviation of what is added to every parameter.
    imported: what torch was before its code was imported.
    agree: how far apart equal figures may be in float64.
    tolerance: how far apart equal figures may be, relative to their size where that is above 1.
    """

    spec: CellSpec
    options: Mapping[str, Option] = field(default_factory=dict)
    implementation: str = DEFAULT
    units: int = 0
    seed: int = 0
    dtype: torch.dtype = torch.float64
    skip: tuple[str, ...] = ()
    noise: float = NOISE
    imported: Imported = NOT_LOOKED
    agree: float = AGREE

    @property
    def hidden_size(self) -> int:
        """The smallest one that the cell can take, from 5 on."""
        return self.units or self.spec.hidden_size(UNITS)

    @property
    def input_size(self) -> int | tuple[int, int, int]:
        """I, or (C, H, W)."""
        if self.spec.inputs == "frames":
            return FRAME
        return self.hidden_size if self.spec.same_size else INPUTS

    @property
    def steps(self) -> int:
        """T, as the cell allows."""
        return min(STEPS, self.spec.longest or STEPS)

    @property
    def tolerance(self) -> float:
        return self.agree if self.dtype == torch.float64 else 1e-3

    def changed(self, **changes: Any) -> "Subject":
        """The same but for these fields."""
        return replace(self, **changes)

    def build(self, *, noise: float | None = None, training: bool = False) -> nn.Module:
        """A cell with the weights of the seed, moved a little off where they begin."""
        seed_everything(self.seed)
        cell = as_dtype(self.construct(), self.dtype)
        noise = self.noise if noise is None else noise
        generator = torch.Generator().manual_seed(self.seed + 1)
        with torch.no_grad():
            for parameter in cell.parameters():
                parameter.add_(
                    noise * torch.randn(parameter.shape, dtype=parameter.dtype, generator=generator)
                )
        return cell.train(training)

    def construct(self) -> nn.Module:
        """What `build` gives, as it gives it."""
        cell: nn.Module = self.spec.load(self.options, self.implementation)(
            self.input_size, self.hidden_size
        )
        return cell

    def inputs(self, batch: int = BATCH, steps: int = 0, seed: int = 0) -> Tensor:
        """Noise, (B, T, I) or (B, T, C, H, W)."""
        size = self.input_size
        shape = (batch, steps or self.steps, *((size,) if isinstance(size, int) else size))
        generator = torch.Generator().manual_seed(1000 + seed)
        return torch.randn(shape, dtype=torch.float64, generator=generator).to(self.dtype)

    def gap(self, a: Tensor, b: Tensor) -> float:
        """The largest difference, over the largest figure where that is above 1; infinite where one
        is not finite."""
        if a.shape != b.shape:
            fail(f"the shape is {tuple(b.shape)} where {tuple(a.shape)} was expected")
        if not a.numel():
            return 0.0
        gap = (a - b).abs().max().item() / max(1.0, a.abs().max().item())
        return gap if np.isfinite(gap) else float("inf")

    def demand(self, expected: Tensor, got: Tensor, what: str) -> None:
        """Fail where figures that should be equal are not: `what`, by how much, and how much is
        allowed."""
        gap = self.gap(expected, got)
        if gap > self.tolerance:
            fail(f"{what} by {gap:.2g} (at most {self.tolerance:g} expected)")


def run(cell: nn.Module, x_BT: Tensor, state: Any = None) -> tuple[Tensor, Any]:
    """Call the cell as the harness does: without a state where it is to begin from its own."""
    x_BT = x_BT.contiguous()
    y_BT, after = cell(x_BT) if state is None else cell(x_BT, state)
    return y_BT, after


def as_dtype(cell: nn.Module, dtype: torch.dtype) -> nn.Module:
    """All floating tensors of the module in this dtype, complex ones in the complex dtype of its
    precision."""

    def change(tensor: Tensor) -> Tensor:
        if tensor.is_complex():
            return tensor.to(dtype.to_complex())
        return tensor.to(dtype) if tensor.is_floating_point() else tensor

    changed: nn.Module = cell._apply(change)  # type: ignore[no-untyped-call]
    return changed


def seed_everything(seed: int) -> None:
    """All the generators that a cell may draw from."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
