"""The model around a cell, and the hidden size that a budget allows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import example, given, strategies as st
from torch import nn

import rnnbench
from rnnbench.contracts import Batch
from rnnbench.errors import CellContractError, Refused
from rnnbench.model import Extent, Model, Size, count_parameters, probe, solve_size
from rnnbench.records import Recipe

H = 6


@dataclass(frozen=True)
class Shapes(rnnbench.GeneratedTask):
    """A task of given sizes.  answer: zeros"""

    horizon: int = 5
    features: int = 3
    tokens: int | None = None
    outputs: int = 4
    name: ClassVar[str] = "shapes"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE,)
    target: ClassVar[float] = 0.0
    trivial_forecast: ClassVar[str] = "zeros"

    @property
    def vocabulary(self) -> int | None:
        return self.tokens

    @property
    def output_size(self) -> int:
        return self.outputs

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        inputs = (
            rng.integers(0, self.tokens, (count, self.horizon))
            if self.tokens
            else rng.normal(size=(count, self.horizon, self.features)).astype(np.float32)
        )
        return Batch(inputs, np.zeros((count, self.outputs), np.float32))

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"mse": 0.0}


@dataclass(frozen=True)
class EveryStep(Shapes):
    """The same, asked at every step.  answer: zeros"""

    readout: ClassVar[rnnbench.Readout] = "every-step"


def gru(inputs: int, hidden: int) -> nn.Module:
    return nn.GRU(inputs, hidden, batch_first=True)


def model(task: rnnbench.GeneratedTask | None = None, hidden: int = H, **recipe: object) -> Model:
    task = task or Shapes()
    return Model(gru, task, Recipe(**recipe), task.generate(np.random.default_rng(0), 2), hidden)  # type: ignore[arg-type]


def gru_count(inputs: int, hidden: int) -> int:
    return 3 * (inputs * hidden + hidden * hidden + 2 * hidden)


def test_only_the_last_step_is_read_out() -> None:
    """The readout is linear in y at the last step."""
    made = model()
    x_BTI = torch.randn(2, 5, 3)
    expected = made.readout(made.cells[0](x_BTI)[0][:, -1])
    assert torch.equal(made(x_BTI), expected)


@pytest.mark.parametrize("backbone", ["bare", "residual"])
def test_at_every_step_the_readout_is_the_same_layer_applied_to_each(backbone: str) -> None:
    """TimeDistributed: (B, T, O), each step by its own as well."""
    made = model(EveryStep(), backbone=backbone).double()
    x_BTI = torch.randn(2, 5, 3, dtype=torch.float64)
    y_BTO = made(x_BTI)
    assert y_BTO.shape == (2, 5, 4)
    made.every_step = False
    made.readout = made.readout.layer
    for t in range(5):
        torch.testing.assert_close(made(x_BTI[:, : t + 1]), y_BTO[:, t])


def test_tokens_are_embedded_in_as_many_numbers_as_hidden_units() -> None:
    """And the embedding counts towards the budget."""
    made = model(Shapes(tokens=11))
    assert made(torch.zeros(2, 5, dtype=torch.int64)).shape == (2, 4)
    assert count_parameters(made) == 11 * H + gru_count(H, H) + (H * 4 + 4)


def test_a_linear_encoder_projects_features_to_the_hidden_size() -> None:
    """The same rule for every cell, counted in the budget; "auto" gives features as they are."""
    projection = 3 * H + H
    assert count_parameters(model(encoder="linear")) == projection + gru_count(H, H) + (H * 4 + 4)
    assert count_parameters(model(encoder="auto")) == gru_count(3, H) + (H * 4 + 4)


def test_layers_are_stacked_and_their_states_counted_together() -> None:
    """The first sees the features, the others what is below."""
    made = model(layers=3)
    assert count_parameters(made) == gru_count(3, H) + 2 * gru_count(H, H) + (H * 4 + 4)
    assert made.state_floats == 3 * H
    x_BTI = torch.randn(2, 5, 3)
    y_BTH = x_BTI
    for cell in made.cells:
        y_BTH = cell(y_BTH)[0]
    assert torch.equal(made(x_BTI), made.readout(y_BTH[:, -1]))


def test_a_residual_block_is_the_equations_of_its_docstring() -> None:
    """Pre-norm, gated MLP, an identity where the widths agree, a final norm: written out by
    hand."""
    made = model(backbone="residual")
    block = made.layers[0]
    x_BTI = torch.randn(2, 5, 3)
    x_BTH = made.encoder.projection(x_BTI)
    x_BTH = x_BTH + made.cells[0](block.before_cell(x_BTH))[0]
    gate, value = block.mlp.gate_and_value(block.before_mlp(x_BTH)).split(2 * H, dim=-1)
    x_BTH = x_BTH + block.mlp.out(gate * torch.sigmoid(gate) * value)
    torch.testing.assert_close(made(x_BTI), made.readout(made.norm(x_BTH)[:, -1]))


def test_a_residual_block_takes_back_outputs_of_another_width() -> None:
    """By a linear layer that the budget counts."""

    class Wide(nn.Module):
        def __init__(self, inputs: int, hidden: int) -> None:
            super().__init__()
            self.map = nn.Linear(inputs, 2 * hidden)

        def forward(self, x: torch.Tensor, state: object = None) -> tuple[torch.Tensor, None]:
            return self.map(x), None

    task = Shapes()
    example = task.generate(np.random.default_rng(0), 2)
    made = Model(Wide, task, Recipe(backbone="residual", layers=2), example, H)
    assert made(torch.randn(2, 5, 3)).shape == (2, 4)
    assert made.layers[0].back.weight.shape == (H, 2 * H)
    assert made.state_floats == 0


@given(st.integers(200, 200_000), st.sampled_from([nn.RNN, nn.GRU, nn.LSTM]), st.integers(1, 16))
def test_the_hidden_size_is_the_nearest_to_the_budget(
    budget: int, kind: type[nn.RNNBase], multiple: int
) -> None:
    """No neighbouring size that the constraint allows has a count nearer to the budget."""
    gates = {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}[kind]

    def extent(hidden: int) -> Extent:
        return Extent(gates * (2 * hidden + hidden * hidden + 2 * hidden) + hidden + 1, hidden)

    if extent(multiple).parameters > 2 * budget:
        with pytest.raises(Refused, match="the smallest model has"):
            solve_size(Recipe(parameters=budget), extent, multiple)
        return
    size = solve_size(Recipe(parameters=budget), extent, multiple)
    assert size.hidden % multiple == 0
    off = abs(extent(size.hidden).parameters - budget)
    assert size.off_budget is not None
    assert abs(size.off_budget) == pytest.approx(off / budget)
    for other in (max(multiple, size.hidden - multiple), size.hidden + multiple):
        assert off <= abs(extent(other).parameters - budget)


def test_equal_states_are_the_nearest_too() -> None:
    """An LSTM of half the width has the state of a GRU."""

    def lstm(hidden: int) -> Extent:
        return Extent(hidden * hidden, 2 * hidden)

    recipe = Recipe(match="state", state_floats=65)
    assert solve_size(recipe, lstm).hidden == 32
    assert solve_size(recipe, lstm).off_budget == pytest.approx(-1 / 65)
    assert solve_size(recipe, lambda hidden: Extent(1, hidden)) == Size(65, 0.0)


def test_an_equal_hidden_size_is_what_it_says() -> None:
    """Where the recipe matches hidden sizes, the budget of parameters plays no part; a constraint
    does."""
    recipe = Recipe(match="hidden", hidden_size=18, parameters=1)
    assert solve_size(recipe, lambda _: Extent(0, 0), multiple=6) == Size(18, None)
    with pytest.raises(Refused, match="a hidden size of 18 is no multiple of 4"):
        solve_size(recipe, lambda _: Extent(0, 0), multiple=4)
    with pytest.raises(
        Refused, match="a hidden size of 18 is below 24, the smallest that the cell takes"
    ):
        solve_size(recipe, lambda _: Extent(0, 0), smallest=24)


def from_size(smallest: int) -> Callable[[int], Extent]:
    """The extent of a cell that takes no smaller hidden size than this one."""

    def extent(hidden: int) -> Extent:
        if hidden < smallest:
            raise ValueError(f"proj_size has to be smaller than hidden_size, got {hidden}")
        return Extent(hidden * hidden, hidden)

    return extent


@example(smallest=577, budget=500, multiple=9, declared=False)  # between the last two doublings
@given(st.integers(1, 900), st.integers(500, 200_000), st.integers(1, 16), st.booleans())
def test_a_size_that_the_cell_refuses_is_too_small(
    smallest: int, budget: int, multiple: int, declared: bool
) -> None:
    """Declared or not, the size is the one that a search from the smallest allowed one on gives."""
    first = -(-smallest // multiple) * multiple
    recipe = Recipe(parameters=budget)
    arguments = {"multiple": multiple, "smallest": smallest if declared else 1}
    if first * first > 2 * budget:
        with pytest.raises(
            Refused,
            match=rf"the smallest model has \d+ parameters at a hidden size of {first}, the",
        ):
            solve_size(recipe, from_size(smallest), **arguments)
        return
    size = solve_size(recipe, from_size(smallest), **arguments).hidden
    off = abs(size * size - budget)
    assert size >= smallest
    assert size % multiple == 0
    assert all(
        off <= abs(other * other - budget)
        for other in (max(first, size - multiple), size + multiple)
    )


def test_a_smallest_size_beyond_the_budget_is_reported_with_what_the_cell_says() -> None:
    """The size that was tried, and the cell's own words about smaller ones."""
    with pytest.raises(
        Refused,
        match=r"at a hidden size of 17.*the cell takes no smaller one \(ValueError: proj_size",
    ):
        solve_size(Recipe(parameters=100), from_size(17))


