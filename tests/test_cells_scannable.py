"""Cells that are linear in their state: each form against plain loops of the papers' equations, and
closed forms."""

import cmath
import copy
import math
import pickle
from collections.abc import Iterator
from itertools import product

import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench.model import count_parameters, probe
from rnnbench.step_cell import has_compiler
from rnnbench_cells.lru import LRU
from rnnbench_cells.minimal import MinGRU, MinLSTM, log_positive, positive
from rnnbench_cells.specs.scannable import SPECS

SPEC = {spec.name: spec for spec in SPECS}
MINIMAL = {"mingru": MinGRU, "minlstm": MinLSTM}
VARIANTS: list[tuple[str, dict[str, object]]] = [
    *((name, {"form": "log-space"}) for name in MINIMAL),
    *(
        (name, {"form": "vanilla", "gates": gates})
        for name, gates in product(MINIMAL, ("positive", "signed"))
    ),
    ("lru", {}),
    ("lru", {"r_min": 0.9, "r_max": 0.99, "max_phase": 0.3}),
]


def forms() -> Iterator[tuple[str, dict[str, object], str]]:
    """Each variant in each implementation that it has; only log-space has a `log-scan`, and
    `fused` needs a compiler."""
    for name, options in VARIANTS:
        left_out = [] if has_compiler() else ["fused"]
        if options.get("form") != "log-space":
            left_out.append("log-scan")
        for implementation in SPEC[name].implementations:
            if implementation not in left_out:
                yield name, options, implementation


FORMS = list(forms())


def build(
    name: str,
    options: dict[str, object],
    implementation: str = "scan",
    inputs: int = 3,
    hidden: int = 5,
) -> nn.Module:
    """A cell in float64 with its own weights."""
    torch.manual_seed(1)
    cell: nn.Module = SPEC[name].load(options, implementation)(inputs, hidden).double()  # type: ignore[arg-type]
    return cell


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def g(x: float) -> float:
    """Appendix B: the candidate's activation in the log-space form."""
    return x + 0.5 if x >= 0 else sigmoid(x)


def minimal_by_hand(
    cell: nn.Module, x_BTI: Tensor, log_space: bool, signed: bool, state: Tensor | None
) -> Tensor:
    """Sections 3.1 and 3.2 as printed, number by number; signed gates as in Grazzi et al.: 2 a -
    1."""
    weight = cell.projection.weight.tolist()
    bias = cell.projection.bias.tolist()
    gates = 2 if isinstance(cell, MinGRU) else 3
    hidden = len(bias) // gates
    y_BTH = torch.empty(*x_BTI.shape[:2], hidden, dtype=torch.float64)
    for sequence, x_TI in enumerate(x_BTI.tolist()):
        for unit in range(hidden):
            h = 0.5 if log_space else 0.0
            if state is not None:
                h = state[sequence, unit].item()
            for t, x_I in enumerate(x_TI):
                sums = [
                    sum(w * x for w, x in zip(weight[row], x_I, strict=True)) + bias[row]
                    for row in range(unit, gates * hidden, hidden)
                ]
                candidate = g(sums[-1]) if log_space else sums[-1]
                if gates == 2:
                    keep = 1 - sigmoid(sums[0])
                    write = sigmoid(sums[0])
                else:
                    forget = sigmoid(sums[0])
                    into = sigmoid(sums[1])
                    keep = forget / (forget + into)
                    write = into / (forget + into)
                h = (2 * keep - 1 if signed else keep) * h + write * candidate
                y_BTH[sequence, t, unit] = h
    return y_BTH


