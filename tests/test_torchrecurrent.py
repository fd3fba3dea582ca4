"""The layers of torchrecurrent as cells: what the bridge says of them, and what holds of each."""

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchrecurrent
from torch import Tensor, nn

import rnnbench
import rnnbench_torchrecurrent
from rnnbench.catalogue import Catalogue
from rnnbench.model import count_parameters, probe
from rnnbench.state import map_tensors, tensors_of
from rnnbench_torchrecurrent import layers
from rnnbench_torchrecurrent.specs import SPECS
from tests.builders.matrix import slow

BATCH = 4
STEPS = 11
INPUTS = 3
UNITS = 5
KEPT_FROM_SUITES = {
    "self",
    "input_size",
    "hidden_size",
    "num_layers",
    "dropout",
    "batch_first",
    "device",
    "dtype",
}
each_layer = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


def theirs(spec: rnnbench.CellSpec) -> str:
    return str(spec.build).partition(":")[2]


def build(spec: rnnbench.CellSpec, **options: Any) -> nn.Module:
    """The layer at its smallest, in float64, with weights of seed 0 moved off where they begin."""
    torch.manual_seed(0)
    cell = spec.load(options)(inputs_of(spec), UNITS).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return cell  # type: ignore[no-any-return]


def inputs_of(spec: rnnbench.CellSpec) -> int:
    return UNITS if spec.same_size else INPUTS


def noise(spec: rnnbench.CellSpec, batch: int = BATCH, steps: int = STEPS, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, steps, inputs_of(spec), dtype=torch.float64, generator=generator)


def gap(a: Any, b: Any) -> float:
    """The largest difference between two trees of tensors."""
    pairs = zip(tensors_of(a), tensors_of(b), strict=True)
    return max((x - y).abs().max().item() for x, y in pairs)


def test_every_layer_is_listed_and_none_is_invented() -> None:
    """The list, which is read without torchrecurrent, is that of torchrecurrent."""
    there_are = {name for name in torchrecurrent.__all__ if not name.endswith("Cell")}
    assert {theirs(spec) for spec in SPECS} == there_are
    assert len(SPECS) == len(there_are) == 41


@each_layer
def test_a_name_is_theirs_in_lower_case_with_hyphens(spec: rnnbench.CellSpec) -> None:
    """Behind a prefix that no other plugin has."""
    assert spec.name.removeprefix("torchrecurrent-").replace("-", "") == theirs(spec).lower()


@each_layer
def test_the_options_are_those_of_their_constructors(spec: rnnbench.CellSpec) -> None:
    """None left out, none invented, each with its default; an initialiser by its name."""
    found: dict[str, Any] = {}
    for name in (theirs(spec), f"{theirs(spec)}Cell"):
        for option, parameter in inspect.signature(
            getattr(torchrecurrent, name)
        ).parameters.items():
            if option not in KEPT_FROM_SUITES and parameter.kind is not parameter.VAR_KEYWORD:
                default = parameter.default
                found[option] = default.__name__.rstrip("_") if callable(default) else default
    assert dict(spec.options) == found


@each_layer
def test_every_option_has_its_effect(spec: rnnbench.CellSpec) -> None:
    """A bias switched adds or takes parameters, an initialiser changes them, all else changes the
    outputs."""
    plain = build(spec)
    x_BTI = noise(spec)
    for option, value in spec.options.items():
        if isinstance(value, bool):
            assert count_parameters(build(spec, **{option: not value})) != count_parameters(
                plain
            ), option
            continue
        other: Any = "ones" if option.endswith("_init") else "identity"
        if isinstance(value, int | float):
            other = value + 1
        changed = build(spec, **{option: other})
        assert gap(changed(x_BTI)[0], plain(x_BTI)[0]) > 1e-6, option


@each_layer
def test_every_initialiser_that_is_listed_is_known_to_them(spec: rnnbench.CellSpec) -> None:
    """To the input matrix it can be applied by every name, and by each name differently."""
    drawn = [
        build(spec, kernel_init=name).state_dict()["cells.0.weight_ih"]
        for name in layers.INITIALISERS
    ]
    assert len({tuple(weight.flatten().tolist()) for weight in drawn}) == len(layers.INITIALISERS)