@pytest.mark.parametrize(
    "error",
    [ValueError("no such kernel"), rnnbench.DataUnavailable("no compiler"), MemoryError("no room")],
)
def test_a_cell_that_can_be_built_at_no_size_says_why_itself(error: Exception) -> None:
    """Its own error is raised, and nothing is added about a size that is too small."""

    def extent(hidden: int) -> Extent:
        raise error

    with pytest.raises(type(error)) as raised:
        solve_size(Recipe(parameters=1000), extent)
    assert raised.value is error


def test_errors_that_no_size_mends_end_the_search_at_once() -> None:
    """Among them a machine that is out of memory, in the words of torch."""
    tried = []

    def extent(hidden: int) -> Extent:
        tried.append(hidden)
        raise RuntimeError("[enforce fail] can't allocate memory: you tried to allocate 99 bytes")

    with pytest.raises(RuntimeError, match="allocate"):
        solve_size(Recipe(parameters=1000), extent)
    assert tried == [1]


def test_a_size_between_others_that_the_cell_refuses_is_named() -> None:
    """A cell that takes multiples alone, and does not say so."""

    def extent(hidden: int) -> Extent:
        if hidden % 4:
            raise ValueError("heads")
        return Extent(hidden, hidden)

    with pytest.raises(
        rnnbench.RnnbenchError,
        match=r"at a hidden size of \d+ the cell raises ValueError: heads.*multiple",
    ):
        solve_size(Recipe(parameters=1001), extent)


