"""Cells whose dynamics are stable by construction: against plain loops of the papers' equations,
and closed forms."""

import copy
import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._dynamo.utils import counters

import rnnbench
from rnnbench.model import count_parameters, probe
from rnnbench_cells.antisymmetric import AntisymmetricRNN
from rnnbench_cells.indrnn import IndRNN
from rnnbench_cells.orthogonal import ExpRNN
from rnnbench_cells.oscillators import LEM, CoRNN
from rnnbench_cells.reservoir import EXACT_SIZE, EchoStateNetwork
from rnnbench_cells.specs.stable import SPECS

SPEC = {spec.name: spec for spec in SPECS}
VARIANTS: list[tuple[str, dict[str, object]]] = [
    ("exprnn", {}),
    ("exprnn", {"nonlinearity": "identity"}),
    ("exprnn", {"initialization": "cayley"}),
    ("cornn", {}),
    ("cornn", {"dt": 0.5, "gamma": 1.0, "epsilon": 0.3, "damping": "implicit"}),
    ("lem", {}),
    ("lem", {"dt": 0.3}),
    ("indrnn", {}),
    ("indrnn", {"horizon": 3}),
    ("antisymmetric", {"epsilon": 0.3}),
    ("antisymmetric", {"epsilon": 0.3, "gated": True, "gamma": 0.2, "weight_scale": 3.0}),
    ("esn", {}),
    ("esn", {"leak": 0.3, "connections": 2, "spectral_radius": 1.2, "input_scaling": 0.2}),
]
State = list[np.ndarray]
Step = Callable[[np.ndarray, State], State]


def build(
    name: str,
    options: dict[str, object],
    inputs: int = 3,
    hidden: int = 5,
    implementation: str = "eager",
) -> nn.Module:
    """A cell in float64 whose weights are some way from where they start."""
    torch.manual_seed(1)
    cell: nn.Module = SPEC[name].load(options, implementation)(inputs, hidden).double()  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return cell


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def arrays(cell: nn.Module) -> dict[str, np.ndarray]:
    """Everything in the state dict."""
    return {name: tensor.detach().numpy() for name, tensor in cell.state_dict().items()}


def skew(above: np.ndarray, size: int) -> np.ndarray:
    """By the definition, entry by entry."""
    matrix = np.zeros((size, size))
    numbers = iter(above)
    for row in range(size):
        for column in range(row + 1, size):
            matrix[row, column] = next(numbers)
            matrix[column, row] = -matrix[row, column]
    return matrix


def exponential(matrix: np.ndarray) -> np.ndarray:
    """By its series."""
    total = term = np.eye(len(matrix))
    for k in range(1, 80):
        term = term @ matrix / k
        total = total + term
    return total


def exprnn_step(cell: ExpRNN, weights: dict[str, np.ndarray]) -> Step:
    """arXiv:1901.08428, section 4."""
    rotation = exponential(skew(weights["skew"], 5))

    def step(x: np.ndarray, state: State) -> State:
        v = rotation @ state[0] + weights["from_input.weight"] @ x
        return [np.sign(v) * np.maximum(np.abs(v) + weights["bias"], 0) if "bias" in weights else v]

    return step


def cornn_step(cell: CoRNN, weights: dict[str, np.ndarray], damping: str) -> Step:
    """arXiv:2010.00951, equation 3; the implicit form solved for z_n."""
    w_y, w_z = np.hsplit(weights["from_state.weight"], 2)

    def step(x: np.ndarray, state: State) -> State:
        y, z = state
        drive = np.tanh(
            w_y @ y + w_z @ z + weights["from_input.weight"] @ x + weights["from_input.bias"]
        )
        if damping == "explicit":
            z = z + cell.dt * (drive - cell.gamma * y - cell.epsilon * z)
        else:
            z = (z + cell.dt * (drive - cell.gamma * y)) / (1 + cell.dt * cell.epsilon)
        return [y + cell.dt * z, z]

    return step


