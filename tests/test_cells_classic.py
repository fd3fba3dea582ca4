"""The classic cells against torch's kernels, plain loops and closed forms."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters

import rnnbench
from rnnbench.model import count_parameters, probe
from rnnbench_cells.activations import ACTIVATIONS
from rnnbench_cells.gru import GRUv3, build_gru
from rnnbench_cells.layernorm_lstm import LayerNormLSTM
from rnnbench_cells.lstm import build_lstm
from rnnbench_cells.rnn import build_irnn, build_rnn
from rnnbench_cells.specs.classic import SPECS

KERNELS: dict[str, Callable[..., nn.Module]] = {
    "rnn": build_rnn,
    "rnn relu": lambda *sizes, **how: build_rnn(*sizes, nonlinearity="relu", **how),
    "irnn": build_irnn,
    "gru": build_gru,
    "lstm": build_lstm,
}
TORCH_COMPILE_WARNS = pytest.mark.filterwarnings("ignore")
"""Of its own modules when it is first used, and of tensors that it looks at itself."""
Array = np.ndarray[Any, Any]


def perturbed(cell: nn.Module, seed: int = 0) -> nn.Module:
    """In float64, every parameter moved at random, so that none is 0, 1 or an identity."""
    generator = torch.Generator().manual_seed(seed)
    cell = cell.double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter += 0.3 * torch.randn(
                parameter.shape, generator=generator, dtype=torch.float64
            )
    return cell


def arrays(cell: nn.Module) -> dict[str, Array]:
    """The parameters by name, as numpy arrays."""
    return {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def flat(state: Any) -> list[torch.Tensor]:
    """The tensors of a state, without the axis of layers that torch's kernels have."""
    parts = state if isinstance(state, tuple) else (state,)
    return [part.reshape(-1, part.shape[-1]) for part in parts]


@pytest.mark.parametrize("name", KERNELS)
def test_the_step_form_equals_the_kernel(name: str) -> None:
    """With the kernel's state dict, in float64, outputs, last state and gradients agree to 1e-12,
    also from a state."""
    kernel = perturbed(KERNELS[name](3, 5, implementation="native"))
    step = KERNELS[name](3, 5, implementation="eager").double()
    step.load_state_dict(kernel.state_dict())
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64, requires_grad=True)
    ours = step(x_BTI)
    theirs = kernel(x_BTI)
    for _ in range(2):
        torch.testing.assert_close(ours[0], theirs[0], atol=1e-12, rtol=0)
        torch.testing.assert_close(flat(ours[1]), flat(theirs[1]), atol=1e-12, rtol=0)
        ours, theirs = step(x_BTI, ours[1]), kernel(x_BTI, theirs[1])
    direction = torch.randn_like(ours[0])
    gradients = [
        torch.autograd.grad((y * direction).sum(), [x_BTI, *cell.parameters()])
        for y, cell in ((ours[0], step), (theirs[0], kernel))
    ]
    torch.testing.assert_close(*gradients, atol=1e-11, rtol=0)


@pytest.mark.slow
@TORCH_COMPILE_WARNS
def test_a_compiled_cell_equals_the_eager_one() -> None:
    """Over more than one chunk of ten steps and a rest, in float64, to 1e-12; again after the
    weights have changed, and without compiling anew."""
    eager = perturbed(build_rnn(2, 3, implementation="eager"))
    compiled = build_rnn(2, 3, implementation="compiled").double()
    compiled.load_state_dict(eager.state_dict())
    x_BTI = torch.randn(2, 13, 2, dtype=torch.float64)
    graphs = []
    with torch.no_grad():
        for _ in range(2):
            torch.testing.assert_close(compiled(x_BTI)[0], eager(x_BTI)[0], atol=1e-12, rtol=0)
            for parameter in (*eager.parameters(), *compiled.parameters()):
                parameter.mul_(0.9)
            graphs.append(counters["stats"]["unique_graphs"])
    assert graphs[0] == graphs[1] > 0


