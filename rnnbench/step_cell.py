"""StepCell: a cell given by one step. Authors write `step` and `initial_state`; it is unrolled
here."""

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
"""Steps that are compiled together. Longer chunks are hardly faster and take longer to compile
(`benchmarks/compiled.py`)."""


class StepCell(nn.Module, ABC):
    """A cell given by its step: `step(x_BI, state) -> (y_BH, state)`.

    implementation: "eager" runs the step unchanged; "compiled" runs chunks of ten steps that
    torch.compile has fused, and the remaining steps unchanged. The first call at a shape takes
    seconds to tens of seconds.

    Only `prepare` takes work out of the loop over time. The gradient is that of the unrolled graph.
    Raises RnnbenchError for another implementation, and DataUnavailable for "compiled" without a
    C++ compiler.
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
        """Return the state before the first step, with the batch size, dtype and device of x_BI."""

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Do what needs no state, for all steps at once.

        Maps (B, T, I) to the inputs of `step` at each step, (B, T, ...).
        """
        return x_BTI

    @abstractmethod
    def step(self, x_BI: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Map prepared input (B, ...) and state to output (B, H) and the new state."""

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Run all steps: (B, T, I) to (B, T, H) and the state after the last step.

        Raises ValueError where T is 0, which leaves no output to return.
        """
        steps = x_BTI.shape[1]
        if steps == 0:
            raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        prepared_BT = self.prepare(x_BTI)
        compiled = self.implementation == "compiled"
        chunk_steps = CHUNK if compiled else steps
        outputs = []
        # Slices would cost T each in backward; torch.split does not.
        for chunk_BT in torch.split(prepared_BT, chunk_steps, dim=1):
            whole_chunk = chunk_BT.shape[1] == CHUNK
            run = _compiled_chunk() if compiled and whole_chunk else unroll
            y_BTH, state = run(self, chunk_BT, state)
            outputs.append(y_BTH)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1), state


def unroll(cell: StepCell, prepared_BT: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Run one step after another, and stack the outputs."""
    outputs = []
    for x_BI in prepared_BT.unbind(1):
        y_BH, state = cell.step(x_BI, state)
        outputs.append(y_BH)
    return torch.stack(outputs, dim=1), state


@cache
def _compiled_chunk() -> Callable[..., tuple[Tensor, Any]]:
    """Return the compiled loop over a chunk, compiled once a process.

    It is kept apart from the cells, so that they can be copied and pickled.
    """
    return torch.compile(unroll)


def has_compiler() -> bool:
    """Whether torch.compile finds a C++ compiler."""
    return any(which(name) for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++") if name)