@pytest.mark.parametrize(
    ("extent", "recipe", "said"),
    [
        (
            lambda _: Extent(5000, 1),
            Recipe(parameters=1000),
            "the smallest model has 5000 parameters",
        ),
        (
            lambda _: Extent(10, 1),
            Recipe(parameters=1000),
            "there are still only 10 of 1000 parameters",
        ),
        (
            lambda _: Extent(10, 0),
            Recipe(match="state"),
            "there are still only 0 of 128 numbers in its state",
        ),
    ],
)
def test_a_budget_that_no_size_meets_is_refused(extent: object, recipe: Recipe, said: str) -> None:
    """Too big at one unit, or not growing at all."""
    with pytest.raises(Refused, match=said):
        solve_size(recipe, extent)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "floats"),
    [
        (lambda: nn.LSTM(3, 6, batch_first=True), 12),
        (lambda: nn.GRU(3, 6, batch_first=True), 6),
        (lambda: _StateTree(), 6 + 2 * 6 + 6),
    ],
)
def test_state_is_counted_for_one_sequence(build: object, floats: int) -> None:
    """Whatever tree it comes in; complex numbers count twice, and what does not grow with the batch
    not at all."""
    assert probe(build(), torch.zeros(1, 2, 3)) == ((6,), floats)  # type: ignore[operator]