@TORCH_COMPILE_WARNS
@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_compiled_cell_equals_the_eager_one(spec: rnnbench.CellSpec) -> None:
    """Likewise, for each; the gradient too."""
    eager = perturbed(spec.load(spec.options, "eager")(2, 3))
    compiled = spec.load(spec.options, "compiled")(2, 3).double()
    compiled.load_state_dict(eager.state_dict())
    x_BTI = torch.randn(2, 13, 2, dtype=torch.float64, requires_grad=True)
    outputs = [cell(x_BTI)[0] for cell in (eager, compiled)]
    torch.testing.assert_close(*outputs, atol=1e-12, rtol=0)
    direction = torch.randn_like(outputs[0])
    gradients = [torch.autograd.grad((y * direction).sum(), x_BTI)[0] for y in outputs]
    torch.testing.assert_close(*gradients, atol=1e-12, rtol=0)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_chunks_with_the_state_carried_equal_the_whole(spec: rnnbench.CellSpec) -> None:
    """Steps 1, 3 and 3, in float64, to 1e-12; and the state given is left as it is."""
    cell = perturbed(spec.load(spec.options)(3, 5))
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64)
    whole, last = cell(x_BTI)
    parts = []
    state = None
    for part_BTI in (x_BTI[:, :1], x_BTI[:, 1:4], x_BTI[:, 4:]):
        before = None if state is None else [tensor.clone() for tensor in flat(state)]
        given = state
        y_BTH, state = cell(part_BTI, state)
        assert before is None or all(
            torch.equal(a, b) for a, b in zip(before, flat(given), strict=True)
        )
        parts.append(y_BTH)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-12, rtol=0)
    torch.testing.assert_close(flat(state), flat(last), atol=1e-12, rtol=0)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_large_inputs_stay_finite(spec: rnnbench.CellSpec) -> None:
    """Inputs of +-1e4 give finite outputs and gradients."""
    cell = spec.load(spec.options)(3, 5)
    x_BTI = 1e4 * torch.randn(2, 20, 3).sign().requires_grad_()
    y_BTH, _ = cell(x_BTI)
    y_BTH.square().mean().backward()
    assert y_BTH.isfinite().all()
    assert all(
        parameter.grad.isfinite().all()
        for parameter in cell.parameters()
        if parameter.grad is not None
    )


@pytest.mark.parametrize("implementation", ["native", "eager"])
@pytest.mark.parametrize("nonlinearity", sorted(ACTIVATIONS))
def test_every_named_activation_is_the_one_that_runs(
    nonlinearity: str, implementation: str
) -> None:
    """The first step from a zero state is f(W x + b + b'); a kernel that is not there is a clear
    error."""
    torch.manual_seed(0)
    if implementation == "native" and nonlinearity not in ("tanh", "relu"):
        with pytest.raises(
            rnnbench.RnnbenchError,
            match=f"'native' has no kernel for '{nonlinearity}', only for: tanh",
        ):
            build_rnn(3, 5, nonlinearity, implementation)
        implementation = "eager"
    cell = build_rnn(3, 5, nonlinearity, implementation)
    x_B1I = torch.randn(4, 1, 3)
    named = dict(cell.named_parameters())
    w, b, c = (named[key] for key in ("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"))
    torch.testing.assert_close(cell(x_B1I)[0], ACTIVATIONS[nonlinearity](x_B1I @ w.T + b + c))


@pytest.mark.parametrize(
    ("build", "kernel"),
    [(build_rnn, nn.RNN), (build_irnn, nn.RNN), (build_gru, nn.GRU), (build_lstm, nn.LSTM)],
)
def test_the_kernel_runs_unless_another_is_asked_for(
    build: Callable[..., nn.Module], kernel: type[nn.Module]
) -> None:
    """Also for `rnn` with relu; where torch has no kernel, the step form runs."""
    assert isinstance(build(3, 5), kernel)
    assert isinstance(build_rnn(3, 5, "relu"), nn.RNN)
    assert not isinstance(build_rnn(3, 5, "gelu"), nn.RNN)
    with pytest.raises(
        rnnbench.RnnbenchError, match=r"no implementation called 'fast'\. There are: native, eager"
    ):
        build(3, 5, implementation="fast")


def test_an_unknown_activation_is_told_well() -> None:
    """With the nearest name and the list."""
    with pytest.raises(
        rnnbench.RnnbenchError,
        match=r"no nonlinearity called 'gel'. Did you mean 'gelu'\? There are: ",
    ):
        build_rnn(3, 5, "gel")


def gate_biases(lstm: nn.Module) -> torch.Tensor:
    """The sum of the two biases, (4, H), in the order i, f, g, o."""
    biases = dict(lstm.named_parameters())
    return (biases["bias_ih_l0"] + biases["bias_hh_l0"]).detach().reshape(4, -1)


@pytest.mark.parametrize("implementation", ["native", "eager"])
@pytest.mark.parametrize("forget_bias", [1.0, -2.0, 0.0])
def test_the_forget_bias_is_what_was_asked_and_nothing_else_changes(
    forget_bias: float, implementation: str
) -> None:
    """torch has two biases: their sum counts, and only in the forget gate."""
    torch.manual_seed(0)
    plain = gate_biases(nn.LSTM(3, 5, batch_first=True))
    torch.manual_seed(0)
    ours = gate_biases(build_lstm(3, 5, forget_bias=forget_bias, implementation=implementation))
    assert torch.equal(ours[1], torch.full((5,), forget_bias))
    assert torch.equal(ours[[0, 2, 3]], plain[[0, 2, 3]])


