"""What StepCell does around an author's step; what is compiled is counted here, and compared
elsewhere."""

import pickle
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench import step_cell


class Summed(rnnbench.StepCell):
    """h_t = h_{t-1} + W x_t; W is applied beforehand."""

    def __init__(self, inputs: int, hidden: int, implementation: str = "eager") -> None:
        super().__init__(implementation)
        self.w = nn.Linear(inputs, hidden, bias=False)
        self.prepared = 0

    def initial_state(self, x_BI: Tensor) -> Tensor:
        return x_BI.new_zeros(len(x_BI), self.w.out_features)

    def prepare(self, x_BTI: Tensor) -> Tensor:
        self.prepared += 1
        return self.w(x_BTI)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return state + x_BI, state + x_BI


@pytest.mark.parametrize(("steps", "compiled"), [(9, []), (10, [10]), (25, [10, 10])])
def test_whole_chunks_are_compiled_and_the_rest_is_not(
    steps: int, compiled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks of ten steps; and the work that needs no state is done once."""
    seen: list[int] = []

    def recorded(cell: rnnbench.StepCell, prepared_BT: Tensor, state: Any) -> tuple[Tensor, Any]:
        seen.append(prepared_BT.shape[1])
        return step_cell.unroll(cell, prepared_BT, state)

    monkeypatch.setattr(step_cell, "_compiled_chunk", lambda: recorded)
    cell = Summed(3, 4, "compiled")
    x_BTI = torch.randn(2, steps, 3)
    y_BTH, state = cell(x_BTI)
    assert seen == compiled
    assert cell.prepared == 1
    torch.testing.assert_close(y_BTH, cell.w(x_BTI).cumsum(1))
    torch.testing.assert_close(state, y_BTH[:, -1])


def test_an_eager_cell_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the sequence is."""

    def never() -> None:
        raise AssertionError("compiled")

    monkeypatch.setattr(step_cell, "_compiled_chunk", never)
    assert Summed(3, 4)(torch.randn(2, 30, 3))[0].shape == (2, 30, 4)


def test_without_a_compiler_the_compiled_form_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As data that are not there: its trials are skipped. Another name is an error with the names
    that there are."""
    monkeypatch.setattr(step_cell, "which", lambda _: None)
    with pytest.raises(rnnbench.DataUnavailable, match="needs a C"):
        Summed(3, 4, "compiled")
    with pytest.raises(
        rnnbench.RnnbenchError,
        match=r"no implementation called 'quick'\. There are: eager, compiled",
    ):
        Summed(3, 4, "quick")


def test_a_compiled_cell_is_copied_and_pickled() -> None:
    """What is compiled belongs to the process."""
    cell = Summed(3, 4, "compiled")
    assert deepcopy(cell).implementation == "compiled"
    assert pickle.loads(pickle.dumps(cell)).implementation == "compiled"