@each_layer
def test_each_layer_keeps_the_contract(spec: rnnbench.CellSpec) -> None:
    """(B, T, I) to (B, T, H), batch first, also for one step, one sequence and inputs that are not
    contiguous."""
    cell = build(spec)
    x_BTI = noise(spec)
    (width,), state_floats = probe(cell, x_BTI[:1])
    assert width == UNITS
    assert state_floats >= UNITS
    y_BTH, _ = cell(x_BTI)
    assert y_BTH.dtype == torch.float64
    assert gap(cell(x_BTI[:1, :1])[0], y_BTH[:1, :1]) < 1e-12
    strange_BTI = x_BTI.transpose(0, 1).contiguous().transpose(0, 1)
    assert not strange_BTI.is_contiguous()
    assert gap(cell(strange_BTI)[0], y_BTH) < 1e-12
    with pytest.raises(ValueError, match=r"at least one step, got shape \(4, 0, \d\)"):
        cell(x_BTI[:, :0])


@each_layer
@pytest.mark.parametrize("cut", [1, 4])
def test_whether_the_state_can_be_carried_on_is_told_truly(
    spec: rnnbench.CellSpec, cut: int
) -> None:
    """Two chunks equal the whole, in outputs and last state, and the caller's state is left alone;
    or the spec says that they do not, and they are far off."""
    cell = build(spec)
    x_BTI = noise(spec)
    whole, last = cell(x_BTI)
    first, state = cell(x_BTI[:, :cut])
    before = map_tensors(Tensor.clone, state)
    second, end = cell(x_BTI[:, cut:], state)
    assert gap(state, before) == 0
    missed = max(gap(torch.cat([first, second], dim=1), whole), gap(end, last))
    if spec.carries_state:
        assert missed < 1e-12
    elif (
        cut > 1
    ):  # one step back there is but the initial state, which is zero like what takes its place
        assert missed > 1e-3


@each_layer
def test_no_state_is_a_state_of_zeros(spec: rnnbench.CellSpec) -> None:
    """And nothing is kept from one call to the next."""
    cell = build(spec)
    x_BTI = noise(spec)
    y_BTH, state = cell(x_BTI)
    assert gap(cell(x_BTI, map_tensors(torch.zeros_like, state))[0], y_BTH) == 0
    assert gap(cell(x_BTI)[0], y_BTH) == 0


@each_layer
def test_a_layer_sees_the_past_and_its_own_sequence_only(spec: rnnbench.CellSpec) -> None:
    """Later inputs and neighbours in the batch change nothing; the first input changes the last
    output."""
    cell = build(spec)
    x_BTI = noise(spec)
    y_BTH, _ = cell(x_BTI)
    later = x_BTI.clone()
    neighbours = x_BTI.clone()
    first = x_BTI.clone()
    later[:, 6:] += 1
    neighbours[1:] += 1
    first[:, 0] += 1
    assert gap(cell(later)[0][:, :6], y_BTH[:, :6]) == 0
    assert gap(cell(neighbours)[0][:1], y_BTH[:1]) == 0
    assert gap(cell(first)[0][:, -1], y_BTH[:, -1]) > 1e-7


@each_layer
def test_a_finite_gradient_reaches_every_parameter_and_input(spec: rnnbench.CellSpec) -> None:
    """It is not zero, and along a random direction of all numbers it agrees with finite
    differences."""
    cell = build(spec)
    x_BTI = noise(spec).requires_grad_()
    weigh_BT1 = noise(spec, seed=2)[..., :1]
    small = 1e-6

    def loss() -> Tensor:
        return (cell(x_BTI)[0] * weigh_BT1).sum()  # type: ignore[no-any-return]

    loss().backward()
    slope = 0.0
    moves = []
    for name, tensor in [*cell.named_parameters(), ("inputs", x_BTI)]:
        assert tensor.grad is not None, name
        assert tensor.grad.isfinite().all(), name
        assert tensor.grad.abs().max() > 0, name
        moves.append((tensor, torch.randn_like(tensor)))
        slope += (tensor.grad * moves[-1][1]).sum().item()
    with torch.no_grad():
        values = []
        for size in (small, -2 * small):
            for tensor, direction in moves:
                tensor += size * direction
            values.append(loss().item())
    assert (values[0] - values[1]) / (2 * small) == pytest.approx(slope, rel=1e-6, abs=1e-6)


