"""Gate saturation: gates that are seen, told apart and named in any implementation."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench_diagnostics.gate_saturation import gate_saturation
from rnnbench_diagnostics.gates import Gates, gates_of
from tests.test_diagnostics import rng

STEPS = 7
HIDDEN = 4
SEQUENCES = 6


def inputs(features: int = 3) -> Tensor:
    torch.manual_seed(0)
    return 4 * torch.randn(SEQUENCES, STEPS, features)


def made(name: str, implementation: str = "default", **options: object) -> nn.Module:
    torch.manual_seed(1)
    cell: nn.Module = Catalogue.present().cells[name].item.load(options, implementation)(3, HIDDEN)
    return cell


def in_tenths(gate: Tensor) -> list[int]:
    """The number of activations in each tenth."""
    return np.histogram(gate.detach().numpy(), bins=10, range=(0, 1))[0].tolist()


def gates_of_lstm(cell: Any, x: Tensor) -> dict[str, Tensor]:
    """The gates of torch's LSTM over all steps, by a plain loop."""
    h = torch.zeros(len(x), HIDDEN)
    c = torch.zeros(len(x), HIDDEN)
    gates: dict[str, list[Tensor]] = {"i": [], "f": [], "o": []}
    for x_t in x.unbind(1):
        sums = x_t @ cell.weight_ih_l0.T + cell.bias_ih_l0 + h @ cell.weight_hh_l0.T
        i, f, g, o = (sums + cell.bias_hh_l0).chunk(4, -1)
        for name, gate in zip(gates, (i, f, o), strict=True):
            gates[name].append(gate.sigmoid())
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return {name: torch.stack(values) for name, values in gates.items()}


@pytest.mark.parametrize("implementation", ["native", "eager"])
def test_the_gates_of_an_lstm_are_those_of_a_plain_loop(implementation: str) -> None:
    """By name, in torch's kernel and step by step."""
    cell = made("lstm", implementation)
    seen = gates_of(cell, inputs())
    expected = gates_of_lstm(cell, inputs())
    assert set(seen) == {"i", "f", "o"}
    for name, gate in expected.items():
        assert seen[name].tolist() == in_tenths(gate), name


def test_compiled_cells_are_seen_as_those_that_run_step_by_step() -> None:
    """They run as they are written, so that nothing is fused."""
    compiled = made("gru", "compiled")
    same(gates_of(compiled, inputs()), gates_of(made("gru", "eager"), inputs()))


def same(ours: Gates, theirs: Gates) -> None:
    assert {name: counts.tolist() for name, counts in ours.items()} == {
        name: counts.tolist() for name, counts in theirs.items()
    }


@pytest.mark.parametrize(
    ("name", "gates"),
    [
        ("gru", {"r", "z"}),
        ("gru-v3", {"reset", "update"}),
        ("mingru", {"keep", "gate 2", "logit"}),
        ("rglru", {"r", "i"}),
        ("mlstm", {"log_forget", "output"}),
        ("gla", {"logits"}),
        ("janet", {"written", "forget"}),
        ("fastgrnn", {"keep"}),
        ("hgrn", {"forget", "1 - forget"}),
        ("peephole-lstm", {"i", "f", "o"}),
        ("torchrecurrent-ran", {"input_gate", "forget_gate"}),
    ],
)
def test_gates_are_named_as_in_the_source(name: str, gates: set[str]) -> None:
    """Two that are computed together are two; sigmoids of parameters are none."""
    assert set(gates_of(made(name), inputs())) == gates


class Known(nn.Module):
    """Gates of known activations: a fifth shut, and all but a tenth open."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        levels = torch.arange(10.0).expand(*x.shape[:2], 10)
        shut = torch.where(levels < 2, -9.0, 0.0)
        open_BTH = torch.where(levels < 9, 9.0, 0.0)
        kept = torch.sigmoid(shut)
        return kept * functional.logsigmoid(open_BTH), None


def test_shares_are_by_gate() -> None:
    """Below 0.1, above 0.9, and over all gates in tenths that add up to one."""
    found = gate_saturation(Known(), inputs(), rng())
    assert found.figures == pytest.approx(
        {"kept below 0.1": 0.2, "kept above 0.9": 0, "open below 0.1": 0, "open above 0.9": 0.9}
    )
    assert found.x == pytest.approx([0.05 + 0.1 * place for place in range(10)])
    assert found.y == pytest.approx([0.1, 0, 0, 0, 0, 0.45, 0, 0, 0, 0.45])


class Helped(nn.Module):
    """Three gates by one helper function at each step, two of them on one line."""

    def gate(self, x: Tensor) -> Tensor:
        return (x + 0).sigmoid()

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        outputs = []
        for x_t in x.unbind(1):
            outputs.append(x_t)
            for shift in (9, -9):
                opened = self.gate(shift + 0 * x_t)
                outputs[-1] = outputs[-1] + opened
            half_BH = self.gate(0 * x_t)
            outputs[-1] = outputs[-1] + half_BH
        return torch.stack(outputs, 1), None


def test_gates_of_one_helper_are_told_apart_by_their_order() -> None:
    """They are called what its callers call them; the first is always open, the second shut."""
    found = gate_saturation(Helped(), inputs(), rng())
    assert found.figures == {
        "opened below 0.1": 0,
        "opened above 0.9": 1,
        "opened (2) below 0.1": 1,
        "opened (2) above 0.9": 0,
        "half below 0.1": 0,
        "half above 0.9": 0,
    }


def test_a_cell_without_gates_is_refused() -> None:
    """Its sentence says what may hide them, and what to do."""
    with pytest.raises(
        rnnbench.Refused, match=r"RNN computes no sigmoid that can be seen: .*eager"
    ):
        gate_saturation(made("rnn"), inputs(), rng())


class Broken(nn.Module):
    """A gate of what is no number."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        return torch.sigmoid(x * torch.nan), None


def test_gates_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(rnnbench.Refused, match="the activations of a gate are not numbers"):
        gate_saturation(Broken(), inputs(), rng())


def test_a_place_without_source_has_a_number() -> None:
    """Code that was made at run time; and looking at it changes no output."""
    space: dict[str, Any] = {"nn": nn, "torch": torch}
    exec(
        "class Made(nn.Module):\n    def forward(self, x, state=None):\n"
        "        return torch.sigmoid(x), None\n",
        space,
    )
    cell = space["Made"]()
    assert list(gates_of(cell, inputs())) == ["gate 1"]
    lstm = made("lstm")
    before, _ = lstm(inputs())
    gates_of(lstm, inputs())
    after, _ = lstm(inputs())
    assert torch.equal(before, after)
    assert torch.backends.mkldnn.enabled
