"""The implementation `fused`: one operator in C++ over all steps, with a gradient by hand."""

import stat
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench import operators
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.meters import kernel_name
from rnnbench.step_cell import has_compiler
from rnnbench_cells.fused.loop import SOURCE
from rnnbench_cells.specs import ablations

pytestmark = pytest.mark.skipif(not has_compiler(), reason="there is no C++ compiler")
Options = dict[str, Any]
CELLS: list[tuple[str, Options]] = [
    *((name, {}) for name in ("rnn", "irnn", "gru", "gru-v3", "lstm", "janet")),
    ("janet", {"beta": -0.5}),
    *((spec.name, {}) for spec in ablations.SPECS),
    ("peephole-lstm", {"peepholes": False}),
    ("cifg", {"peepholes": False}),
    *((name, {"form": "log-space"}) for name in ("mingru", "minlstm")),
    *((name, {"form": "vanilla"}) for name in ("mingru", "minlstm")),
    *((name, {"form": "vanilla", "gates": "signed"}) for name in ("mingru", "minlstm")),
]
SHAPES = ((3, 11, 5, 7), (1, 1, 1, 1), (2, 4, 3, 33))
"""B, T, I, H."""
SEVERAL_BLOCKS = (4, 300, 2, 64)
"""A shape whose steps are taken in several blocks."""
IN_BLOCKS = ("rnn", "gru", "gru-v3", "lstm", "full-gate-recurrence", "mingru")
CASES = [
    *((*cell, shape) for cell, shape in product(CELLS, SHAPES)),
    *((name, {}, SEVERAL_BLOCKS) for name in IN_BLOCKS),
]


def by_steps(spec: rnnbench.CellSpec) -> str:
    """The implementation that runs step by step."""
    return "eager" if "eager" in spec.implementations else "loop"


def both(name: str, options: Options, inputs: int, hidden: int) -> tuple[nn.Module, nn.Module]:
    """The loop over steps and the fused one, with the same weights, none of them 0, in double
    precision."""
    spec = Catalogue.present().cells[name].item
    settings = {**spec.options, **options}
    loop = spec.load(settings, by_steps(spec))(inputs, hidden).double()
    fused = spec.load(settings, "fused")(inputs, hidden).double()
    with torch.no_grad():
        for parameter in loop.parameters():
            parameter += 0.5 / hidden**0.5 * torch.randn_like(parameter)
    fused.load_state_dict(loop.state_dict())
    return loop, fused


def tensors(state: Any) -> list[Tensor]:
    return list(state) if isinstance(state, tuple) else [state]


