"""The peephole LSTM and its ablations against plain loops over the equations of Greff et al.
2015."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.model import count_parameters, probe
from rnnbench_cells.specs.ablations import SPECS
from rnnbench_cells.vanilla_lstm import VanillaLSTM

Array = np.ndarray[Any, Any]
BY_NAME = {spec.name: spec for spec in SPECS}
BLOCKS = {"no-input-gate": "fgo", "no-forget-gate": "igo", "no-output-gate": "ifg", "cifg": "igo"}


def perturbed(name: str, **options: Any) -> nn.Module:
    """The cell at I = 3 and H = 5 in float64, every parameter moved at random."""
    torch.manual_seed(0)
    cell = BY_NAME[name].load(options)(3, 5).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter += 0.5 * torch.randn_like(parameter)
    return cell


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def by_the_paper(name: str, named: dict[str, Array], x_BTI: Array) -> list[Array]:
    """h after each step by the equations of section II and appendix A, for a batch, gate by
    gate."""
    blocks = BLOCKS.get(name, "ifgo")
    w, r, b = (
        {k: named[key][i * 5 :][:5] for i, k in enumerate(blocks)}
        for key in ("weight_ih", "weight_hh", "bias")
    )
    gates = blocks.replace("g", "")
    p = {
        k: named["peepholes"][i] if "peepholes" in named else np.zeros(5)
        for i, k in enumerate(gates)
    }
    between = named.get("weight_gates", np.zeros((15, 15)))
    y = c = np.zeros((len(x_BTI), 5))
    i = f = o = np.zeros_like(y)
    outputs = []
    for t in range(x_BTI.shape[1]):
        x = x_BTI[:, t]

        def total(
            k: str, y: Array = y, x: Array = x, before: tuple[Array, ...] = (i, f, o)
        ) -> Array:
            row = "ifo".index(k) if k in "ifo" else 0
            of_gates = sum(
                gate @ between[5 * row : 5 * row + 5, 5 * n : 5 * n + 5].T
                for n, gate in enumerate(before)
            )
            return np.asarray(x @ w[k].T + y @ r[k].T + b[k] + (of_gates if k in "ifo" else 0))

        z = total("g") if name == "no-input-activation" else np.tanh(total("g"))
        i = np.ones_like(c) if name == "no-input-gate" else sigmoid(total("i") + p["i"] * c)
        if name == "no-forget-gate":
            f = np.ones_like(c)
        elif name == "cifg":
            f = 1 - i
        else:
            f = sigmoid(total("f") + p["f"] * c)
        c = z * i + c * f
        o = np.ones_like(c) if name == "no-output-gate" else sigmoid(total("o") + p["o"] * c)
        y = (c if name == "no-output-activation" else np.tanh(c)) * o
        outputs.append(y)
    return outputs


@pytest.mark.parametrize("peepholes", [True, False])
@pytest.mark.parametrize("name", BY_NAME)
def test_each_variant_is_a_plain_loop_over_the_equations_of_the_paper(
    name: str, peepholes: bool
) -> None:
    """In numpy, gate by gate, every output to 1e-12; and it is not what the vanilla one gives."""
    cell = perturbed(name, peepholes=peepholes)
    named = {key: parameter.detach().numpy() for key, parameter in cell.named_parameters()}
    x_BTI = np.random.default_rng(0).normal(size=(4, 6, 3))
    expected = np.stack(by_the_paper(name, named, x_BTI), axis=1)
    np.testing.assert_allclose(
        cell(torch.tensor(x_BTI))[0].detach().numpy(), expected, atol=1e-12, rtol=0
    )


@pytest.mark.parametrize("peephole", [0.0, 0.5])
def test_without_peepholes_it_is_the_lstm_of_torch(peephole: float) -> None:
    """With p = 0 and copied weights, in float64, to 1e-12; with p = 0.5 it is not."""
    ours = perturbed("peephole-lstm")
    kernel = nn.LSTM(3, 5, batch_first=True).double()
    with torch.no_grad():
        named = dict(ours.named_parameters())
        named["peepholes"].fill_(peephole)
        kernel.weight_ih_l0.copy_(named["weight_ih"])
        kernel.weight_hh_l0.copy_(named["weight_hh"])
        kernel.bias_ih_l0.copy_(named["bias"])
        kernel.bias_hh_l0.zero_()
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64)
    assert torch.allclose(ours(x_BTI)[0], kernel(x_BTI)[0], atol=1e-12, rtol=0) == (peephole == 0)


def test_the_output_gate_sees_the_new_cell_state() -> None:
    """From c_0 = 0 the output gate's peephole matters already at the first step, those of the
    others do not."""
    cell = perturbed("peephole-lstm")
    peepholes = dict(cell.named_parameters())["peepholes"]
    (gradient,) = torch.autograd.grad(
        cell(torch.randn(4, 1, 3, dtype=torch.float64))[0].sum(), peepholes
    )
    assert not gradient[:2].any()
    assert gradient[2].all()


def test_without_a_forget_gate_nothing_is_forgotten() -> None:
    """dc_T/dc_0 = 1 where nothing is written: no recurrence, no peepholes and a closed input
    gate."""
    cell = perturbed("no-forget-gate", peepholes=False)
    with torch.no_grad():
        named = dict(cell.named_parameters())
        named["weight_hh"].zero_()
        named["bias"][:5] = -1e3
    c_0 = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    x_BTI = torch.randn(4, 9, 3, dtype=torch.float64)
    _, (_, c_T) = cell(x_BTI, (torch.zeros_like(c_0), c_0))
    torch.testing.assert_close(c_T, c_0, atol=1e-12, rtol=0)
    (gradient,) = torch.autograd.grad(c_T.sum(), c_0)
    torch.testing.assert_close(gradient, torch.ones_like(gradient), atol=1e-12, rtol=0)


def test_coupled_gates_keep_the_cell_state_bounded() -> None:
    """c_t is a mean of c_{t-1} and tanh(...), so |c| <= 1 for ever; without a forget gate it leaves
    [-1, 1]."""
    x_BTI = 3 * torch.ones(4, 100, 3, dtype=torch.float64)
    assert perturbed("cifg")(x_BTI)[1][1].abs().max() <= 1
    assert perturbed("no-forget-gate")(x_BTI)[1][1].abs().max() > 1


@pytest.mark.parametrize("name", BY_NAME)
def test_chunks_with_the_state_carried_equal_the_whole(name: str) -> None:
    """Steps 1, 3 and 3, in float64, to 1e-12; and the state given is left as it is."""
    cell = perturbed(name)
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64)
    whole, last = cell(x_BTI)
    parts = []
    state = None
    for part_BTI in (x_BTI[:, :1], x_BTI[:, 1:4], x_BTI[:, 4:]):
        given = state
        before = None if state is None else [tensor.clone() for tensor in state]
        y_BTH, state = cell(part_BTI, state)
        assert before is None or all(torch.equal(a, b) for a, b in zip(before, given, strict=True))
        parts.append(y_BTH)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-12, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_gradient_reaches_every_parameter_and_the_initial_state(name: str) -> None:
    """Finite differences agree in float64."""
    cell = perturbed(name)
    _, state = cell(torch.randn(2, 1, 3, dtype=torch.float64))
    state = tuple(tensor.detach().requires_grad_() for tensor in state)
    x_BTI = torch.randn(2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *state: cell(x, state)[0], (x_BTI, *state))
    cell(x_BTI, state)[0].square().sum().backward()
    assert all(
        parameter.grad is not None and parameter.grad.any() for parameter in cell.parameters()
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_large_inputs_stay_finite(name: str) -> None:
    """Inputs of +-1e4, twenty steps, where nothing squashes what is written or read too."""
    cell = BY_NAME[name].load()(3, 5)
    y_BTH, _ = cell(1e4 * torch.randn(2, 20, 3).sign())
    y_BTH.square().mean().backward()
    assert y_BTH.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in cell.parameters())


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("weight_std", [0.1, 0.02])
def test_a_variant_begins_as_its_source_says(name: str, weight_std: float) -> None:
    """Weights ~ N(0, weight_std^2) to within four standard errors; biases 0 but for the forget
    gate's."""
    torch.manual_seed(0)
    cell = BY_NAME[name].load({"weight_std": weight_std})(40, 60)
    for key, parameter in cell.named_parameters():
        if key != "bias":
            assert parameter.std().item() == pytest.approx(
                weight_std, rel=4 / math.sqrt(2 * parameter.numel())
            ), key
    blocks = BLOCKS.get(name, "ifgo")
    biases = dict(cell.named_parameters())["bias"].detach().reshape(len(blocks), 60)
    expected = {"f": 1.0, "i": -1.0 if name == "cifg" else 0.0}
    assert torch.equal(
        biases, torch.tensor([[expected.get(block, 0.0)] for block in blocks]).expand(-1, 60)
    )


