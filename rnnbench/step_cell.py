"""StepCell: for authors who think one step at a time. Write `step` and `initial_state`; the
unrolling is done here."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from shutil import which
from typing import Any, Literal

import torch
from torch import Tensor, nn

from rnnbench.errors import DataUnavailable, RnnbenchError

Unrolling = Literal["eager", "compiled"]
IMPLEMENTATIONS = ("eager", "compiled")
CHUNK = 10
"""Steps compiled together: longer chunks are hardly faster and take longer to compile
(`benchmarks/compiled.py`)."""


class StepCell(nn.Module, ABC):
    """A cell given by its step: `step(x_BI, state) -> (y_BH, state)`.

    implementation: "eager" runs the step as it stands; "compiled" runs chunks of ten steps that
                    torch.compile has fused, and the steps left over as they stand. The first call
                    at a shape takes seconds to tens of seconds.

    Nothing is hoisted out of the loop over time but what `prepare` does. The gradient is that of
    the unrolled graph. Raises RnnbenchError for another implementation, and DataUnavailable for
    "compiled" without a C++ compiler.
    """

    def __init__(self, implementation: str = "eager") -> None:
        super().__init__()
        if implementation not in IMPLEMENTATIONS:
            raise RnnbenchError(
                f"no implementation called '{implementation}'. There are:"
                f" {', '.join(IMPLEMENTATIONS)}"
            )
        if implementation == "compiled" and not has_compiler():
            raise DataUnavailable(
                "implementation 'compiled' needs a C++ compiler (CXX, c++ or g++), and there is"
                " none"
            )
        self.implementation = implementation

    @abstractmethod
    def initial_state(self, x_BI: Tensor) -> Any:
        """The state before the first step, on the device and in the dtype of x_BI; batch size from
        x_BI."""

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """What needs no state, done for all steps at once: (B, T, I) to what `step` takes at each,
        (B, T, ...)."""
        return x_BTI

    @abstractmethod
    def step(self, x_BI: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: prepared input (B, ...) and state to output (B, H) and new state."""

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """All steps: (B, T, I) to (B, T, H) and the state after the last step.

        Raises ValueError where T is 0, for then there is no output to give.
        """
        steps = x_BTI.shape[1]
        if steps == 0:
            raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        prepared_BT = self.prepare(x_BTI)
        compiled = self.implementation == "compiled"
        outputs = []
        for part_BT in torch.split(
            prepared_BT, CHUNK if compiled else steps, dim=1
        ):  # slices would cost T each in backward
            run = _compiled_chunk() if compiled and part_BT.shape[1] == CHUNK else unroll
            y_BTH, state = run(self, part_BT, state)
            outputs.append(y_BTH)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1), state


def unroll(cell: StepCell, prepared_BT: Tensor, state: Any) -> tuple[Tensor, Any]:
    """One step after the other."""
    outputs = []
    for x_BI in prepared_BT.unbind(1):
        y_BH, state = cell.step(x_BI, state)
        outputs.append(y_BH)
    return torch.stack(outputs, dim=1), state


@cache
def _compiled_chunk() -> Callable[..., tuple[Tensor, Any]]:
    """Compiled once a process, and held apart from the cells, which can so be copied and
    pickled."""
    return torch.compile(unroll)


def has_compiler() -> bool:
    """Whether torch.compile finds a C++ compiler."""
    return any(which(name) for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++") if name)