def lem_step(cell: LEM, weights: dict[str, np.ndarray]) -> Step:
    """arXiv:2110.04744, equation 3."""

    def step(x: np.ndarray, state: State) -> State:
        y, z = state
        v_1, v_2, v_z, v_y = np.split(
            weights["from_input.weight"] @ x + weights["from_input.bias"], 4
        )
        w_1, w_2, w_z = np.split(weights["from_output.weight"] @ y + weights["from_output.bias"], 3)
        short = cell.dt * sigmoid(w_1 + v_1)
        long = cell.dt * sigmoid(w_2 + v_2)
        z = (1 - short) * z + short * np.tanh(w_z + v_z)
        w_y = weights["from_memory.weight"] @ z + weights["from_memory.bias"]
        return [(1 - long) * y + long * np.tanh(w_y + v_y), z]

    return step


def indrnn_step(cell: IndRNN, weights: dict[str, np.ndarray], horizon: int) -> Step:
    """arXiv:1803.04831, equation 2, |u| within 2^(1/T)."""
    bound = 2 ** (1 / horizon) if horizon else math.inf
    u = np.minimum(np.maximum(weights["recurrent"], -bound), bound)

    def step(x: np.ndarray, state: State) -> State:
        return [
            np.maximum(
                weights["from_input.weight"] @ x + u * state[0] + weights["from_input.bias"], 0
            )
        ]

    return step


def antisymmetric_step(cell: AntisymmetricRNN, weights: dict[str, np.ndarray]) -> Step:
    """arXiv:1902.09689, equations 10 and 13."""
    matrix = skew(weights["skew"], 5) - cell.gamma * np.eye(5)

    def step(x: np.ndarray, state: State) -> State:
        flow = matrix @ state[0]
        candidate, *gate = np.split(
            weights["from_input.weight"] @ x + weights["from_input.bias"], 2 if cell.gated else 1
        )
        opened = sigmoid(flow + gate[0]) if gate else 1.0
        return [state[0] + cell.epsilon * opened * np.tanh(flow + candidate)]

    return step


def dense(cell: nn.Module) -> np.ndarray:
    """The recurrent matrix of a reservoir, entry by entry."""
    weights = arrays(cell)
    size = len(weights["bias"])
    matrix = np.zeros((size, size))
    for row, (sources, strengths) in enumerate(
        zip(weights["sources"], weights["strengths"], strict=True)
    ):
        for column, strength in zip(sources, strengths, strict=True):
            matrix[row, column] += strength
    return matrix


def esn_step(cell: EchoStateNetwork, weights: dict[str, np.ndarray]) -> Step:
    """Jaeger 2001, equation 1.6 without feedback, leaky as in Lukosevicius 2012, equations 2 and
    3."""
    recurrent = dense(cell)

    def step(x: np.ndarray, state: State) -> State:
        updated = np.tanh(weights["input_weight"] @ x + weights["bias"] + recurrent @ state[0])
        return [(1 - cell.leak) * state[0] + cell.leak * updated]

    return step


def step_of(cell: nn.Module, options: dict[str, object]) -> Step:
    """The plain step that belongs to the cell."""
    weights = arrays(cell)
    if isinstance(cell, ExpRNN):
        return exprnn_step(cell, weights)
    if isinstance(cell, CoRNN):
        return cornn_step(cell, weights, str(options.get("damping", "explicit")))
    if isinstance(cell, LEM):
        return lem_step(cell, weights)
    if isinstance(cell, IndRNN):
        return indrnn_step(cell, weights, int(str(options.get("horizon", 0))))
    if isinstance(cell, AntisymmetricRNN):
        return antisymmetric_step(cell, weights)
    assert isinstance(cell, EchoStateNetwork)
    return esn_step(cell, weights)


def parts_of(state: object) -> list[Tensor]:
    """A state as a list of its tensors."""
    return [state] if isinstance(state, Tensor) else list(state)  # type: ignore[call-overload, no-any-return]


