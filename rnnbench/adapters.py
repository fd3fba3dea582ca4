"""Adapters: what stands between a layer written otherwise and the cell contract, in one word each.

A layer that needs input size = hidden size wants no adapter: `CellSpec(same_size=True)` has its
inputs projected.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from rnnbench.state import DeclaresInitialState
from rnnbench.step_cell import StepCell


class TimeFirst(nn.Module):
    """A layer over (T, B, I), as a cell over (B, T, I); its state is handed on as it is."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """(B, T, I) to (B, T, H) and the state."""
        x_TBI = x_BTI.transpose(0, 1)
        y_TBH, after = self.layer(x_TBI) if state is None else self.layer(x_TBI, state)
        return y_TBH.transpose(0, 1), after


class Stateless(nn.Module):
    """A layer that gives outputs alone: (B, T, I) to (B, T, H). Declare `carries_state=False` with
    it."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, None]:  # noqa: ARG002
        """(B, T, I) to (B, T, H); there is no state. Raises ValueError where T is 0."""
        if not x_BTI.shape[1]:
            raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")
        return self.layer(x_BTI), None


class NamedState(nn.Module):
    """A layer that takes its state under another name: `layer(x, h0=state)`, with `argument="h0"`.

    Also around the layer of `Stepwise` and `StepwiseWithOutput`. Without a state the layer is
    called with x alone.
    """

    def __init__(self, layer: nn.Module, argument: str) -> None:
        super().__init__()
        self.layer = layer
        self.argument = argument

    def forward(self, x: Tensor, state: Any = None) -> Any:
        """What the layer gives for x and the state under its name."""
        return self.layer(x) if state is None else self.layer(x, **{self.argument: state})


class Stepwise(StepCell):
    """A cell for one step, `layer(x_BI, state) -> state`, as torch's GRUCell and LSTMCell are: a
    state is a tensor or a tuple whose first tensor is the output, and none at all is the initial
    one."""

    def __init__(self, layer: nn.Module, implementation: str = "eager") -> None:
        super().__init__(implementation)
        self.layer = layer

    def initial_state(self, x_BI: Tensor) -> Any:  # noqa: ARG002
        """None: the layer knows where it begins."""
        return None

    def step(self, x_BI: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step; the output is the first tensor of the new state."""
        after = self.layer(x_BI) if state is None else self.layer(x_BI, state)
        return after if isinstance(after, Tensor) else after[0], after


class StepwiseWithOutput(StepCell):
    """A cell for one step that gives output and state, `layer(x_BI, state) -> (y_BH, state)`.

    initial_state: from the inputs of one step to the state before it, where the layer does not know
                   where it begins. Without it, the layer's own method `initial_state(x_BI)` is
                   called where it has one; a layer without both is called with x_BI alone at the
                   first step.
    """

    def __init__(
        self,
        layer: nn.Module,
        initial_state: Callable[[Tensor], Any] | None = None,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        self.layer = layer
        self.first_state = initial_state

    def initial_state(self, x_BI: Tensor) -> Any:
        """The state before the first step; None where the layer knows where it begins."""
        if self.first_state is not None:
            return self.first_state(x_BI)
        if isinstance(self.layer, DeclaresInitialState):
            return self.layer.initial_state(x_BI)
        return None

    def step(self, x_BI: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step, as the layer gives it."""
        y_BH, after = self.layer(x_BI) if state is None else self.layer(x_BI, state)
        return y_BH, after