def test_chrono_spreads_memory_over_the_horizon() -> None:
    """b_f = log U(1, Tmax - 1), b_i = -b_f: the memory times exp(b_f) + 1 are uniform between 2 and
    Tmax."""
    torch.manual_seed(0)
    biases = gate_biases(build_lstm(3, 2000, chrono=100.0))
    assert torch.equal(biases[0], -biases[1])
    times = biases[1].exp()
    assert times.min() >= 1
    assert times.max() <= 99
    assert times.mean().item() == pytest.approx(50, abs=4 * 98 / math.sqrt(12 * 2000))


def test_a_chrono_that_makes_no_sense_is_refused() -> None:
    """log U(1, Tmax - 1) needs Tmax > 2."""
    with pytest.raises(rnnbench.RnnbenchError, match=r"above 2, got 1\.5"):
        build_lstm(3, 5, chrono=1.5)


def test_a_closed_forget_gate_and_an_open_one() -> None:
    """With f = 1 and i = 0 the cell state of an LSTM is carried unchanged: dc_T/dc_0 = 1."""
    lstm = build_lstm(3, 5, forget_bias=50.0)
    with torch.no_grad():
        dict(lstm.named_parameters())["bias_ih_l0"][:5] = -50.0
    c_0 = torch.randn(1, 4, 5, requires_grad=True)
    _, (_, c_T) = lstm(torch.randn(4, 30, 3), (torch.zeros(1, 4, 5), c_0))
    (gradient,) = torch.autograd.grad(c_T.sum(), c_0)
    torch.testing.assert_close(gradient, torch.ones_like(gradient))


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_an_irnn_without_input_begins_by_remembering(scale: float) -> None:
    """h_T = scale^T relu(h_0), and its Jacobian is scale^T times the identity on active units, 0 on
    the others."""
    cell = build_irnn(3, 4, scale=scale, implementation="eager")
    h_0 = torch.tensor([[1.0, 2.0, -1.0, 0.5]])
    silent = torch.zeros(1, 6, 3)
    torch.testing.assert_close(cell(silent, h_0)[1], scale**6 * h_0.relu())
    jacobian = torch.autograd.functional.jacobian(lambda h: cell(silent, h)[1], h_0)[0, :, 0]
    torch.testing.assert_close(jacobian, scale**6 * torch.diag((h_0[0] > 0).float()))


@pytest.mark.parametrize("implementation", ["native", "eager"])
def test_an_irnn_begins_as_its_source_says(implementation: str) -> None:
    """U = scale I, W ~ N(0, 0.001^2), biases 0; the standard deviation to within four standard
    errors."""
    torch.manual_seed(0)
    named = arrays(build_irnn(50, 100, scale=0.3, implementation=implementation))
    assert np.array_equal(named["weight_hh_l0"], np.float32(0.3) * np.eye(100, dtype=np.float32))
    assert named["weight_ih_l0"].std() == pytest.approx(0.001, rel=4 / math.sqrt(2 * 5000))
    assert not named["bias_ih_l0"].any()
    assert not named["bias_hh_l0"].any()


def test_gru_v3_is_a_plain_loop_over_the_equations_of_the_paper() -> None:
    """Cho et al. 2014 v3, equations 5 to 8, in numpy, gate by gate: to 1e-12."""
    cell = perturbed(GRUv3(3, 5))
    named = arrays(cell)
    (w_r, w_z, w), (u_r, u_z, u), (b_r, b_z, b) = (
        np.split(named[key], 3) for key in ("weight_ih", "weight_hh", "bias")
    )
    x_BTI = np.random.default_rng(0).normal(size=(4, 7, 3))
    h = np.zeros((4, 5))
    for t in range(7):
        x = x_BTI[:, t]
        r = sigmoid(x @ w_r.T + h @ u_r.T + b_r)
        z = sigmoid(x @ w_z.T + h @ u_z.T + b_z)
        h = z * h + (1 - z) * np.tanh(x @ w.T + (r * h) @ u.T + b)
    _, state = cell(torch.tensor(x_BTI))
    np.testing.assert_allclose(state.detach().numpy(), h, atol=1e-12, rtol=0)