def lru_by_hand(cell: LRU, x_BTI: Tensor, state: Tensor | None) -> Tensor:
    """Appendix A as printed, number by number."""
    hidden = len(cell.nu_log)
    rates = [
        cmath.exp(-math.exp(nu) + 1j * math.exp(theta))
        for nu, theta in zip(cell.nu_log.tolist(), cell.theta_log.tolist(), strict=True)
    ]
    gamma = [math.exp(value) for value in cell.gamma_log.tolist()]
    b = torch.complex(cell.input_real, cell.input_imaginary).tolist()
    c = torch.complex(cell.output_real, cell.output_imaginary).tolist()
    d = cell.skip.tolist()
    y_BTH = torch.empty(*x_BTI.shape[:2], hidden, dtype=torch.float64)
    for sequence, x_TI in enumerate(x_BTI.tolist()):
        h = [0j] * hidden if state is None else state[sequence].tolist()
        for t, x_I in enumerate(x_TI):
            h = [
                rates[n] * h[n] + gamma[n] * sum(w * x for w, x in zip(b[n], x_I, strict=True))
                for n in range(hidden)
            ]
            for n in range(hidden):
                seen = sum(w * z for w, z in zip(c[n], h, strict=True)).real
                y_BTH[sequence, t, n] = seen + sum(w * x for w, x in zip(d[n], x_I, strict=True))
    return y_BTH


def by_hand(
    cell: nn.Module, options: dict[str, object], x_BTI: Tensor, state: Tensor | None
) -> Tensor:
    """The plain loop that belongs to the cell."""
    if isinstance(cell, LRU):
        return lru_by_hand(cell, x_BTI, state)
    return minimal_by_hand(
        cell, x_BTI, options["form"] == "log-space", options.get("gates") == "signed", state
    )


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_every_form_equals_the_papers_equations(
    name: str, options: dict[str, object], implementation: str
) -> None:
    """In float64, from the initial state and from a carried one."""
    cell = build(name, options, implementation)
    x_BTI = torch.randn(2, 11, 3, dtype=torch.float64)
    y_BTH, state = cell(x_BTI)
    torch.testing.assert_close(y_BTH, by_hand(cell, options, x_BTI, None), atol=1e-12, rtol=0)
    torch.testing.assert_close(
        cell(x_BTI, state)[0], by_hand(cell, options, x_BTI, state), atol=1e-12, rtol=0
    )


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
@pytest.mark.parametrize("chunk", [1, 7, 16, 25])
def test_chunks_with_carried_state_equal_the_whole(
    name: str, options: dict[str, object], implementation: str, chunk: int
) -> None:
    """Of any length: the state is h itself, and goes through no activation again."""
    cell = build(name, options, implementation)
    x_BTI = torch.randn(3, 50, 3, dtype=torch.float64)
    whole, last = cell(x_BTI)
    state = None
    parts = []
    for part in x_BTI.split(chunk, dim=1):
        y_BTH, state = cell(part, state)
        parts.append(y_BTH)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-10, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-10, rtol=0)


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_all_forms_have_the_same_parameters_and_the_same_gradient(
    name: str, options: dict[str, object], implementation: str
) -> None:
    """The state dict of one loads into the other; gradients in x, the state and every parameter
    agree to 1e-10."""
    loop = build(name, options, "loop")
    other = build(name, options, implementation)
    with torch.no_grad():
        for parameter in loop.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    other.load_state_dict(loop.state_dict())
    x_BTI = torch.randn(2, 300, 3, dtype=torch.float64, requires_grad=True)
    state = loop(x_BTI)[1].detach().requires_grad_()
    direction = torch.randn(2, 300, 5, dtype=torch.float64)
    found = []
    for cell in (loop, other):
        y_BTH, _ = cell(x_BTI, state)
        found.append(
            [
                y_BTH,
                *torch.autograd.grad((y_BTH * direction).sum(), [x_BTI, state, *cell.parameters()]),
            ]
        )
    for one, another in zip(*found, strict=True):
        torch.testing.assert_close(one, another, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
@pytest.mark.parametrize(("inputs", "hidden"), [(1, 1), (3, 8), (16, 5)])
def test_parameters_and_state_are_as_declared(
    name: str, options: dict[str, object], implementation: str, inputs: int, hidden: int
) -> None:
    """The formulas count what is there."""
    spec = SPEC[name]
    cell = build(name, options, implementation, inputs, hidden)
    assert spec.parameters is not None
    assert spec.state_floats is not None
    assert spec.parameters(inputs, hidden, **options) == count_parameters(cell)
    expected = ((hidden,), spec.state_floats(inputs, hidden, **options))
    assert probe(cell, torch.zeros(1, 4, inputs, dtype=torch.float64)) == expected


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_awkward_inputs_are_taken(
    name: str, options: dict[str, object], implementation: str
) -> None:
    """One step, one sequence, views; no step is a clear error; inputs of 1e4 give finite outputs
    and gradients."""
    cell = build(name, options, implementation)
    x_BTI = torch.randn(3, 20, 4, dtype=torch.float64).transpose(1, 2)[:, :, :3].transpose(0, 1)
    torch.testing.assert_close(cell(x_BTI)[0], cell(x_BTI.contiguous())[0], atol=1e-14, rtol=0)
    assert cell(x_BTI[:1, :1])[0].shape == (1, 1, 5)
    with pytest.raises(ValueError, match="at least one step"):
        cell(x_BTI[:, :0])
    y_BTH, _ = cell((1e4 * torch.randn(2, 30, 3)).double())
    gradients = torch.autograd.grad(y_BTH.sum(), list(cell.parameters()))
    assert all(tensor.isfinite().all() for tensor in (y_BTH, *gradients))


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_a_cell_can_be_copied_and_pickled(
    name: str, options: dict[str, object], implementation: str
) -> None:
    """And gives the same afterwards; the caller's state stays as it was."""
    cell = build(name, options, implementation)
    x_BTI = torch.randn(2, 6, 3, dtype=torch.float64)
    y_BTH, state = cell(x_BTI)
    before = state.clone()
    for twin in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell))):
        assert torch.equal(twin(x_BTI)[0], y_BTH)
        twin(x_BTI, state)
    assert torch.equal(state, before)