@pytest.mark.parametrize(("name", "options", "shape"), CASES)
def test_outputs_states_and_gradients_are_those_of_the_loop(
    name: str, options: Options, shape: tuple[int, int, int, int]
) -> None:
    """From a state that is not 0, with a gradient through outputs and last states."""
    batch, steps, inputs, hidden = shape
    torch.manual_seed(steps)
    x_BTI = torch.randn(batch, steps, inputs, dtype=torch.double, requires_grad=True)
    cells = both(name, options, inputs, hidden)
    _, made = cells[0](x_BTI)
    first = [torch.rand_like(part).requires_grad_() for part in tensors(made)]
    weights = [torch.randn_like(part) for part in first]
    found = []
    for cell in cells:
        y_BTH, state = cell(x_BTI, tuple(first) if isinstance(made, tuple) else first[0])
        last = tensors(state)
        ends = [(weight * end).sum() for weight, end in zip(weights, last, strict=True)]
        loss = y_BTH.sin().sum() + torch.stack(ends).sum()
        grads = torch.autograd.grad(loss, [x_BTI, *first, *cell.parameters()])
        found.append([y_BTH, *last, *grads])
    for looped, fused in zip(*found, strict=True):
        torch.testing.assert_close(fused, looped, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize(("name", "options"), CELLS)
def test_single_precision_and_inputs_of_any_layout(name: str, options: Options) -> None:
    """Beside the loop in double precision; a strided input is no other input."""
    loop, fused = both(name, options, 4, 24)
    x_BTI = torch.randn(30, 6, 4).transpose(0, 1)
    exact, _ = loop(x_BTI.double())
    single, _ = fused.float()(x_BTI)
    largest = exact.abs().max().clamp(min=1)
    torch.testing.assert_close(single.double() / largest, exact / largest, rtol=0, atol=5e-6)
    again, _ = fused(x_BTI.contiguous())
    assert torch.equal(again, single)


@pytest.mark.parametrize("name", ["gru", "gru-v3", "full-gate-recurrence", "mingru"])
def test_gradients_of_any_layout(name: str) -> None:
    """Sequences first, steps first, and one number for all give what a loop gives."""
    looped, fused = both(name, {}, 3, 5)
    x_BTI = torch.randn(2, 7, 3, dtype=torch.double)
    sequences_first = torch.randn(2, 7, 5, dtype=torch.double)
    steps_first = torch.randn(7, 2, 5, dtype=torch.double).transpose(0, 1)
    for direction in (sequences_first, steps_first, torch.ones(()).double().expand(2, 7, 5)):
        found = [
            torch.autograd.grad(cell(x_BTI)[0], list(cell.parameters()), direction)
            for cell in (looped, fused)
        ]
        torch.testing.assert_close(found[1], found[0], rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("hidden", [3, 40])
@pytest.mark.parametrize(("name", "options"), CELLS)
def test_what_is_not_finite_stays_so(name: str, options: Options, hidden: int) -> None:
    """A training that diverges is seen: no operation turns NaN into a number."""
    _, fused = both(name, options, 2, hidden)
    x_BTI = torch.zeros(1, 5, 2).double()
    x_BTI[0, 2] = torch.nan
    y_BTH, _ = fused(x_BTI)
    assert torch.isfinite(y_BTH[:, :2]).all()
    assert torch.isnan(y_BTH[:, 2:]).all()


@pytest.mark.parametrize(
    ("name", "options"), [cell for cell in CELLS if cell[0] in ("mingru", "minlstm")]
)
def test_closed_and_open_gates_of_minimal_cells_stay_exact(name: str, options: Options) -> None:
    """Gate logits of up to 1,000 of both signs, where a quotient of sigmoids would be 0 / 0."""
    found = []
    for cell in both(name, options, 2, 6):
        with torch.no_grad():
            cell.get_parameter("projection.weight").mul_(300)
        x_BTI = torch.linspace(-3, 3, 20, dtype=torch.double).view(1, 10, 2)
        y_BTH, _ = cell(x_BTI)
        y_BTH.square().mean().backward()
        found.append([y_BTH, *(parameter.grad for parameter in cell.parameters())])
    for looped, fused in zip(*found, strict=True):
        assert torch.isfinite(fused).all()
        torch.testing.assert_close(fused, looped, rtol=1e-10, atol=1e-11)


def test_costs_name_the_kernel() -> None:
    _, fused = both("gru", {}, 3, 8)
    assert kernel_name(fused, torch.zeros(1, 4, 3).double()) == "fused loop"


@pytest.fixture
def nothing_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache without a library, in a process that has loaded none."""
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path / "compiled"))
    return tmp_path


def test_without_a_compiler_the_other_implementations_stay(
    nothing_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(nothing_built))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(DataUnavailable, match=r"in C\+\+ need a compiler"):
        operators.load_operators.__wrapped__(SOURCE)


def test_a_compiler_that_fails_is_named_with_its_first_error(
    nothing_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is left behind that a later call would take for the library."""
    broken = nothing_built / "broken-c++"
    broken.write_text("#!/bin/sh\necho 'x.cpp:1: error: no such thing' >&2\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CXX", str(broken))
    with pytest.raises(DataUnavailable, match=r"by .*broken-c\+\+: x\.cpp:1: error: no such thing"):
        operators.load_operators.__wrapped__(SOURCE)
    assert not list((nothing_built / "compiled").glob("*.so"))


def test_a_library_is_bound_to_its_source_and_machine(
    nothing_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = operators.library_place(SOURCE, "2.13.0")
    assert operators.library_place(SOURCE, "2.13.1") != place
    monkeypatch.setattr(operators, "_processor", lambda: "another one")
    assert operators.library_place(SOURCE, "2.13.0") != place