class _StateTree(nn.Module):
    def forward(self, x: torch.Tensor, state: object = None) -> tuple[torch.Tensor, object]:
        h = x.new_zeros(len(x), 6)
        return x.new_zeros(*x.shape[:2], 6), {
            "h": h,
            "c": (h.to(torch.complex64), [h]),
            "t": 3,
            "fixed": torch.zeros(9),
        }


@pytest.mark.parametrize(
    ("forward", "complaint"),
    [
        (lambda x: x, r"should return \(y, state\), got Tensor"),
        (lambda x: (x[:, -1], None), r"y should be \(B, T, H\), got \(2, 3\)"),
        (lambda x: (x.transpose(0, 1), None), r"y should be \(B, T, H\), got \(5, 2, 3\)"),
        (lambda x: (None, None), "got NoneType"),
    ],
)
def test_a_cell_that_breaks_the_contract_is_told_how(forward: object, complaint: str) -> None:
    """In the words of the contract, with shapes."""

    class Odd(nn.Module):
        def forward(self, x: torch.Tensor, state: object = None) -> object:
            return forward(x)  # type: ignore[operator]

    with pytest.raises(CellContractError, match=f"Odd: .*{complaint}"):
        probe(Odd(), torch.zeros(1, 5, 3))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(3, 2), (4, 5, 3)),
        (nn.Conv2d(3, 2, 3), (4, 5, 3, 6, 7)),
        (nn.Sequential(nn.Flatten(), nn.Linear(18, 2)), (4, 5, 3, 6)),
        (nn.Identity(), (4, 5, 1)),
    ],
)
def test_time_distributed_is_the_layer_at_each_step(
    layer: nn.Module, shape: tuple[int, ...]
) -> None:
    """For features and for frames: against a plain loop over time, values and gradients."""
    x = torch.randn(shape, requires_grad=True)
    together = rnnbench.TimeDistributed(layer)(x)
    by_loop = torch.stack([layer(x[:, t]) for t in range(shape[1])], dim=1)
    torch.testing.assert_close(together, by_loop)
    direction = torch.randn_like(together)
    (one,) = torch.autograd.grad((together * direction).sum(), x, retain_graph=True)
    (other,) = torch.autograd.grad((by_loop * direction).sum(), x)
    torch.testing.assert_close(one, other)


def test_time_distributed_wants_an_axis_of_time() -> None:
    """Two axes are a batch without steps."""
    with pytest.raises(ValueError, match=r"takes \(B, T, ...\), got shape \(4, 3\)"):
        rnnbench.TimeDistributed(nn.Linear(3, 2))(torch.zeros(4, 3))


def test_the_words_for_a_model_name_layers_and_backbone() -> None:
    """As every row says it."""
    assert Recipe().model == "1 layer, bare"
    assert (
        msgspec.structs.replace(Recipe(), layers=2, backbone="residual").model
        == "2 layers, residual"
    )