@pytest.mark.parametrize(("name", "options", "implementation"), FORMS)
def test_single_precision_stays_close_over_4096_steps(
    name: str, options: dict[str, object], implementation: str
) -> None:
    """Finite, and within 1e-4 of float64, relative to the largest output; the log-scan within
    1e-2."""
    cell = build(name, options, implementation)
    x_BTI = torch.randn(2, 4096, 3, dtype=torch.float64)
    exact = cell(x_BTI)[0]
    found = cell.float()(x_BTI.float())[0]
    assert found.dtype == torch.float32
    error = ((found - exact).abs().max() / exact.abs().max()).item()
    assert error < (1e-2 if implementation == "log-scan" else 1e-4)


def test_the_positive_activation_is_continuous_and_has_its_logarithm() -> None:
    """g and log g, and a finite gradient on both sides of 0 and far out."""
    x = torch.tensor(
        [-1e4, -30.0, -1e-9, 0.0, 1e-9, 3.0, 1e4], dtype=torch.float64, requires_grad=True
    )
    torch.testing.assert_close(
        positive(x)[1:], torch.tensor([g(v) for v in x.tolist()[1:]], dtype=torch.float64)
    )
    torch.testing.assert_close(log_positive(x)[1:], positive(x)[1:].log())
    assert log_positive(x)[0] == -1e4
    assert torch.autograd.grad(log_positive(x).sum(), x)[0].isfinite().all()


@pytest.mark.parametrize("name", sorted(MINIMAL))
def test_the_initial_state_of_the_log_space_form_is_a_half(name: str) -> None:
    """g(0): no state given is the same as a state of 1/2, and is not the same as zeros; the vanilla
    form has zeros."""
    x_BTI = torch.randn(2, 5, 3, dtype=torch.float64)
    cell = build(name, {"form": "log-space"})
    half = torch.full((2, 5), 0.5, dtype=torch.float64)
    zeros = torch.zeros(2, 5, dtype=torch.float64)
    assert torch.equal(cell(x_BTI)[0], cell(x_BTI, half)[0])
    assert not torch.allclose(cell(x_BTI)[0], cell(x_BTI, zeros)[0])
    vanilla = build(name, {"form": "vanilla"})
    assert torch.equal(vanilla(x_BTI)[0], vanilla(x_BTI, zeros)[0])


@pytest.mark.parametrize("name", sorted(MINIMAL))
def test_the_log_space_form_is_positive_and_the_vanilla_form_is_not(name: str) -> None:
    """They are two different cells."""
    x_BTI = torch.randn(4, 50, 3, dtype=torch.float64)
    assert build(name, {"form": "log-space"})(x_BTI)[0].min() > 0
    assert build(name, {"form": "vanilla"})(x_BTI)[0].min() < 0