@pytest.mark.parametrize(
    "name", [name for name, spec in BY_NAME.items() if "forget_bias" in spec.options]
)
def test_the_forget_gate_begins_at_the_sigmoid_of_its_bias(name: str) -> None:
    """With weights 0, c_1 = sigmoid(forget_bias) c_0, coupled gates and all; only no-forget-gate
    has no such option."""
    cell = BY_NAME[name].load({"forget_bias": -2.0, "weight_std": 0.0})(3, 5).double()
    state = tuple(
        torch.ones_like(tensor) for tensor in cell(torch.zeros(1, 1, 3, dtype=torch.float64))[1]
    )
    _, (_, c_BH, *_) = cell(torch.zeros(1, 1, 3, dtype=torch.float64), state)
    torch.testing.assert_close(c_BH, torch.full_like(c_BH, 1 / (1 + math.exp(2.0))))


@pytest.mark.parametrize(
    ("name", "parameters", "state"),
    [
        ("peephole-lstm", 67_456, 256),
        ("no-input-gate", 50_560, 256),
        ("no-forget-gate", 50_560, 256),
        ("no-output-gate", 50_560, 256),
        ("no-input-activation", 67_456, 256),
        ("no-output-activation", 67_456, 256),
        ("cifg", 50_560, 256),
        ("full-gate-recurrence", 214_912, 640),
    ],
)
@pytest.mark.parametrize("peepholes", [True, False])
def test_parameters_and_state_are_as_counted(
    name: str, parameters: int, state: int, peepholes: bool
) -> None:
    """At I = 2 and H = 128: what is gone leaves no parameters behind, nor do peepholes; and the
    formulas hold."""
    spec = BY_NAME[name]
    cell = BY_NAME[name].load({"peepholes": peepholes})(2, 128)
    gates = 3 if parameters > 60_000 else 2
    assert count_parameters(cell) == parameters - (0 if peepholes else gates * 128)
    assert spec.parameters is not None
    assert spec.parameters(2, 128, peepholes=peepholes, weight_std=0.1) == count_parameters(cell)
    assert probe(cell, torch.zeros(1, 2, 2)) == ((128,), state)


def test_an_unknown_change_is_refused() -> None:
    """With what there is."""
    with pytest.raises(
        rnnbench.RnnbenchError, match=r"no change called 'no-cell'\. There are: none, no-input-gate"
    ):
        VanillaLSTM(3, 5, change="no-cell")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch.compile warns of itself
@pytest.mark.parametrize("name", BY_NAME)
def test_a_compiled_variant_equals_the_eager_one(name: str) -> None:
    """Over more than one chunk of ten steps and a rest, in float64, to 1e-12."""
    eager = perturbed(name)
    compiled = BY_NAME[name].load({}, "compiled")(3, 5).double()
    compiled.load_state_dict(eager.state_dict())
    x_BTI = torch.randn(2, 13, 3, dtype=torch.float64)
    torch.testing.assert_close(compiled(x_BTI)[0], eager(x_BTI)[0], atol=1e-12, rtol=0)