def by_hand(
    cell: nn.Module, options: dict[str, object], x_BTI: Tensor, state: object = None
) -> Tensor:
    """Sequence by sequence, step by step, from zeros or from a carried state."""
    step = step_of(cell, options)
    parts = 2 if isinstance(cell, CoRNN | LEM) else 1
    outputs = []
    for sequence, x_TI in enumerate(x_BTI.numpy()):
        now = (
            [np.zeros(5)] * parts
            if state is None
            else [p[sequence].detach().numpy() for p in parts_of(state)]
        )
        outputs_TH = []
        for x_I in x_TI:
            now = step(x_I, now)
            outputs_TH.append(now[0])
        outputs.append(outputs_TH)
    return torch.tensor(np.array(outputs))


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_a_cell_equals_the_papers_equations(name: str, options: dict[str, object]) -> None:
    """In float64, from zeros and from a carried state, to 1e-12."""
    cell = build(name, options)
    x_BTI = torch.randn(2, 12, 3, dtype=torch.float64)
    y_BTH, state = cell(x_BTI)
    torch.testing.assert_close(y_BTH, by_hand(cell, options, x_BTI), atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(
        cell(x_BTI, state)[0], by_hand(cell, options, x_BTI, state), atol=1e-12, rtol=1e-12
    )
    assert torch.equal(parts_of(state)[0], y_BTH[:, -1])


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_chunks_with_carried_state_equal_the_whole(name: str, options: dict[str, object]) -> None:
    """Chunks of 1, 7, 16 and T/2."""
    cell = build(name, options)
    x_BTI = torch.randn(3, 40, 3, dtype=torch.float64)
    whole, _ = cell(x_BTI)
    for chunk in (1, 7, 16, 20):
        state = None
        parts = []
        for part in x_BTI.split(chunk, dim=1):
            y_BTH, state = cell(part, state)
            parts.append(y_BTH)
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize(("name", "options"), VARIANTS)
@pytest.mark.parametrize(("inputs", "hidden"), [(1, 1), (3, 8), (16, 5)])
def test_parameters_and_state_are_as_declared(
    name: str, options: dict[str, object], inputs: int, hidden: int
) -> None:
    """The formulas count what is there."""
    spec = SPEC[name]
    cell = build(name, options, inputs, hidden)
    assert spec.parameters is not None
    assert spec.state_floats is not None
    assert spec.parameters(inputs, hidden, **options) == count_parameters(cell)
    expected = ((hidden,), spec.state_floats(inputs, hidden, **options))
    assert probe(cell, torch.zeros(1, 4, inputs, dtype=torch.float64)) == expected


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_the_gradient_is_right(name: str, options: dict[str, object]) -> None:
    """By finite differences, in the inputs, the state and every parameter."""
    cell = build(name, options, hidden=4)
    names = [parameter for parameter, _ in cell.named_parameters()]
    x_BTI = torch.randn(2, 3, 3, dtype=torch.float64, requires_grad=True)
    state = [part.detach().clone().requires_grad_() for part in parts_of(cell(x_BTI)[1])]

    def run(x_BTI: Tensor, *rest: Tensor) -> Tensor:
        given = tuple(rest[: len(state)]) if len(state) > 1 else rest[0]
        weights = dict(zip(names, rest[len(state) :], strict=True))
        y_BTH: Tensor = torch.func.functional_call(cell, weights, (x_BTI, given))[0]
        return y_BTH

    assert torch.autograd.gradcheck(run, (x_BTI, *state, *cell.parameters()))


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_awkward_inputs_are_taken(name: str, options: dict[str, object]) -> None:
    """One step, one sequence, views; no step is a clear error; inputs of 1e4 give finite outputs
    and gradients."""
    cell = build(name, options)
    x_BTI = torch.randn(3, 20, 4, dtype=torch.float64).transpose(1, 2)[:, :, :3].transpose(0, 1)
    torch.testing.assert_close(cell(x_BTI)[0], cell(x_BTI.contiguous())[0], atol=1e-13, rtol=0)
    assert cell(x_BTI[:1, :1])[0].shape == (1, 1, 5)
    with pytest.raises(ValueError, match="at least one step"):
        cell(x_BTI[:, :0])
    extreme = (1e4 * torch.randn(2, 30, 3)).double().requires_grad_()
    y_BTH, _ = cell(extreme)
    gradients = torch.autograd.grad(y_BTH.sum(), [extreme, *cell.parameters()])
    assert all(tensor.isfinite().all() for tensor in (y_BTH, *gradients))


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_a_cell_can_be_copied_and_pickled(name: str, options: dict[str, object]) -> None:
    """And gives the same afterwards; so does another one that its state dict is loaded into."""
    cell = build(name, options)
    torch.manual_seed(99)
    other = SPEC[name].load(options)(3, 5).double()  # type: ignore[arg-type]
    other.load_state_dict(cell.state_dict())
    x_BTI = torch.randn(2, 6, 3, dtype=torch.float64)
    y_BTH, state = cell(x_BTI)
    before = [part.clone() for part in parts_of(state)]
    for twin in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell)), other):
        assert torch.equal(twin(x_BTI)[0], y_BTH)
        twin(x_BTI, state)
    assert all(
        torch.equal(one, another) for one, another in zip(parts_of(state), before, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), VARIANTS)