@each_layer
def test_a_layer_can_be_copied_stored_and_built_again(spec: rnnbench.CellSpec) -> None:
    """By deepcopy, by pickle, by its state dict, and from its spec, which can be pickled too."""
    cell = build(spec)
    x_BTI = noise(spec)
    y_BTH, _ = cell(x_BTI)
    again = pickle.loads(pickle.dumps(spec)).load()(inputs_of(spec), UNITS).double()
    again.load_state_dict(cell.state_dict())
    for other in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell)), again):
        assert gap(other(x_BTI)[0], y_BTH) == 0
        with pytest.raises(ValueError, match="at least one step"):
            other(x_BTI[:, :0])


@each_layer
@pytest.mark.parametrize("size", [1e4, slow(-1e4)])
def test_huge_inputs_stay_finite(spec: rnnbench.CellSpec, size: float) -> None:
    """In float32, over fifty steps, as a layer is initialised."""
    torch.manual_seed(0)
    y_BTH, state = spec.load()(inputs_of(spec), UNITS)(torch.full((2, 50, inputs_of(spec)), size))
    assert all(tensor.isfinite().all() for tensor in (y_BTH, *tensors_of(state)))


def test_without_torchrecurrent_there_are_no_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing breaks."""
    assert rnnbench_torchrecurrent.rnnbench_cells() == SPECS
    monkeypatch.setattr(rnnbench_torchrecurrent, "find_spec", lambda name: None)
    catalogue = Catalogue.load()
    assert not [name for name in catalogue.cells if name.startswith("torchrecurrent")]
    assert not [plugin.problem for plugin in catalogue.plugins if plugin.problem]


@pytest.mark.parametrize(
    ("layer", "sizes", "options", "message"),
    [
        (
            "MGU",
            (3, 5),
            {"nonlinearity": "tan"},
            r"^MGU of torchrecurrent: Unknown activation 'tan'\. Supported: ",
        ),
        (
            "MGU",
            (3, 5),
            {"kernel_init": "orthogonl"},
            r"^MGU of torchrecurrent: no initialiser called 'orthogonl' for kernel_init\. Did you"
            r" mean 'orthogonal'\? "
            r"There are: kaiming_normal, ",
        ),
        (
            "MGU",
            (3, 5),
            {"bias_init": "orthogonal"},
            r"^MGU of torchrecurrent: Only tensors with 2 or more dimensions",
        ),
        (
            "tauGRU",
            (3, 5),
            {"delay": 0},
            r"^tauGRU of torchrecurrent: delay must be a positive integer",
        ),
        (
            "IntersectionRNN",
            (3, 5),
            {},
            r"^IntersectionRNN of torchrecurrent: .* requires input_size == hidden_size",
        ),
    ],
)
def test_what_a_layer_does_not_take_is_told(
    layer: str, sizes: tuple[int, int], options: dict[str, Any], message: str
) -> None:
    """With the layer, and as far as they say it what there is."""
    with pytest.raises(rnnbench.RnnbenchError, match=message):
        layers.build(layer, *sizes, **options)


@pytest.mark.parametrize("name", ["LSTM", "MGUCell", "__path__", "Nonsense"])
def test_a_place_that_is_no_layer_does_not_exist(name: str) -> None:
    """Neither what they do not have nor their cells of one step."""
    with pytest.raises(AttributeError, match=name):
        getattr(layers, name)


# What is the same mathematics as elsewhere, and what is not as published. Each summary that says
# how a layer differs from its paper or from the authors' code is kept true.


def their_cell(
    layer: str, inputs: int = INPUTS, **options: Any
) -> tuple[nn.Module, dict[str, Tensor]]:
    """A layer in float64 with every number drawn from N(0, 0.5^2), and its tensors by short
    names."""
    cell = layers.build(layer, inputs, UNITS, **options).double()
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, dtype=torch.float64))
    return cell, {
        name.removeprefix("cells.0."): tensor.detach() for name, tensor in cell.state_dict().items()
    }


def unrolled(
    step: Callable[[Tensor, Any], tuple[Tensor, Any]], x_BTI: Tensor, state: Any
) -> Tensor:
    outputs = []
    for x_BI in x_BTI.unbind(1):
        y_BH, state = step(x_BI, state)
        outputs.append(y_BH)
    return torch.stack(outputs, dim=1)


X_BTI = torch.randn(
    BATCH, STEPS, INPUTS, dtype=torch.float64, generator=torch.Generator().manual_seed(4)
)
ZERO = torch.zeros(BATCH, UNITS, dtype=torch.float64)


def first_party(name: str, weights: dict[str, Tensor], **options: Any) -> nn.Module:
    """A cell of rnnbench with these weights."""
    cell: nn.Module = Catalogue.present().cells[name].item.load(options)(INPUTS, UNITS).double()
    cell.load_state_dict(weights)
    return cell


def test_their_peephole_lstm_is_ours() -> None:
    """With their weights, their two biases added, in outputs and gradient."""
    cell, w = their_cell("PeepholeLSTM")
    weights = {
        "weight_ih": w["weight_ih"],
        "weight_hh": w["weight_hh"],
        "bias": w["bias_ih"] + w["bias_hh"],
        "peepholes": w["weight_ph"].reshape(3, UNITS),
    }
    ours = first_party("peephole-lstm", weights)
    assert gap(ours(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


def test_their_peephole_lstm_without_peepholes_is_that_of_torch() -> None:
    """And so our `lstm`: the same order of gates, the same two biases."""
    cell, w = their_cell("PeepholeLSTM")
    with torch.no_grad():
        dict(cell.named_parameters())["cells.0.weight_ph"].zero_()
    ours = first_party(
        "lstm", {f"{n}_l0": w[n] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    )
    theirs_BTH, theirs_last = cell(X_BTI)
    ours_BTH, ours_last = ours(X_BTI)
    assert gap(ours_BTH, theirs_BTH) < 1e-12
    assert gap(ours_last, theirs_last) < 1e-12


def test_their_original_lstm_is_ours_without_forget_gate() -> None:
    """With their weights; ours by name is the one of Greff et al., so that its peepholes are left
    out."""
    cell, w = their_cell("OriginalLSTM")  # rows i, g, o; ours i, g, o
    weights = {
        "weight_ih": w["weight_ih"],
        "weight_hh": w["weight_hh"],
        "bias": w["bias_ih"] + w["bias_hh"],
    }
    ours = first_party("no-forget-gate", weights, peepholes=False)
    assert gap(ours(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


def test_their_mut2_is_the_gru_that_resets_before_the_product() -> None:
    """Our `gru-v3`, with an update gate turned round: they mix by z where we mix by 1 - z."""
    cell, w = their_cell("MUT2")

    def as_ours(update: Tensor, reset: Tensor, candidate: Tensor) -> Tensor:
        return torch.cat([reset, -update, candidate])

    weights = {
        "weight_ih": as_ours(*w["weight_ih"].chunk(3)),
        "weight_hh": as_ours(*w["weight_hh"].chunk(3)),
        "bias": as_ours(*(w["bias_ih"] + w["bias_hh"]).chunk(3)),
    }
    assert gap(first_party("gru-v3", weights)(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


@pytest.mark.parametrize("layer", ["FastRNN", "IndRNN"])
def test_a_vanilla_network_in_their_clothes(layer: str) -> None:
    """FastRNN with weights 1 and 0 of candidate and skip, and IndRNN with its vector on a diagonal,
    are our `rnn`."""
    cell, w = their_cell(layer)
    for name, parameter in cell.named_parameters():
        if name.rpartition(".")[2] in ("alpha", "beta"):
            nn.init.constant_(parameter, 1e3 if name.endswith("alpha") else -1e3)
    recurrent = w["weight_hh"] if layer == "FastRNN" else torch.diag(w["vector_u"])
    weights = {
        "weight_ih": w["weight_ih"],
        "weight_hh": recurrent,
        "bias_ih": w["bias_ih"],
        "bias_hh": w["bias_hh"],
    }
    ours = first_party("rnn", {f"{name}_l0": tensor for name, tensor in weights.items()})
    assert gap(ours(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


def test_their_cornn_is_ours() -> None:
    """With the damping explicit, as in the authors' code, and their three biases added."""
    constants = {"dt": 0.2, "gamma": 0.7, "epsilon": 1.3}
    cell, w = their_cell("coRNN", **constants)
    weights = {
        "from_input.weight": w["weight_ih"],
        "from_input.bias": w["bias_ih"] + w["bias_hh"] + w["bias_ch"],
        "from_state.weight": torch.cat([w["weight_hh"], w["weight_ch"]], dim=1),
    }
    ours_BTH, ours_last = first_party("cornn", weights, **constants)(X_BTI)
    theirs_BTH, theirs_last = cell(X_BTI)
    assert gap(ours_BTH, theirs_BTH) < 1e-12
    assert gap([last[None] for last in ours_last], theirs_last) < 1e-12


