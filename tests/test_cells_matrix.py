"""Cells with a matrix for a state: their forms agree, and facts that hold without any training."""

from itertools import chain, permutations, product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import rnnbench
from rnnbench.model import count_parameters
from rnnbench_cells.matrix.chunks import by_chunk
from rnnbench_cells.matrix.matrix_memory import MatrixMemory, Raw
from rnnbench_cells.matrix.recurrence import ByStep, Writes
from rnnbench_cells.specs import matrix, matrix_own

SPEC = {spec.name: spec for spec in (*matrix.SPECS, *matrix_own.SPECS)}
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in SPEC),
    ("linear-attention", {"normaliser": False}),
    ("hgrn2", {"lower_bound": 0.4}),
    ("mamba2", {"convolution": 4}),
    ("rwkv7", {"token_shift": True, "rank": 3}),
    ("gla", {"heads": 1, "key_size": 3}),
    ("deltanet", {"negative_eigenvalues": True, "convolution": 2}),
    ("deltaproduct", {"householders": 3, "negative_eigenvalues": True, "convolution": 4}),
]
variants = pytest.mark.parametrize(
    ("name", "options"), VARIANTS, ids=[f"{name} {options}" for name, options in VARIANTS]
)


def build(name: str, hidden: int = 8, **options: Any) -> Any:
    """A cell in float64 for five inputs, with small keys and the same weights at each call."""
    torch.manual_seed(1)
    return SPEC[name].load({"key_size": 6, **options})(5, hidden).double()


def by_step(writes: Writes, state: Tensor) -> tuple[Tensor, Tensor]:
    """What is read at each step, and the last state, by the loop."""
    decays = 0 if writes.log_decay is None else writes.log_decay.shape[-1]
    key_size = writes.key.shape[-1]
    value_size = writes.value.shape[-1]
    erases = writes.erase is not None
    loop = ByStep(key_size, value_size, writes.key.shape[2], erases, decays, "eager")
    read, state = loop(writes.packed(), state)
    return read, state