@pytest.mark.filterwarnings("ignore")  # torch.compile warns of itself
def test_compiled_equals_eager(name: str, options: dict[str, object]) -> None:
    """In outputs, states and gradients; again after the weights have changed, and without compiling
    anew."""
    eager = build(name, options)
    compiled = build(name, options, implementation="compiled")
    x_BTI = torch.randn(2, 23, 3, dtype=torch.float64, requires_grad=True)
    graphs = []
    for _ in range(2):
        found = []
        for cell in (eager, compiled):
            y_BTH, state = cell(x_BTI)
            gradients = torch.autograd.grad(y_BTH.square().sum(), [x_BTI, *cell.parameters()])
            found.append([y_BTH, *parts_of(state), *gradients])
            with torch.no_grad():
                for parameter in cell.parameters():
                    parameter.mul_(0.9)
        for one, another in zip(*found, strict=True):
            torch.testing.assert_close(one, another, atol=1e-10, rtol=1e-10)
        graphs.append(counters["stats"]["unique_graphs"])
    assert graphs[0] == graphs[1]


def jacobian(cell: nn.Module, steps: int, hidden: int) -> Tensor:
    """dh_T/dh_0 of one sequence, (H, H)."""
    x_BTI = torch.randn(1, steps, 3, dtype=torch.float64)
    start = torch.rand(1, hidden, dtype=torch.float64)
    found: Tensor = torch.autograd.functional.jacobian(lambda h: cell(x_BTI, h)[1], start)  # type: ignore[no-untyped-call]
    return found[0, :, 0]


@pytest.mark.parametrize("initialization", ["henaff", "cayley"])
def test_the_gradient_of_the_linear_orthogonal_cell_neither_grows_nor_vanishes(
    initialization: str,
) -> None:
    """|dh_T/dh_0| = 1 in every direction after 500 steps, wherever training has led A."""
    cell = build("exprnn", {"nonlinearity": "identity", "initialization": initialization}, hidden=7)
    singular = torch.linalg.svdvals(jacobian(cell, 500, 7))
    torch.testing.assert_close(singular, torch.ones(7, dtype=torch.float64), atol=1e-10, rtol=0)


