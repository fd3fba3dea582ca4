"""Recent cells that only steps can run: facts that hold without any training, and options."""

from typing import Any

import numpy as np
import pytest
import torch

import rnnbench
from rnnbench.model import count_parameters
from rnnbench_cells.specs.steps import SPECS

SPEC = {spec.name: spec for spec in SPECS}


def build(name: str, inputs: int = 5, hidden: int = 8, **options: Any) -> Any:
    """A cell in float64, with the same weights at each call."""
    torch.manual_seed(1)
    return SPEC[name].load(options)(inputs, hidden).double()


@pytest.mark.parametrize("name", SPEC)
def test_counts_are_as_declared(name: str) -> None:
    """Parameters, and numbers of the state."""
    spec = SPEC[name]
    cell = build(name, 5, 12)
    _, state = cell(torch.zeros(1, 2, 5, dtype=torch.float64))
    parts = state if isinstance(state, tuple) else (state,)
    assert spec.parameters
    assert spec.state_floats
    assert count_parameters(cell) == spec.parameters(5, 12, **spec.options)
    assert sum(part.numel() for part in parts) == spec.state_floats(5, 12, **spec.options)


def test_many_states_are_reset_to_one() -> None:
    """By the PD-SSM with weights set by hand: an automaton of four states that is turned, reset or
    left alone. One-hot rows could not do it: two states would have to come from one."""
    turn = np.roll(np.eye(4), 1, axis=0)
    reset = np.zeros((4, 4))
    reset[2] = 1
    actions = (turn, reset, np.eye(4))
    cell = build("pd-ssm", 3, 4, dictionary=3)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.choice.weight.copy_(60 * torch.eye(3))
        cell.matrices.copy_(torch.as_tensor(np.array(actions)))
        cell.diagonal[2].bias[:4] = 60
        cell.diagonal[2].bias[4:] = -60
        cell.out.weight[:, :4] = torch.eye(4)
    chosen = torch.randint(3, (1_000,), generator=torch.Generator().manual_seed(0))
    y_BTH, _ = cell(torch.eye(3, dtype=torch.float64)[chosen][None])
    state = np.eye(4)[0]
    for action, output in zip(chosen.tolist(), y_BTH[0].detach().numpy(), strict=True):
        state = actions[action] @ state
        np.testing.assert_allclose(output, state, atol=1e-9)


def test_gradients_reach_the_choice_of_a_move() -> None:
    """Straight through softmax, though the choice itself is one of a few."""
    cell = build("pd-ssm")
    cell(torch.randn(2, 6, 5, dtype=torch.float64))[0].square().sum().backward()
    assert cell.choice.weight.grad.abs().max() > 1e-6
    assert cell.matrices.grad.abs().max() > 1e-6


@pytest.mark.parametrize("forget", ["sigmoid", "exponential"])
def test_the_slstm_is_a_weighted_mean_of_what_it_wrote(forget: str) -> None:
    """Without recurrent weights and with constant gates: by i of each step, and f for each step
    since, whatever is added to all input gates."""
    cell = build("slstm", 1, 4, forget=forget)
    with torch.no_grad():
        cell.recurrent.zero_()
        biases = cell.from_input.bias.view(4, 4)
        biases.copy_(torch.tensor([0.0, 700.0, -0.5, 60.0]).expand(4, 4))
    x_BTI = torch.randn(1, 20, 1, dtype=torch.float64)
    y_BTH, _ = cell(x_BTI)
    weights_HG = cell.from_input.weight.view(4, 4).detach().numpy()
    x_T = x_BTI[0, :, 0].numpy()
    for unit, (to_z, to_i, to_f, to_o) in enumerate(weights_HG):
        logit = to_f * x_T - 0.5
        log_forget = logit if forget == "exponential" else -np.logaddexp(0, -logit)
        log_weights = to_i * x_T + log_forget.sum() - log_forget.cumsum()
        weights = np.exp(log_weights - log_weights.max())
        mean = weights @ np.tanh(to_z * x_T) / weights.sum()
        open_ = 1 / (1 + np.exp(-60 - to_o * x_T[-1]))
        assert y_BTH[0, -1, unit].item() == pytest.approx(open_ * mean)


def test_titans_without_momentum_are_a_delta_rule() -> None:
    """That forgets beside what it erases: M = M - alpha M - theta k (M^T k - v)^T."""
    cell = build("titans", 5, 8, heads=1, key_size=4)
    with torch.no_grad():
        cell.gates.weight[1] = 0
        cell.gates.bias[1] = -800
    x_BTI = torch.randn(1, 9, 5, dtype=torch.float64)
    y_BTH, (memory, _) = cell(x_BTI)
    expected = torch.zeros(4, 8, dtype=torch.float64)
    for packed in cell.prepare(x_BTI)[0, :, 0]:
        query, key, value, gates = torch.split(packed, [4, 4, 8, 3])
        alpha, _, theta = gates
        erased = torch.outer(key, expected.T @ key - value)
        expected = expected - alpha * expected - theta * erased
    torch.testing.assert_close(memory[0, 0], expected)
    torch.testing.assert_close(y_BTH[0, -1], expected.T @ query)


def test_the_m2rnn_that_forgets_all_remembers_through_its_candidate() -> None:
    """With a forget gate of 0 and nothing new, S = tanh(S W), so that what is stored shrinks and
    keeps its sign; with a gate of 1 it stays."""
    for bias, shrinks in ((-800.0, True), (800.0, False)):
        cell = build("m2rnn", 5, 8)
        with torch.no_grad():
            cell.projection.weight.zero_()
            cell.forget.weight.zero_()
            cell.forget.bias.fill_(bias)
        start = torch.randn(1, 4, 16, 2, dtype=torch.float64)
        _, state = cell(torch.zeros(1, 3, 5, dtype=torch.float64), start)
        expected = start.tanh().tanh().tanh() if shrinks else start
        torch.testing.assert_close(state, expected)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("slstm", {"heads": 3}, "slstm: hidden size should be a multiple of heads = 3, got 8"),
        ("slstm", {"forget": "tanh"}, "slstm: forget should be one of sigmoid, exponential"),
        ("m2rnn", {"heads": 0}, "m2rnn: heads should be 1 or above, got 0"),
        ("titans", {"key_size": 0}, "titans: key_size should be 1 or above, got 0"),
        ("ttt-linear", {"heads": 5}, "ttt-linear: hidden size should be a multiple of heads = 5"),
        ("pd-ssm", {"dictionary": 0}, "pd-ssm: dictionary should be 1 or above, got 0"),
    ],
)
def test_what_cannot_be_built_is_refused(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(rnnbench.RnnbenchError, match=says):
        build(name, **options)