def test_their_indrnn_with_relu_is_ours() -> None:
    """Theirs has tanh by default, and two biases."""
    cell, w = their_cell("IndRNN", nonlinearity="relu")
    weights = {
        "from_input.weight": w["weight_ih"],
        "from_input.bias": w["bias_ih"] + w["bias_hh"],
        "recurrent": w["vector_u"],
    }
    assert gap(first_party("indrnn", weights)(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


@pytest.mark.parametrize("gated", [False, True])
def test_their_antisymmetric_networks_are_ours(gated: bool) -> None:
    """Theirs has H^2 numbers for U - U^T, ours the H (H - 1) / 2 that it depends on; gate rows are
    in other order."""
    constants = {"epsilon": 0.3, "gamma": 0.2}
    cell, w = their_cell("GatedAntisymmetricRNN" if gated else "AntisymmetricRNN", **constants)
    weight = w["weight_ih"]
    bias = w["bias_ih"].clone()
    bias[-UNITS:] += w["bias_hh"]  # the candidate has a second bias, the gate has not
    upper = torch.triu_indices(UNITS, UNITS, 1)
    weights = {
        "from_input.weight": weight.roll(UNITS, 0) if gated else weight,
        "from_input.bias": bias.roll(UNITS) if gated else bias,
        "skew": (w["weight_hh"] - w["weight_hh"].T)[upper[0], upper[1]],
    }
    ours = first_party("antisymmetric", weights, gated=gated, **constants)
    assert gap(ours(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


@pytest.mark.parametrize("published", [False, True])
def test_their_lem_reads_the_cell_state_of_the_step_before(published: bool) -> None:
    """Rusch et al. 2021, equation 3, the authors' code and torchrecurrent's own docstring let y_t
    see z_t."""
    cell, w = their_cell("LEM", dt=0.9)

    def step(x_BI: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Any]:
        y, z = state
        x1, x2, x3, x4 = (x_BI @ w["weight_ih"].T + w["bias_ih"]).chunk(4, 1)
        y1, y2, y3 = (y @ w["weight_hh"].T + w["bias_hh"]).chunk(3, 1)
        fast = 0.9 * torch.sigmoid(x1 + y1)
        slow = 0.9 * torch.sigmoid(x2 + y2)
        new_z = (1 - slow) * z + slow * torch.tanh(x3 + y3)
        seen = new_z if published else z
        new_y = (1 - fast) * y + fast * torch.tanh(x4 + seen @ w["weight_ch"].T + w["bias_ch"])
        return new_y, (new_y, new_z)

    missed = gap(unrolled(step, X_BTI, (ZERO, ZERO)), cell(X_BTI)[0])
    assert missed > 0.1 if published else missed < 1e-12


@pytest.mark.parametrize("published", [False, True])
def test_their_nas_adds_where_the_authors_multiply(published: bool) -> None:
    """The fourth node: relu(W x * U h) in the authors' NASCell, relu(W x + U h) here. All else
    agrees."""
    cell, w = their_cell("NAS")

    def step(x_BI: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Any]:
        h, c = state
        x = (x_BI @ w["weight_ih"].T + w["bias_ih"]).chunk(8, 1)
        u = (h @ w["weight_hh"].T + w["bias_hh"]).chunk(8, 1)
        one, three, five, seven = (torch.sigmoid(x[k] + u[k]) for k in (0, 2, 5, 7))
        two = torch.relu(x[1] + u[1])
        four = torch.relu(x[3] * u[3] if published else x[3] + u[3])
        six = torch.tanh(x[4] + u[4])
        eight = torch.tanh(x[6] + u[6])
        c = torch.tanh(torch.tanh(one * two) + c) * torch.tanh(three + four)
        h = torch.tanh(c * torch.tanh(torch.tanh(six * five) + torch.sigmoid(eight + seven)))
        return h, (h, c)

    missed = gap(unrolled(step, X_BTI, (ZERO, ZERO)), cell(X_BTI)[0])
    assert missed > 0.01 if published else missed < 1e-12


@pytest.mark.parametrize("gate", ["tanh", "sigmoid"])
def test_their_fastgrnn_is_as_published_once_its_gate_is_a_sigmoid(gate: str) -> None:
    """Kusupati et al. 2018, section 3.2; the option `nonlinearity` is that of the gate, and by
    default tanh."""
    cell, w = their_cell("FastGRNN", nonlinearity=gate)
    for_gate, for_candidate = (w["bias_ih"] + w["bias_hh"]).chunk(2)
    zeta = torch.sigmoid(w["zeta"])
    nu = torch.sigmoid(w["nu"])

    def step(x_BI: Tensor, h_BH: Tensor) -> tuple[Tensor, Tensor]:
        both = x_BI @ w["weight_ih"].T + h_BH @ w["weight_hh"].T
        z_BH = torch.sigmoid(both + for_gate)
        h_BH = (zeta * (1 - z_BH) + nu) * torch.tanh(both + for_candidate) + z_BH * h_BH
        return h_BH, h_BH

    missed = gap(unrolled(step, X_BTI, ZERO), cell(X_BTI)[0])
    assert missed < 1e-12 if gate == "sigmoid" else missed > 0.1
    assert (
        next(spec for spec in SPECS if theirs(spec) == "FastGRNN").options["nonlinearity"] == "tanh"
    )


def test_their_fastgrnn_with_a_sigmoid_is_ours() -> None:
    """With their two biases added, which start elsewhere in the authors' code and in ours."""
    cell, w = their_cell("FastGRNN", nonlinearity="sigmoid")
    for_gate, for_candidate = (w["bias_ih"] + w["bias_hh"]).chunk(2)
    weights = {
        "weight_ih": w["weight_ih"],
        "weight_hh": w["weight_hh"],
        "bias_gate": for_gate,
        "bias_candidate": for_candidate,
        "zeta": w["zeta"].squeeze(0),
        "nu": w["nu"].squeeze(0),
    }
    assert gap(first_party("fastgrnn", weights)(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


def test_their_janet_is_ours_at_what_its_beta_has_become() -> None:
    """Theirs learns beta; ours has it as a constant, as the paper does."""
    cell, w = their_cell("JANET")
    weights = {
        "weight_ih": w["weight_ih"],
        "weight_hh": w["weight_hh"],
        "bias": w["bias_ih"] + w["bias_hh"],
    }
    ours = first_party("janet", weights, beta=w["beta"].item())
    assert gap(ours(X_BTI)[0], cell(X_BTI)[0]) < 1e-12


def test_their_mgu_is_as_published() -> None:
    """Zhou et al. 2016: one gate f, h = (1 - f) h + f tanh(W x + U (f h) + b); biases added."""
    cell, w = their_cell("MGU")
    w_f, w_h = w["weight_ih"].chunk(2)
    u_f, u_h = w["weight_hh"].chunk(2)
    b_f, b_h = (w["bias_ih"] + w["bias_hh"]).chunk(2)

    def step(x_BI: Tensor, h_BH: Tensor) -> tuple[Tensor, Tensor]:
        f_BH = torch.sigmoid(x_BI @ w_f.T + h_BH @ u_f.T + b_f)
        h_BH = (1 - f_BH) * h_BH + f_BH * torch.tanh(x_BI @ w_h.T + (f_BH * h_BH) @ u_h.T + b_h)
        return h_BH, h_BH

    assert gap(unrolled(step, X_BTI, ZERO), cell(X_BTI)[0]) < 1e-12


@pytest.mark.parametrize("layer", ["BR", "NBR"])
def test_their_bistable_cells_are_as_published(layer: str) -> None:
    """Vecoven et al. 2021: h = c h + (1 - c) tanh(U x + a h) with a in (0, 2) and c in (0, 1).

    a and c see the states of all units in NBR and their own in BR. Biases are theirs: the paper
    has none.
    """
    cell, w = their_cell(layer)
    u_a, u_c, u_h = w["weight_ih"].chunk(3)
    w_a, w_c = w["weight_hh"].chunk(2)
    if layer == "BR":
        w_a = torch.diag(w_a)
        w_c = torch.diag(w_c)
    d_a, d_c, d_h = w["bias_ih"].chunk(3)
    e_a, e_c = w["bias_hh"].chunk(2)

    def step(x_BI: Tensor, h_BH: Tensor) -> tuple[Tensor, Tensor]:
        a_BH = 1 + torch.tanh(x_BI @ u_a.T + h_BH @ w_a.T + d_a + e_a)
        c_BH = torch.sigmoid(x_BI @ u_c.T + h_BH @ w_c.T + d_c + e_c)
        h_BH = c_BH * h_BH + (1 - c_BH) * torch.tanh(x_BI @ u_h.T + d_h + a_BH * h_BH)
        return h_BH, h_BH

    assert gap(unrolled(step, X_BTI, ZERO), cell(X_BTI)[0]) < 1e-12


@pytest.mark.parametrize(("layer", "learned"), [("JANET", "beta"), ("SCRN", "alpha")])
def test_a_constant_of_the_paper_is_learned_here(layer: str, learned: str) -> None:
    """One number for the whole layer, which begins at what the option says."""
    parameters = dict(layers.build(layer, INPUTS, UNITS, **{learned: 0.25}).named_parameters())
    assert parameters[f"cells.0.{learned}"].shape == ()
    assert parameters[f"cells.0.{learned}"].item() == 0.25


def test_their_taugru_sees_what_it_does_not_hand_on() -> None:
    """Erichson et al. 2022: h_t from h_{t-1} and h_{t-1-delay}; the state returned is h_T alone."""
    cell, w = their_cell("tauGRU", delay=2)

    def step(x_BI: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        h_BH = states[-1]
        delayed_BH = states[-3]
        x = [x_BI @ rows.T for rows in w["weight_ih"].chunk(4)]
        bias = (w["bias_ih"] + w["bias_hh"]).chunk(4)
        seen = (h_BH, delayed_BH, h_BH, h_BH)
        sums = [x[k] + seen[k] @ w["weight_hh"].chunk(4)[k].T + bias[k] for k in range(4)]
        u = torch.tanh(sums[0])
        z = torch.tanh(sums[1])
        g = torch.sigmoid(sums[2])
        a = torch.sigmoid(sums[3])
        h_BH = (1 - g) * h_BH + g * (u + a * z)
        return h_BH, [*states, h_BH]

    y_BTH, state = cell(X_BTI)
    assert gap(unrolled(step, X_BTI, [ZERO, ZERO, ZERO]), y_BTH) < 1e-12
    assert [tuple(tensor.shape) for tensor in tensors_of(state)] == [(1, BATCH, UNITS)]