def test_the_exponential_is_taken_once_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once a step."""
    calls = []
    exponential_of = torch.matrix_exp
    monkeypatch.setattr(
        torch, "matrix_exp", lambda matrix: calls.append(1) or exponential_of(matrix)
    )
    build("exprnn", {})(torch.randn(2, 30, 3, dtype=torch.float64))
    assert len(calls) == 1


@pytest.mark.parametrize("initialization", ["henaff", "cayley"])
@pytest.mark.parametrize("hidden", [1, 2, 7, 400])
def test_the_skew_matrix_starts_in_blocks_of_two(initialization: str, hidden: int) -> None:
    """(0, s; -s, 0), s ~ U(-pi, pi) for henaff; for cayley s = -tan(u/2), u ~ U(0, pi/2), so s in
    (-1, 0)."""
    torch.manual_seed(0)
    matrix = skew(ExpRNN(2, hidden, initialization=initialization).skew.detach().numpy(), hidden)
    angles = np.array([matrix[k, k + 1] for k in range(0, hidden - 1, 2)])
    for k, angle in zip(range(0, hidden - 1, 2), angles, strict=True):
        matrix[k, k + 1] -= angle
        matrix[k + 1, k] += angle
    assert not matrix.any()
    low, high = (-math.pi, math.pi) if initialization == "henaff" else (-1.0, 0)
    assert all(low <= angle <= high for angle in angles)
    if hidden == 400:
        uniform = angles if initialization == "henaff" else 2 * np.arctan(-angles)
        expected = (
            [-math.pi / 2, 0, math.pi / 2]
            if initialization == "henaff"
            else np.array([1, 2, 3]) * math.pi / 8
        )
        np.testing.assert_allclose(np.quantile(uniform, [0.25, 0.5, 0.75]), expected, atol=0.6)


def test_an_orthogonal_matrix_is_learned_at_a_tenth_of_the_rate() -> None:
    """And is not drawn to the identity by weight decay; u of the indrnn has no decay either."""
    cell = build("exprnn", {})
    (group,) = cell.param_groups()
    assert list(group.parameters) == [cell.skew]
    assert (group.learning_rate_factor, group.weight_decay) == (0.1, False)
    cell = build("indrnn", {})
    (group,) = cell.param_groups()
    assert list(group.parameters) == [cell.recurrent]
    assert (group.learning_rate_factor, group.weight_decay) == (1.0, False)


def test_a_weight_of_the_indrnn_beyond_its_bound_is_brought_back_and_learns_on() -> None:
    """With horizon = 3 the bound is 2^(1/3); cut where it is used alone, it would have no gradient
    ever after."""
    cell = build("indrnn", {"horizon": 3})
    with torch.no_grad():
        cell.recurrent.copy_(torch.tensor([9.0, -9.0, 0.5, 1.0, 1.25]))
        cell.from_input.bias.fill_(1.0)
    y_BTH, _ = cell(torch.zeros(1, 4, 3, dtype=torch.float64))
    y_BTH.sum().backward()
    bound = 2 ** (1 / 3)
    torch.testing.assert_close(
        cell.recurrent.data, torch.tensor([bound, -bound, 0.5, 1.0, 1.25], dtype=torch.float64)
    )
    assert cell.recurrent.grad[0] != 0


def test_the_jacobian_of_the_indrnn_is_u_to_the_power_of_steps() -> None:
    """On units that stay active: dh_T/dh_0 = diag(u^T)."""
    cell = build("indrnn", {})
    with torch.no_grad():
        cell.from_input.bias.fill_(50.0)
        cell.recurrent.copy_(torch.tensor([0.1, 0.5, 0.9, 1.0, 1.01]))
    expected = torch.diag(cell.recurrent.detach() ** 30)
    torch.testing.assert_close(jacobian(cell, 30, 5), expected, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize(
    ("horizon", "bound"), [(0, 1.0), (1, 2.0), (2, math.sqrt(2)), (100, 2**0.01)]
)
def test_the_recurrent_weights_of_the_indrnn_start_within_their_range(
    horizon: int, bound: float
) -> None:
    """u ~ U(0, 2^(1/T)); u ~ U(0, 1) without a horizon."""
    torch.manual_seed(0)
    u_H = IndRNN(1, 4000, horizon=horizon).recurrent.detach()
    assert u_H.min() >= 0
    assert bound * 0.99 < u_H.max() <= bound
    assert u_H.mean().item() == pytest.approx(bound / 2, rel=0.05)


@pytest.mark.parametrize("driven_out", [-5.0, 5.0])
def test_the_recurrent_weights_of_the_indrnn_are_kept_within_their_range(driven_out: float) -> None:
    """With a horizon T, a u beyond 2^(1/T) acts as 2^(1/T); without one it acts as it is."""
    x_BTI = torch.randn(2, 6, 3, dtype=torch.float64)
    for horizon, acts_as in ((4, math.copysign(2**0.25, driven_out)), (0, driven_out)):
        outputs = []
        for u in (driven_out, acts_as):
            cell = build("indrnn", {"horizon": horizon})
            with torch.no_grad():
                cell.recurrent.fill_(u)
            outputs.append(cell(x_BTI)[0])
        torch.testing.assert_close(*outputs, atol=1e-12, rtol=1e-12)


def test_the_flow_of_the_antisymmetric_cell_has_eigenvalues_on_a_vertical_line() -> None:
    """Those of W - W^T - gamma I all have the real part -gamma."""
    for gamma in (0.0, 0.3):
        eigenvalues = torch.linalg.eigvals(
            build("antisymmetric", {"gamma": gamma}, hidden=8).matrix()
        )
        torch.testing.assert_close(
            eigenvalues.real, torch.full((8,), -gamma, dtype=torch.float64), atol=1e-12, rtol=0
        )
        assert eigenvalues.imag.abs().max() > 0.1


def test_the_weights_of_the_antisymmetric_cell_start_as_in_the_source() -> None:
    """V ~ N(0, 1/I), b = 0, W ~ N(0, sigma^2/H)."""
    torch.manual_seed(0)
    cell = AntisymmetricRNN(50, 200, weight_scale=3.0)
    assert cell.from_input.weight.var().item() == pytest.approx(1 / 50, rel=0.1)
    assert cell.skew.var().item() == pytest.approx(9 / 200, rel=0.1)
    assert not cell.from_input.bias.any()


@pytest.mark.parametrize(("build_cell", "bound"), [(CoRNN, 1 / math.sqrt(6 + 2 * 100)), (LEM, 0.1)])
def test_the_weights_of_the_oscillators_start_uniform(
    build_cell: Callable[..., nn.Module], bound: float
) -> None:
    """Within 1/sqrt(I + 2H) and 1/sqrt(H)."""
    torch.manual_seed(0)
    for parameter in build_cell(6, 100).parameters():
        assert 0.9 * bound < parameter.abs().max() <= bound
        assert parameter.var().item() == pytest.approx(bound**2 / 3, rel=0.35)


def test_an_undriven_oscillator_is_the_one_of_the_textbook() -> None:
    """Without weights: y'' = -gamma y - epsilon y', y = exp(-epsilon t / 2) cos(w t) ..., to first
    order in dt."""
    dt = 1e-3
    gamma = 4.0
    epsilon = 0.5
    cell = build("cornn", {"dt": dt, "gamma": gamma, "epsilon": epsilon}, hidden=1)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
    start = (torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64))
    y_BTH, _ = cell(torch.zeros(1, 5000, 3, dtype=torch.float64), start)
    t = dt * torch.arange(1, 5001, dtype=torch.float64)
    w = math.sqrt(gamma - epsilon**2 / 4)
    expected = torch.exp(-epsilon * t / 2) * (
        torch.cos(w * t) + epsilon / (2 * w) * torch.sin(w * t)
    )
    torch.testing.assert_close(y_BTH[0, :, 0], expected, atol=5e-3, rtol=0)


def test_the_states_of_the_lem_stay_within_one() -> None:
    """As both are convex combinations of themselves and a tanh."""
    y_BTH, (_, z_BH) = build("lem", {})(100 * torch.randn(4, 200, 3, dtype=torch.float64))
    assert max(y_BTH.abs().max(), z_BH.abs().max()) <= 1


@pytest.mark.parametrize(
    ("hidden", "radius", "tolerance"),
    [(1, 0.5, 1e-6), (2, 0.9, 1e-6), (40, 0.9, 1e-5), (40, 1.3, 1e-5), (EXACT_SIZE + 1, 0.9, 0.01)],
)
def test_the_spectral_radius_is_what_was_asked(
    hidden: int, radius: float, tolerance: float
) -> None:
    """Of the matrix that is applied; large ones are met to about 1 %."""
    torch.manual_seed(hidden)
    matrix = torch.tensor(
        dense(EchoStateNetwork(3, hidden, spectral_radius=radius)), dtype=torch.float64
    )
    assert torch.linalg.eigvals(matrix).abs().max().item() == pytest.approx(radius, rel=tolerance)


def test_a_reservoir_is_of_its_seed_and_has_nothing_to_learn() -> None:
    """The same seed gives the same reservoir, another one another; no parameters; it is part of the
    state dict."""

    def of_seed(seed: int) -> EchoStateNetwork:
        torch.manual_seed(seed)
        return EchoStateNetwork(3, 20)

    for name, tensor in of_seed(0).state_dict().items():
        assert torch.equal(tensor, of_seed(0).state_dict()[name])
        assert not torch.equal(tensor, of_seed(1).state_dict()[name])
    assert not list(of_seed(0).parameters())
    assert set(of_seed(0).state_dict()) == {"input_weight", "bias", "sources", "strengths"}


def test_a_reservoir_has_the_connections_and_scales_that_were_asked() -> None:
    """At most `connections` inputs from other units each; W and b within the input scaling."""
    torch.manual_seed(0)
    cell = EchoStateNetwork(3, 200, connections=4, input_scaling=0.3)
    assert (dense(cell) != 0).sum(1).max() == 4
    assert 0.29 < cell.input_weight.abs().max() <= 0.3
    assert 0.25 < cell.bias.abs().max() <= 0.3


def test_an_echo_dies_out() -> None:
    """The echo state property: below a radius of 1, where a reservoir started does not matter in
    the long run."""
    torch.manual_seed(0)
    cell = EchoStateNetwork(3, 50, spectral_radius=0.8).double()
    x_BTI = torch.randn(1, 400, 3, dtype=torch.float64)
    starts = [torch.zeros(1, 50, dtype=torch.float64), torch.ones(1, 50, dtype=torch.float64)]
    torch.testing.assert_close(*(cell(x_BTI, start)[1] for start in starts), atol=1e-10, rtol=0)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        (
            "exprnn",
            {"nonlinearity": "tanh"},
            "exprnn: nonlinearity should be one of modrelu, identity, got 'tanh'",
        ),
        (
            "exprnn",
            {"initialization": "haar"},
            "exprnn: initialization should be one of henaff, cayley, got 'haar'",
        ),
        ("exprnn", {"implementation": "native"}, "no implementation called 'native'"),
        ("antisymmetric", {"implementation": "native"}, "no implementation called 'native'"),
        ("antisymmetric", {"epsilon": -1.0}, "antisymmetric: epsilon should be above 0, got -1"),
        (
            "cornn",
            {"damping": "both"},
            "cornn: damping should be one of explicit, implicit, got 'both'",
        ),
        ("cornn", {"dt": 0.0}, "cornn: dt should be above 0, got 0"),
        ("lem", {"dt": -0.1}, "lem: dt should be above 0, got -0.1"),
        ("indrnn", {"horizon": -3}, "indrnn: horizon should be 0 .none. or above, got -3"),
        ("esn", {"leak": 0.0}, "esn: leak should be above 0 and at most 1, got 0"),
        ("esn", {"spectral_radius": 0.0}, "esn: spectral_radius should be above 0, got 0"),
        ("esn", {"input_scaling": -1.0}, "esn: input_scaling should be above 0, got -1"),
        ("esn", {"connections": 0}, "esn: connections should be above 0, got 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    name: str, options: dict[str, object], told: str
) -> None:
    """In one clear sentence."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        SPEC[name].load(options)(3, 5)  # type: ignore[arg-type]