@pytest.mark.parametrize("open_reset", [True, False])
def test_the_two_grus_agree_where_nothing_is_reset(open_reset: bool) -> None:
    """With r = 1 and one bias 0, before and after the product are the same; with a reset they are
    not."""
    ours = perturbed(GRUv3(3, 5))
    kernel = build_gru(3, 5).double()
    with torch.no_grad():
        if open_reset:
            ours.bias[:5] = 50.0  # type: ignore[index,operator]
        for name in ("weight_ih", "weight_hh"):
            dict(kernel.named_parameters())[f"{name}_l0"].copy_(dict(ours.named_parameters())[name])
        dict(kernel.named_parameters())["bias_ih_l0"].copy_(dict(ours.named_parameters())["bias"])
        dict(kernel.named_parameters())["bias_hh_l0"].zero_()
    x_BTI = torch.randn(4, 7, 3, dtype=torch.float64)
    assert torch.allclose(ours(x_BTI)[0], kernel(x_BTI)[0], atol=1e-12, rtol=0) == open_reset


def test_gru_v3_begins_as_its_source_says_or_as_gru_does() -> None:
    """Orthogonal recurrent matrices, W ~ N(0, 0.01^2), biases 0; or all from U(-1/sqrt(H),
    1/sqrt(H))."""
    torch.manual_seed(0)
    named = arrays(GRUv3(50, 40))
    for gate in np.split(named["weight_hh"], 3):
        np.testing.assert_allclose(gate @ gate.T, np.eye(40), atol=1e-5)
    assert named["weight_ih"].std() == pytest.approx(0.01, rel=4 / math.sqrt(2 * 6000))
    assert not named["bias"].any()
    torch.manual_seed(0)
    plain = arrays(GRUv3(50, 40, orthogonal=False))
    torch.manual_seed(0)
    kernel = arrays(build_gru(50, 40))
    assert np.array_equal(plain["weight_ih"], kernel["weight_ih_l0"])
    assert np.array_equal(plain["weight_hh"], kernel["weight_hh_l0"])


def test_layernorm_lstm_is_a_plain_loop_over_the_equations_of_the_paper() -> None:
    """Ba et al. 2016, equations 15, 16 and 20 to 22, in numpy, with torch's 1e-5 under the root: to
    1e-12."""
    cell = perturbed(LayerNormLSTM(3, 5))
    named = arrays(cell)

    def norm(z: Array, which: str) -> Array:
        centred = z - z.mean(axis=1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
        return centred / scale * named[f"norm_{which}.weight"] + named[f"norm_{which}.bias"]

    x_BTI = np.random.default_rng(0).normal(size=(4, 7, 3))
    h = np.zeros((4, 5))
    c = np.zeros((4, 5))
    for t in range(7):
        gates = norm(h @ named["weight_hh"].T, "hidden") + norm(
            x_BTI[:, t] @ named["weight_ih"].T, "input"
        )
        i, f, g, o = np.split(gates + named["bias"], 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(norm(c, "cell"))
    _, (h_T, c_T) = cell(torch.tensor(x_BTI))
    np.testing.assert_allclose(h_T.detach().numpy(), h, atol=1e-12, rtol=0)
    np.testing.assert_allclose(c_T.detach().numpy(), c, atol=1e-12, rtol=0)


def test_layer_norm_leaves_of_a_single_feature_only_its_sign() -> None:
    """LN(w x) = sign(x) LN(w) for scalar x, but for the 1e-5 under the root."""
    cell = LayerNormLSTM(1, 50).double()
    x_BTI = torch.tensor([3.0, -5.0, 100.0], dtype=torch.float64)[None, :, None]
    torch.testing.assert_close(cell(x_BTI)[0], cell(x_BTI.sign() * 10)[0], atol=1e-3, rtol=0)
    assert not torch.allclose(cell(x_BTI)[0], cell(-x_BTI)[0], atol=1e-2)


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_layernorm_lstm_begins_as_its_source_says(gain: float) -> None:
    """Gains as asked, biases 0 but for the forget gate."""
    named = arrays(LayerNormLSTM(3, 5, gain=gain, forget_bias=-2.0))
    for which in ("input", "hidden", "cell"):
        assert (named[f"norm_{which}.weight"] == np.float32(gain)).all()
        assert not named[f"norm_{which}.bias"].any()
    assert np.array_equal(named["bias"], np.repeat(np.float32([0, -2, 0, 0]), 5))


@pytest.mark.parametrize(
    ("build", "parameters", "state"),
    [
        (build_rnn, 16_896, 128),
        (build_irnn, 16_896, 128),
        (build_gru, 50_688, 128),
        (build_lstm, 67_584, 256),
        (GRUv3, 50_304, 128),
        (LayerNormLSTM, 69_376, 256),
    ],
)
def test_parameters_and_state_equal_the_formula(
    build: Callable[..., nn.Module], parameters: int, state: int
) -> None:
    """At I = 2 and H = 128; with torch's two biases: 1 : 3 : 4."""
    cell = build(2, 128)
    assert count_parameters(cell) == parameters
    assert probe(cell, torch.zeros(1, 2, 2)) == ((128,), state)