@variants
def test_chunks_are_the_steps(name: str, options: dict[str, Any]) -> None:
    """To 1e-10 in float64, in outputs, states and gradients, at lengths that chunks do not divide,
    and from a state that is not zero."""
    cell = build(name, **options)
    steps = build(name, implementation="eager", **options)
    x_BTI = 2 * torch.randn(2, 53, 5, dtype=torch.float64)
    with torch.no_grad():
        _, state = steps(x_BTI[:, :20])
    outcomes = []
    for form in (cell, steps):
        y_BTH, last = form(x_BTI[:, 20:], state)
        y_BTH.square().sum().backward()
        gradients = [parameter.grad for parameter in form.parameters()]
        outcomes.append([y_BTH, *last, *gradients])
    for chunk, step in zip(*outcomes, strict=True):
        torch.testing.assert_close(chunk, step, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("decays", [1, 6])
@pytest.mark.parametrize("strength", [1.0, 100.0, 1e6])
def test_chunks_are_the_steps_however_much_is_forgotten(strength: float, decays: int) -> None:
    """Decays so strong that their inverse is no number are taken another way; all is finite."""
    torch.manual_seed(0)
    log_decay = -strength * torch.rand(2, 40, 2, decays, dtype=torch.float64)
    writes = _random(40)._replace(log_decay=log_decay.requires_grad_())
    start = torch.randn(2, 2, 6, 4, dtype=torch.float64)
    outcomes = []
    for form in (by_chunk, by_step):
        read, last = form(writes, start)
        (gradient,) = torch.autograd.grad(read.square().sum() + last.sum(), log_decay)
        outcomes.append((read, last, gradient))
    for chunk, step in zip(*outcomes, strict=True):
        torch.testing.assert_close(chunk, step, rtol=1e-10, atol=1e-10)


def _random(steps: int) -> Writes:
    """Writes of the delta rule with two writes a step, six rows, four columns and two heads."""
    key = torch.nn.functional.normalize(torch.randn(2, steps, 2, 2, 6, dtype=torch.float64), dim=-1)
    query = torch.randn(2, steps, 2, 6, dtype=torch.float64)
    value = torch.randn(2, steps, 2, 2, 4, dtype=torch.float64)
    return Writes(query, key, value, key * 1.5)


@variants
def test_counts_are_as_declared(name: str, options: dict[str, Any]) -> None:
    """Parameters, and numbers of the state, at a size where every part of them differs."""
    spec = SPEC[name]
    cell = build(name, 12, **options)
    complete = {**spec.options, "key_size": 6, **options}
    _, state = cell(torch.zeros(1, 3, 5, dtype=torch.float64))
    assert spec.parameters
    assert spec.state_floats
    assert count_parameters(cell) == spec.parameters(5, 12, **complete)
    assert sum(part.numel() for part in state) == spec.state_floats(5, 12, **complete)


# ---- What a memory can do, by hand-set writes


def written(keys: Any, values: Any, erase: Any = None, query: Any = None) -> Writes:
    """Writes of one sequence and one head, from (T, J, K), (T, J, V) and (T, K)."""
    key = torch.as_tensor(keys, dtype=torch.float64)[None, :, :, None]
    value = torch.as_tensor(values, dtype=torch.float64)[None, :, :, None]
    erased = None
    if erase is not None:
        erased = torch.as_tensor(erase, dtype=torch.float64)[None, :, :, None]
    if query is None:
        query = torch.zeros(key.shape[1], key.shape[-1])
    asked = torch.as_tensor(query, dtype=torch.float64)[None, :, None]
    return Writes(asked, key, value, erased)


@pytest.mark.parametrize("form", [by_step, by_chunk])
def test_one_write_with_beta_two_tracks_parity(form: Any) -> None:
    """At each of 10,000 steps: a 1 turns the sign of what is stored, exactly."""
    bits = torch.randint(2, (10_000,), generator=torch.Generator().manual_seed(0)).double()
    ones = torch.ones(10_000, 1, 1)
    writes = written(ones, 0 * ones, 2 * bits[:, None, None], ones[:, 0])
    read, _ = form(writes, torch.ones(1, 1, 1, 1, dtype=torch.float64))
    assert torch.equal(read.flatten(), 1 - 2 * (bits.cumsum(0) % 2))


@pytest.mark.parametrize("letters", [3, 4, 5])
def test_writes_track_permutations(letters: int) -> None:
    """Of m letters by m - 1 reflections a step, over 5,000 products; one reflection fewer is too
    few for a cycle of all m letters."""
    generator = np.random.default_rng(letters)
    group = list(permutations(range(letters)))
    chosen = [group[place] for place in generator.integers(len(group), size=5_000)]
    swaps = {element: _swaps(element) for element in group}
    assert max(map(len, swaps.values())) == letters - 1
    keys = np.zeros((len(chosen), letters - 1, letters))
    for step, element in enumerate(chosen):
        for write, (one, other) in enumerate(swaps[element]):
            keys[step, write, [one, other]] = (0.5**0.5, -(0.5**0.5))
    start = torch.eye(letters, dtype=torch.float64)[None, None]
    values = np.zeros((len(chosen), letters - 1, letters))
    _, state = by_chunk(written(keys, values, 2 * keys), start)
    expected = np.eye(letters)
    for element in chosen:
        expected = np.eye(letters)[list(element)].T @ expected
    assert np.abs(state[0, 0].numpy() - expected).max() < 1e-10


def _swaps(element: tuple[int, ...]) -> list[tuple[int, int]]:
    """The transpositions, in their order, that send the letter in place i to place element[i]."""
    places = list(range(len(element)))
    found = []
    for target in range(len(element)):
        letter = element.index(target)
        place = places.index(letter)
        if place != target:
            found.append((target, place))
            places[target], places[place] = places[place], places[target]
    return found


def test_one_reflection_a_step_is_no_cycle_of_three() -> None:
    """A reflection turns the sign of the determinant or is none; a cycle of three keeps it, and is
    not the identity."""
    cycle = torch.tensor([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]).double()
    for seed in range(100):
        torch.manual_seed(seed)
        key = torch.nn.functional.normalize(torch.randn(1, 1, 3).double(), dim=-1)
        beta = 2 * torch.rand(1).double()
        start = torch.eye(3, dtype=torch.float64)[None, None]
        _, state = by_step(written(key, torch.zeros(1, 1, 3), beta * key), start)
        assert torch.linalg.det(state[0, 0]).item() == pytest.approx(1 - beta.item())
        assert (state[0, 0] - cycle).abs().max() > 0.3


def test_the_delta_rule_overwrites_and_adding_does_not() -> None:
    """A key that is written twice returns the last value, or the sum of both."""
    key = torch.nn.functional.normalize(torch.tensor([[[1.0, 2.0, -1.0]]]).double(), dim=-1)
    keys = key.expand(2, 1, 3)
    values = torch.tensor([[[1.0, -2.0]], [[5.0, 0.5]]])
    nothing = torch.zeros(1, 1, 3, 2, dtype=torch.float64)
    added, _ = by_chunk(written(keys, values, query=keys[:, 0]), nothing)
    replaced, _ = by_chunk(written(keys, values, keys, keys[:, 0]), nothing)
    torch.testing.assert_close(added[0, 1, 0], values.sum(0)[0].double())
    torch.testing.assert_close(replaced[0, 1, 0], values[1, 0].double())


@pytest.mark.parametrize("erases", [False, True])
def test_as_many_pairs_are_recalled_as_keys_have_entries(erases: bool) -> None:
    """With orthonormal keys, exactly; of one pair more, no longer all."""
    torch.manual_seed(0)
    size = 6
    basis, _ = torch.linalg.qr(torch.randn(size, size, dtype=torch.float64))
    for pairs, is_exact in ((size, True), (size + 1, False)):
        extra = torch.nn.functional.normalize(torch.randn(1, size, dtype=torch.float64), dim=-1)
        keys = torch.cat([basis, extra])[:pairs, None]
        values = torch.randn(pairs, 1, 3, dtype=torch.float64)
        nothing = torch.zeros(1, 1, size, 3, dtype=torch.float64)
        _, state = by_chunk(written(keys, values, keys if erases else None), nothing)
        error = (keys[:, 0] @ state[0, 0] - values[:, 0]).abs().max()
        assert (error < 1e-12) == is_exact


# ---- The ladder: cells that are others with a gate held fixed


def reading(cell: MatrixMemory, raw: Raw, *extras: Tensor) -> Tensor:
    """What a cell reads of these maps of its input, before norms and output gates."""
    writes = cell.writes(raw, *extras)
    size = (1, cell.heads, cell.key_size, cell.value_size)
    read, _ = by_step(writes, torch.zeros(size, dtype=torch.float64))
    return read


def maps(writes: int = 1, heads: int = 4) -> Raw:
    """Maps of an input of nine steps, for heads with keys of six and values of two."""
    torch.manual_seed(5)
    shapes = ((1, 9, heads, 6), (1, 9, writes, heads, 6), (1, 9, writes, heads, 2))
    return Raw(*(torch.randn(shape, dtype=torch.float64) for shape in shapes))


def gate(size: int) -> Tensor:
    """A gate before its sigmoid, for nine steps."""
    torch.manual_seed(size)
    return torch.randn(1, 9, size, dtype=torch.float64)


def close(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


OPEN = 60.0
"""A gate before its sigmoid, which is 1 to rounding behind it."""


def test_gdn2_with_one_strength_is_kda() -> None:
    kda = build("kda")
    gdn2 = build("gdn-2")
    gdn2.load_state_dict({**gdn2.state_dict(), **_shared(kda, gdn2)})
    strength = gate(4)
    erase = strength.repeat_interleave(6, -1)
    write = strength.repeat_interleave(2, -1)
    rank = gate(2)
    ours = reading(gdn2, maps(), torch.cat([erase, write], -1), rank, rank)
    close(ours, reading(kda, maps(), strength, rank, rank))


def _shared(one: MatrixMemory, other: MatrixMemory) -> dict[str, Tensor]:
    theirs = other.state_dict()
    return {
        name: value
        for name, value in one.state_dict().items()
        if name in theirs and theirs[name].shape == value.shape
    }


def test_kda_with_one_decay_a_head_is_the_gated_deltanet() -> None:
    kda = build("kda")
    gated = build("gated-deltanet")
    with torch.no_grad():
        kda.to_decay.weight.zero_()
        kda.decay.rate_log.copy_(gated.decay.rate_log)
        kda.decay.bias.copy_(gated.decay.bias.expand(4, 6))
    strength = gate(4)
    none = torch.zeros(1, 9, 4, dtype=torch.float64)
    ours = reading(kda, maps(), strength, gate(2), gate(2))
    close(ours, reading(gated, maps(), strength, none, gate(8)))


def test_the_gated_deltanet_without_decay_is_the_deltanet() -> None:
    gated = build("gated-deltanet")
    with torch.no_grad():
        gated.decay.rate_log.fill_(-OPEN)
    strength = gate(4)
    ours = reading(gated, maps(), strength, gate(4), gate(8))
    close(ours, reading(build("deltanet"), maps(), strength))


def test_the_deltaproduct_of_one_write_is_the_gated_deltanet() -> None:
    gated = build("gated-deltanet")
    one = build("deltaproduct", householders=1)
    one.load_state_dict(gated.state_dict())
    x_BTI = torch.randn(2, 9, 5, dtype=torch.float64)
    close(one(x_BTI)[0], gated(x_BTI)[0])


def test_gdn2_that_erases_nothing_is_gla() -> None:
    """With unit queries and keys, and the same decays."""
    gdn2 = build("gdn-2")
    gla = build("gla")
    rank = gate(2)
    raw = maps()
    strengths = torch.cat(
        [torch.full((1, 9, 24), -10 * OPEN), torch.full((1, 9, 8), OPEN)], -1
    ).double()
    ours = gdn2.writes(raw, strengths, rank, rank)
    theirs = gla.writes(Raw(ours.query * 6**0.5, ours.key, raw.value), gate(16), gate(8))
    nothing = torch.zeros(1, 4, 6, 2, dtype=torch.float64)
    read, _ = by_step(ours, nothing)
    close(read, by_step(theirs._replace(log_decay=ours.log_decay), nothing)[0])


def test_gla_that_keeps_all_is_linear_attention() -> None:
    """With the features of linear attention for queries and keys."""
    gla = build("gla")
    linear = build("linear-attention", normaliser=False)
    with torch.no_grad():
        gla.to_decay.weight.zero_()
        gla.to_decay.bias.fill_(10 * OPEN)
    raw = maps()
    features = linear.writes(raw)
    ours = reading(gla, Raw(features.query * 6**0.5, features.key, raw.value), gate(16), gate(8))
    close(ours, reading(linear, raw))


@pytest.mark.parametrize("name", ["hgrn2", "retnet", "mamba2"])
def test_three_cells_are_gla_with_their_decays(name: str) -> None:
    """HGRN2 with 1 - f for keys, RetNet with fixed decays, Mamba-2 with one decay a head."""
    cell = build(name)
    gates = {"hgrn2": (), "retnet": (gate(8),), "mamba2": (gate(4), gate(8))}[name]
    own = cell.writes(maps(), *gates)
    assert own.log_decay is not None
    gla = build("gla").writes(Raw(own.query * 6**0.5, own.key, own.value), gate(16), gate(8))
    nothing = torch.zeros(1, 4, 6, 2, dtype=torch.float64)
    rows = own.log_decay.expand(-1, -1, -1, 6)
    close(by_step(gla._replace(log_decay=rows), nothing)[0], by_step(own, nothing)[0])


def transitions(name: str, **options: Any) -> Tensor:
    """What a step makes of the state, (1000, N, K, K), at random inputs, with nothing written."""
    cell = build(name, **options)
    x_BTI = 3 * torch.randn(1000, 1, 5, dtype=torch.float64)
    _, *before = cell.initial_state(x_BTI[:, 0])
    writes, _, _ = cell.prepare(x_BTI, tuple(before))
    nothing = torch.zeros_like(writes.value[..., :1]).expand(*writes.value.shape[:-1], 6)
    start = torch.eye(6, dtype=torch.float64).expand(1000, 4, 6, 6)
    _, state = by_step(writes._replace(value=nothing), start)
    return state.detach()


@pytest.mark.parametrize(
    ("name", "options", "has_negative"),
    [
        *((name, {}, False) for name in (*(spec.name for spec in matrix.SPECS), "mlstm")),
        *((name, {"negative_eigenvalues": True}, True) for name in ("deltanet", "kda", "gdn-2")),
    ],
)
def test_only_negative_eigenvalues_turn_a_sign(
    name: str, options: dict[str, Any], has_negative: bool
) -> None:
    """Over 1,000 random inputs; without the option no step of a cell has one, so that a layer
    cannot track parity."""
    eigenvalues = torch.linalg.eigvals(transitions(name, **options)).real
    assert (eigenvalues.min() < -0.5) == has_negative
    assert has_negative or eigenvalues.min() > -1e-9


@pytest.mark.parametrize("form", ["chunk", "eager"])
def test_the_stabiliser_of_the_mlstm_changes_no_output(form: str) -> None:
    """Whatever it starts from; and one more number in all input gates cancels out, where what is
    read is divided by the normaliser rather than by 1."""
    cell = build("mlstm", implementation=form)
    with torch.no_grad():
        cell.gates.weight.normal_()
        cell.gates.bias[:4] += 6
    x_BTI = torch.randn(2, 40, 5, dtype=torch.float64)
    memory, m = cell.initial_state(x_BTI[:, 0])
    y_BTH, _ = cell(x_BTI)
    for start in (-30.0, 20.0):
        close(cell(x_BTI, (memory, m + start))[0], y_BTH)
    with torch.no_grad():
        cell.gates.bias[:4] += 8
    shifted_BTH, _ = cell(x_BTI)
    with torch.no_grad():
        cell.gates.bias[:4] += 5
    torch.testing.assert_close(cell(x_BTI)[0], shifted_BTH, rtol=1e-8, atol=1e-8)


def test_a_rotating_state_counts_modulo_three() -> None:
    """Mamba-3 with weights set by hand: each 1 turns what the first step stored by a third of a
    circle, so that the cosine that is read is above 0 where the count is a multiple of three."""
    cell = SPEC["mamba3"].load({"heads": 1, "key_size": 2})(3, 1).double()
    start, bit, always = range(3)
    rows = {"value": 0, "gate": 1, "time": 6, "rate": 7, "share": 8, "angle": 9}
    with torch.no_grad():
        for parameter in (cell.projection.weight, cell.key_bias, cell.query_bias, cell.skip):
            parameter.zero_()
        cell.projection.weight[rows["value"], start] = 1
        cell.projection.weight[rows["gate"], always] = 3
        cell.projection.weight[rows["rate"], always] = -OPEN
        cell.projection.weight[rows["angle"], bit] = np.arctanh(2 / 3)
        cell.time_bias.fill_(np.log(np.e - 1))
        cell.key_bias[0, 0] = 1
        cell.query_bias[0, 0] = 1
    bits = torch.randint(2, (2_000,), generator=torch.Generator().manual_seed(0)).double()
    bits[0] = 0
    x_BTI = torch.stack([torch.zeros(2_000), bits, torch.ones(2_000)], -1)[None].double()
    x_BTI[0, 0, start] = 1
    y_BTH, _ = cell(x_BTI)
    assert torch.equal(y_BTH[0, :, 0] > 0, bits.cumsum(0) % 3 == 0)


# ---- Options


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"key_size": 0}, "deltanet: key_size should be 1 or above, got 0"),
        ({"heads": 3}, "deltanet: hidden size should be a multiple of heads = 3, got 8"),
        ({"convolution": -1}, "deltanet: convolution should be 0 or above, got -1"),
        ({"implementation": "scan"}, "implementation should be one of chunk, eager, compiled"),
    ],
)
def test_what_cannot_be_built_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(rnnbench.RnnbenchError, match=says):
        build("deltanet", **options)


def test_zeros_have_a_finite_gradient() -> None:
    """An input of zeros gives keys and queries of zeros; so do units that a layer below has shut."""
    for name, form in product(SPEC, ("chunk", "eager")):
        x_BTI = torch.zeros(1, 3, 5, dtype=torch.float64, requires_grad=True)
        build(name, implementation=form)(x_BTI)[0].sum().backward()
        assert x_BTI.grad is not None
        assert torch.isfinite(x_BTI.grad).all(), name


@pytest.mark.parametrize("name", ["mamba2", "gated-deltanet", "deltaproduct", "kda", "gdn-2"])
def test_decays_are_trained_without_weight_decay(name: str) -> None:
    """As their sources have it."""
    cell = build(name)
    groups = cell.param_groups()
    own = set(map(id, chain.from_iterable(group.parameters for group in groups)))
    assert all(not group.weight_decay for group in groups)
    assert {id(parameter) for parameter in cell.decay.parameters()} <= own