def test_a_minimal_lstm_with_both_gates_closed_is_not_a_division_by_zero() -> None:
    """f and i underflow, and f / (f + i) is 1/2 where both are closed alike."""
    cell = build("minlstm", {"form": "vanilla"}, hidden=1)
    with torch.no_grad():
        cell.projection.weight.zero_()
        cell.projection.bias.copy_(torch.tensor([-2e3, -2e3, 4.0]))
    y_BTH, _ = cell(torch.zeros(1, 2, 3, dtype=torch.float64))
    assert y_BTH.flatten().tolist() == [2.0, 3.0]


def test_the_forget_bias_is_added_and_nothing_else_changes() -> None:
    """Rows of the projection: f, i, h."""
    plain = build("minlstm", {})
    raised = build("minlstm", {"forget_bias": 2.0})
    difference = raised.projection.bias - plain.projection.bias
    torch.testing.assert_close(
        difference, torch.tensor([2.0] * 5 + [0.0] * 10, dtype=torch.float64)
    )
    assert torch.equal(raised.projection.weight, plain.projection.weight)


def parity(bits: Tensor) -> Tensor:
    """Of all bits so far."""
    return bits.cumsum(1) % 2


def toggling(gates: str) -> nn.Module:
    """One unit that turns at a one and stays at a zero: z = 1 or 0, candidate 1."""
    cell = build("mingru", {"form": "vanilla", "gates": gates}, inputs=1, hidden=1)
    with torch.no_grad():
        cell.projection.weight.copy_(torch.tensor([[2000.0], [0.0]]))
        cell.projection.bias.copy_(torch.tensor([-1000.0, 1.0]))
    return cell


def test_one_unit_with_signed_gates_holds_parity_for_ever() -> None:
    """a = -1 at ones: h -> 1 - h. With positive gates the same weights overwrite: h = whether a one
    was seen."""
    torch.manual_seed(0)
    bits = torch.randint(2, (8, 5000, 1)).double()
    assert torch.equal(toggling("signed")(bits)[0], parity(bits))
    assert torch.equal(toggling("positive")(bits)[0], (bits.cumsum(1) > 0).double())


def test_positive_gates_cannot_hold_parity() -> None:
    """On a run of ones, parity alternates for ever; each unit with positive gates goes one way
    only, to its limit.

    h_t = a h_{t-1} + b with 0 <= a < 1 is monotone in t, so that no readout of it changes its mind
    at every step.
    """
    for seed in range(20):
        torch.manual_seed(seed)
        cell = MinGRU(1, 8, form="vanilla").double()
        steps_BTH = cell(torch.ones(1, 200, 1, dtype=torch.float64))[0].diff(dim=1)
        assert ((steps_BTH >= -1e-15).all(1) | (steps_BTH <= 1e-15).all(1)).all()


@pytest.mark.parametrize("implementation", ["scan", "loop"])
def test_the_impulse_response_of_the_lru_is_a_sum_of_exponentials(implementation: str) -> None:
    """y_k = Re(C diag(lambda)^k gamma B), and D on top at k = 0."""
    cell = build("lru", {"r_min": 0.8, "r_max": 0.95}, implementation)
    rates = torch.exp(torch.complex(-cell.nu_log.exp(), cell.theta_log.exp()))
    b = cell.gamma_log.exp()[:, None] * torch.complex(cell.input_real, cell.input_imaginary)
    c = torch.complex(cell.output_real, cell.output_imaginary)
    impulses = torch.zeros(3, 40, 3, dtype=torch.float64)
    impulses[range(3), 0, range(3)] = 1.0
    y_BTH = cell(impulses)[0]
    for k in range(40):
        expected = (c @ torch.diag(rates**k) @ b).real + (cell.skip if k == 0 else 0)
        torch.testing.assert_close(y_BTH[:, k].T, expected, atol=1e-12, rtol=0)


