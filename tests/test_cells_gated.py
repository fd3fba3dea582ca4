"""Gated cells with full recurrent matrices: equalities with other cells, and where they start."""

import math

import pytest
import torch

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench_cells.gated import JANET, FastGRNN
from rnnbench_cells.ur_lstm import URLSTM
from rnnbench_cells.vanilla_lstm import VanillaLSTM

X_BTI = torch.randn(3, 12, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
UNITS = 5


@pytest.mark.parametrize("name", ["janet", "ur-lstm", "fastgrnn"])
def test_each_cell_equals_a_plain_loop_of_its_papers_words(name: str) -> None:
    """In float64, to 1e-12, with weights moved off where they begin."""
    torch.manual_seed(1)
    spec = Catalogue.present().cells[name].item
    cell = spec.load(spec.options)(4, UNITS).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    reference = spec.load_reference()
    assert reference is not None
    torch.testing.assert_close(cell(X_BTI)[0], reference(cell, X_BTI), atol=1e-12, rtol=0)


def test_an_open_refine_gate_at_one_half_leaves_an_lstm_with_coupled_gates() -> None:
    """r = 1/2 gives g = f: the cell is `cifg` without peepholes, whose input gate is 1 - f."""
    torch.manual_seed(1)
    refined = URLSTM(4, UNITS).double()
    coupled = VanillaLSTM(4, UNITS, peepholes=False, change="cifg").double()
    rows = [tensor.split(UNITS) for tensor in refined.state_dict().values()]
    with torch.no_grad():
        for tensor in (refined.weight_ih, refined.weight_hh, refined.bias):
            tensor[UNITS : 2 * UNITS] = 0.0
        for tensor, (forget, _, candidate, out) in zip(
            (coupled.weight_ih, coupled.weight_hh, coupled.bias), rows, strict=True
        ):
            tensor.copy_(torch.cat([-forget, candidate, out]))
    torch.testing.assert_close(refined(X_BTI)[0], coupled(X_BTI)[0], atol=1e-12, rtol=0)


def test_a_refined_gate_stays_in_a_band_around_the_forget_gate() -> None:
    """g = f^2 where the refine gate is shut, and 1 - (1 - f)^2 where it is open."""
    forget = torch.linspace(-4, 4, UNITS, dtype=torch.float64)
    f = torch.sigmoid(forget)
    cell = URLSTM(1, UNITS).double()
    nothing = torch.zeros(1, UNITS, dtype=torch.float64)
    state = (nothing, torch.ones(1, UNITS, dtype=torch.float64))
    with torch.no_grad():
        cell.weight_hh.zero_()
    for refine, expected in ((-50.0, f**2), (50.0, 1 - (1 - f) ** 2)):
        sums = torch.cat([forget, torch.full((UNITS,), refine), nothing[0], nothing[0]])
        _, (_, c_BH) = cell.step(sums[None], state)
        torch.testing.assert_close(c_BH[0], expected, atol=1e-12, rtol=0)


def test_the_forget_gates_of_the_ur_lstm_start_uniform() -> None:
    """sigmoid(b_f) ~ U(1/H, 1 - 1/H), and b_r = -b_f; a cell of one unit starts at 1/2."""
    torch.manual_seed(0)
    forget, refine, *rest = URLSTM(1, 2000).bias.detach().split(2000)
    torch.testing.assert_close(refine, -forget)
    assert all((bias == 0).all() for bias in rest)
    gates = torch.quantile(torch.sigmoid(forget), torch.linspace(0, 1, 5))
    torch.testing.assert_close(gates, torch.linspace(0, 1, 5), atol=0.03, rtol=0)
    assert torch.sigmoid(forget).min() > 1 / 2001
    assert URLSTM(1, 1).bias[0] == 0


def test_janet_without_its_shift_is_a_gru_that_never_resets() -> None:
    """beta = 0, and a reset gate that stays open, in the `gru` that torch computes."""
    torch.manual_seed(1)
    ours = JANET(4, UNITS, beta=0.0).double()
    gru = torch.nn.GRU(4, UNITS, batch_first=True).double()
    with torch.no_grad():
        for name, tensor in (("weight_ih_l0", ours.weight_ih), ("weight_hh_l0", ours.weight_hh)):
            forget, candidate = tensor.chunk(2)
            dict(gru.named_parameters())[name].copy_(
                torch.cat([torch.zeros_like(forget), forget, candidate])
            )
        forget, candidate = ours.bias.chunk(2)
        gru.bias_hh_l0.zero_()
        gru.bias_ih_l0.copy_(torch.cat([torch.full_like(forget, 50.0), forget, candidate]))
    torch.testing.assert_close(ours(X_BTI)[0], gru(X_BTI)[0], atol=1e-12, rtol=0)


def test_janet_writes_more_than_it_forgets() -> None:
    """The shares add up to more than 1 for beta above 0, so a constant candidate is overshot."""
    cell = JANET(1, 1).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias[1] = 1.0
    y_BTH, _ = cell(torch.zeros(1, 300, 1, dtype=torch.float64))
    # The fixed point of h = h / 2 + sigmoid(1) tanh(1).
    expected = 2 / (1 + math.exp(-1)) * math.tanh(1)
    assert y_BTH[0, -1, 0].item() == pytest.approx(expected)


def test_the_biases_of_janet_start_as_asked() -> None:
    """The forget bias, or by chrono log U(1, Tmax - 1); the other bias at 0."""
    torch.manual_seed(0)
    assert JANET(3, 4, forget_bias=2.0).bias.tolist() == [2.0] * 4 + [0.0] * 4
    forget, other = JANET(3, 2000, chrono=101.0).bias.detach().chunk(2)
    assert (other == 0).all()
    waits = torch.quantile(forget.exp(), torch.linspace(0, 1, 5))
    torch.testing.assert_close(waits, torch.linspace(1, 100, 5), atol=4.0, rtol=0)


def test_a_shut_gate_of_fastgrnn_leaves_a_scaled_vanilla_network() -> None:
    """z = 0: h = (zeta + nu) tanh(W x + U h + b); z = 1: the state grows by nu tanh(...) alone."""
    torch.manual_seed(1)
    cell = FastGRNN(4, UNITS).double()
    for shut, keep in ((True, 0.0), (False, 1.0)):
        with torch.no_grad():
            cell.bias_gate.fill_(-60.0 if shut else 60.0)
        scale = (1 - keep) * torch.sigmoid(cell.zeta) + torch.sigmoid(cell.nu)
        h_BH = torch.zeros(3, UNITS, dtype=torch.float64)
        for x_BI, y_BH in zip(X_BTI.unbind(1), cell(X_BTI)[0].unbind(1), strict=True):
            sums = x_BI @ cell.weight_ih.T + h_BH @ cell.weight_hh.T + cell.bias_candidate
            h_BH = keep * h_BH + scale * torch.tanh(sums)
            torch.testing.assert_close(y_BH, h_BH, atol=1e-12, rtol=0)


def test_fastgrnn_starts_as_in_the_authors_code() -> None:
    """Two numbers 1 and -4 before their sigmoids, biases of 1, weights of a tenth."""
    torch.manual_seed(0)
    cell = FastGRNN(100, 100)
    assert (cell.zeta.item(), cell.nu.item()) == (1.0, -4.0)
    assert (cell.bias_gate == 1).all()
    assert (cell.bias_candidate == 1).all()
    for weight in (cell.weight_ih, cell.weight_hh):
        assert weight.std().item() == pytest.approx(0.1, rel=0.05)


def test_a_chrono_that_makes_no_sense_is_refused() -> None:
    """With the names of cell and option."""
    with pytest.raises(rnnbench.RnnbenchError, match=r"janet: chrono should be 0 .*, got 1"):
        JANET(3, 5, chrono=1.0)
