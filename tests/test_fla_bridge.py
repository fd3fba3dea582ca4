"""The layers of flash-linear-attention as cells: refused without CUDA, built as it names them."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
import torch
from torch import Tensor, nn

import rnnbench
import rnnbench_fla
from rnnbench_fla import layers
from rnnbench_fla.specs import SPECS

SPEC = {spec.name: spec for spec in SPECS}
VERSION = "flash-linear-attention==0.6.0"


class Doubling(nn.Module):
    """A layer with the signature of theirs."""

    def __init__(self, hidden_size: int, num_heads: int, head_dim: int, **options: Any) -> None:
        super().__init__()
        assert hidden_size % 64 == 0, "widths of 64"
        self.made = SimpleNamespace(
            hidden_size=hidden_size, num_heads=num_heads, head_dim=head_dim, **options
        )

    def forward(self, hidden_states: Tensor) -> tuple[Tensor, None, None]:
        return 2 * hidden_states, None, None


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with one layer, on a machine with CUDA."""
    package = ModuleType("fla.layers")
    package.GatedDeltaNet = Doubling  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fla", ModuleType("fla"))
    monkeypatch.setitem(sys.modules, "fla.layers", package)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


def test_they_are_listed_only_where_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rnnbench_fla, "find_spec", lambda _: None)
    assert rnnbench_fla.rnnbench_cells() == []
    monkeypatch.setattr(rnnbench_fla, "find_spec", lambda _: object())
    assert len(rnnbench_fla.rnnbench_cells()) == len(SPECS) > 10


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize("name", SPEC)
def test_without_cuda_each_is_refused_with_a_sentence(name: str) -> None:
    """Before anything of the package is imported."""
    spec = SPEC[name]
    with pytest.raises(
        rnnbench.DataUnavailable, match="run on CUDA alone, and this machine has no"
    ):
        spec.load(spec.options)(64, 64)


@pytest.mark.usefixtures("installed")
def test_a_layer_is_built_by_its_own_names() -> None:
    """With heads that divide its width; inputs elsewhere than on CUDA are refused."""
    spec = SPEC["fla-gated-deltanet"]
    cell = spec.load(spec.options)(128, 128)
    made = cell.layer.made
    assert (made.hidden_size, made.num_heads, made.head_dim, made.layer_idx) == (128, 4, 32, 0)
    assert made.use_short_conv is True
    with pytest.raises(rnnbench.RnnbenchError, match="its inputs are on cpu"):
        cell(torch.zeros(2, 3, 128))
    with pytest.raises(ValueError, match="at least one step"):
        cell(torch.zeros(2, 0, 128))


@pytest.mark.usefixtures("installed")
def test_what_does_not_fit_is_refused() -> None:
    """Another width than that of the inputs, a width that the layer refuses, and a layer that the
    installed version does not have."""
    spec = SPEC["fla-gated-deltanet"]
    with pytest.raises(rnnbench.RnnbenchError, match="got 3 inputs and 64 units"):
        spec.load(spec.options)(3, 64)
    with pytest.raises(rnnbench.RnnbenchError, match="widths of 64"):
        spec.load(spec.options)(96, 96)
    with pytest.raises(rnnbench.DataUnavailable, match="has no layer called DeltaNet"):
        layers.build("DeltaNet", 64, 64)
    with pytest.raises(AttributeError, match="no layer called 'gla'"):
        _ = layers.gla


@pytest.mark.slow
@pytest.mark.network
def test_the_names_are_those_of_the_package(tmp_path: Path) -> None:
    """Each class exists, and each option is a keyword of its constructor; its source is read, since
    it cannot be imported without triton."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path)]
    subprocess.run([*command, VERSION], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    keywords = {}
    with ZipFile(wheel) as archive:
        for file in archive.namelist():
            if file.startswith("fla/layers/"):
                keywords.update(_constructors(archive.read(file).decode()))
    for spec in SPECS:
        theirs = str(spec.build).rpartition(":")[2]
        assert {"hidden_size", "layer_idx", *spec.options} <= keywords[theirs], theirs


def _constructors(code: str) -> dict[str, set[str]]:
    """The keywords of the constructor of each class of a module."""
    found = {}
    for node in ast.parse(code).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                found[node.name] = {argument.arg for argument in method.args.args}
    return found


@pytest.mark.cuda
def test_a_layer_runs_on_cuda() -> None:
    """Forward and backward, with finite gradients."""
    pytest.importorskip("fla")
    spec = SPEC["fla-gla"]
    cell = spec.load(spec.options)(64, 64).cuda()
    x_BTH = torch.randn(2, 40, 64, device="cuda", requires_grad=True)
    y_BTH, _ = cell(x_BTH)
    y_BTH.square().sum().backward()
    assert y_BTH.shape == (2, 40, 64)
    assert x_BTH.grad is not None
    assert torch.isfinite(x_BTH.grad).all()