def test_the_eigenvalues_of_the_lru_start_uniform_on_the_ring() -> None:
    """By area: |lambda|^2 ~ U(r_min^2, r_max^2); angles ~ U(0, max_phase); gamma = sqrt(1 -
    |lambda|^2)."""
    torch.manual_seed(0)
    nu, theta, gamma = ring(0.6, 0.9, 1.5)
    radius = torch.exp(-nu.exp())
    angle = theta.exp()
    for drawn, low, high in ((radius**2, 0.36, 0.81), (angle, 0.0, 1.5)):
        assert low <= drawn.min()
        assert drawn.max() <= high
        quantiles = torch.quantile(drawn, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64))
        expected = low + (high - low) * torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
        torch.testing.assert_close(quantiles, expected, atol=0.05 * (high - low), rtol=0)
    torch.testing.assert_close(gamma.exp(), (1 - radius**2).sqrt(), atol=1e-5, rtol=1e-5)


def ring(r_min: float, r_max: float, max_phase: float) -> list[Tensor]:
    """nu_log, theta_log and gamma_log of many cells, one after the other."""
    cells = [LRU(1, 500, r_min, r_max, max_phase) for _ in range(4)]
    triples = zip(*((cell.nu_log, cell.theta_log, cell.gamma_log) for cell in cells), strict=True)
    return [torch.cat(drawn).detach().double() for drawn in triples]


def test_the_weights_of_the_lru_start_with_the_variances_of_the_source() -> None:
    """B: 1/2I for each part; C: 1/H for each part; D: 1/I."""
    torch.manual_seed(0)
    cell = LRU(40, 200)
    for weight, variance in (
        (cell.input_real, 1 / 80),
        (cell.input_imaginary, 1 / 80),
        (cell.output_real, 1 / 200),
        (cell.output_imaginary, 1 / 200),
        (cell.skip, 1 / 40),
    ):
        assert weight.var().item() == pytest.approx(variance, rel=0.1)
        assert weight.mean().item() == pytest.approx(
            0, abs=5 * math.sqrt(variance / weight.numel())
        )


def test_no_weights_make_the_lru_unstable() -> None:
    """|lambda| < 1 whatever nu is."""
    cell = build("lru", {})
    with torch.no_grad():
        cell.nu_log.copy_(torch.linspace(-10, 5, 5))
    assert (cell.eigenvalues().abs() < 1).all()


def test_the_lru_asks_for_slow_steps_without_decay_where_its_source_does() -> None:
    """lambda, gamma and B; C and D are trained as everything else."""
    cell = build("lru", {})
    (group,) = cell.param_groups()
    names = {
        name
        for name, parameter in cell.named_parameters()
        if any(parameter is p for p in group.parameters)
    }
    assert names == {"nu_log", "theta_log", "gamma_log", "input_real", "input_imaginary"}
    assert (group.learning_rate_factor, group.weight_decay) == (0.5, False)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("mingru", {"form": "log"}, "mingru: form should be one of log-space, vanilla, got 'log'"),
        (
            "minlstm",
            {"gates": "both"},
            "minlstm: gates should be one of positive, signed, got 'both'",
        ),
        (
            "mingru",
            {"gates": "signed"},
            "mingru: gates 'signed' need form 'vanilla', got 'log-space'",
        ),
        (
            "mingru",
            {"implementation": "fast"},
            "mingru: implementation should be one of scan, loop, log-scan",
        ),
        (
            "minlstm",
            {"form": "vanilla", "implementation": "log-scan"},
            "'log-scan' needs form 'log-space', got 'vanilla'",
        ),
        (
            "lru",
            {"implementation": "log-scan"},
            "lru: implementation should be one of scan, loop, got 'log-scan'",
        ),
        (
            "lru",
            {"r_min": 0.9, "r_max": 0.5},
            "lru: r_min and r_max should satisfy 0 <= r_min < r_max <= 1, got 0.9 and 0.5",
        ),
        ("lru", {"max_phase": 0.0}, "lru: max_phase should be above 0, got 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    name: str, options: dict[str, object], told: str
) -> None:
    """In one clear sentence."""
    with pytest.raises(rnnbench.RnnbenchError, match=told):
        SPEC[name].load(options)(3, 5)  # type: ignore[arg-type]
