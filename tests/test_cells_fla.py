"""Cells with a matrix for a state against the plain recurrences of flash-linear-attention, an
independent code of their fields' authors."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest
import torch
from torch import Tensor

from rnnbench_cells.matrix.chunks import by_chunk
from rnnbench_cells.matrix.recurrence import Writes
from rnnbench_cells.specs.matrix import SPECS

PACKAGES = ("fla-core==0.6.0", "einops==0.8.1")
SPEC = {spec.name: spec for spec in SPECS}
pytestmark = [pytest.mark.slow, pytest.mark.network]


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of its operations; the package itself needs triton, and these files do not."""
    folder = tmp_path_factory.mktemp("fla")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, *PACKAGES], check=True)
    for wheel in folder.glob("*.whl"):
        with ZipFile(wheel) as archive:
            archive.extractall(folder / "code")
    sys.path.append(str(folder / "code"))
    yield folder / "code" / "fla" / "ops"
    sys.path.remove(str(folder / "code"))


def reference(folder: Path, name: str) -> ModuleType:
    """The plain recurrences of one operation."""
    spec = importlib.util.spec_from_file_location(f"naive_{name}", folder / name / "naive.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def writes_of(name: str, **options: Any) -> Writes:
    """What a cell reads and writes for 40 random steps of two sequences, in float32."""
    torch.manual_seed(3)
    cell = SPEC[name].load({"key_size": 8, **options})(5, 16)
    x_BTI = 2 * torch.randn(2, 40, 5)
    _, *before = cell.initial_state(x_BTI[:, 0])
    with torch.no_grad():
        writes, _, _ = cell.prepare(x_BTI, tuple(before))
    assert isinstance(writes, Writes)
    return writes


def read(writes: Writes) -> Tensor:
    """What is read, (B, T, N, V)."""
    batch, _, _, heads, key_size = writes.key.shape
    start = writes.value.new_zeros(batch, heads, key_size, writes.value.shape[-1])
    return by_chunk(writes, start)[0]


def parts(writes: Writes) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Unscaled queries, keys, values and betas of a delta rule of one write a step."""
    assert writes.erase is not None
    key = writes.key
    beta = (writes.erase * key).sum(-1) / (key * key).sum(-1)
    value = writes.value / beta.unsqueeze(-1)
    query = writes.query * key.shape[-1] ** 0.5
    return query, key[:, :, 0], value[:, :, 0], beta[:, :, 0]


def close(ours: Tensor, theirs: Tensor) -> None:
    """To rounding of float32, at values of about one."""
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_linear_attention(references: Path) -> None:
    writes = writes_of("linear-attention", normaliser=False)
    naive = reference(references, "linear_attn").naive_recurrent_linear_attn
    theirs, _ = naive(writes.query, writes.key[:, :, 0], writes.value[:, :, 0], scale=1.0)
    torch.testing.assert_close(read(writes), theirs, rtol=1e-4, atol=1e-3)


def test_retnet(references: Path) -> None:
    writes = writes_of("retnet")
    query = writes.query * 8**0.5
    by_head = [part.transpose(1, 2) for part in (query, writes.key[:, :, 0], writes.value[:, :, 0])]
    theirs = reference(references, "retention").naive_retention(*by_head)
    close(read(writes), theirs.transpose(1, 2))


@pytest.mark.parametrize("name", ["gla", "hgrn2"])
def test_decays_by_row(references: Path, name: str) -> None:
    writes = writes_of(name)
    query = writes.query * 8**0.5
    parts_ = (query, writes.key[:, :, 0], writes.value[:, :, 0], writes.log_decay)
    theirs, _ = reference(references, "gla").naive_recurrent_gla(*parts_)
    close(read(writes), theirs)


def test_mamba2(references: Path) -> None:
    writes = writes_of("mamba2")
    assert writes.log_decay is not None
    naive = reference(references, "simple_gla").naive_recurrent_simple_gla
    decay = writes.log_decay[..., 0]
    theirs, _ = naive(writes.query, writes.key[:, :, 0], writes.value[:, :, 0], decay, scale=1.0)
    close(read(writes), theirs)


@pytest.mark.parametrize("is_negative", [False, True])
def test_deltanet(references: Path, is_negative: bool) -> None:
    writes = writes_of("deltanet", negative_eigenvalues=is_negative)
    by_head = [part.transpose(1, 2) for part in parts(writes)]
    theirs, _ = reference(references, "delta_rule").delta_rule_recurrence(*by_head)
    close(read(writes), theirs.transpose(1, 2))


def test_gated_deltanet(references: Path) -> None:
    writes = writes_of("gated-deltanet")
    assert writes.log_decay is not None
    query, key, value, beta = parts(writes)
    naive = reference(references, "gated_delta_rule").naive_recurrent_gated_delta_rule
    theirs, _ = naive(query, key, value, beta, writes.log_decay[..., 0])
    close(read(writes), theirs)


def test_deltaproduct(references: Path) -> None:
    writes = writes_of("deltaproduct", householders=3)
    assert writes.log_decay is not None
    assert writes.erase is not None
    beta = (writes.erase * writes.key).sum(-1) / (writes.key * writes.key).sum(-1)
    value = writes.value / beta.unsqueeze(-1)
    naive = reference(references, "gated_delta_product").naive_recurrent_gated_delta_product
    flat = [part.flatten(1, 2) for part in (writes.key, value, beta)]
    key, value, beta = flat
    decay = writes.log_decay[..., 0]
    theirs, _ = naive(writes.query, key, value, decay, beta, 1.0, num_householder=3)
    close(read(writes), theirs)


def test_kda(references: Path) -> None:
    writes = writes_of("kda")
    query, key, value, beta = parts(writes)
    naive = reference(references, "kda").naive_recurrent_kda
    theirs, _ = naive(query, key, value, writes.log_decay, beta)
    close(read(writes), theirs)


def test_gdn2(references: Path) -> None:
    writes = writes_of("gdn-2")
    assert writes.erase is not None
    key = writes.key[:, :, 0]
    erase = writes.erase[:, :, 0] / key
    naive = reference(references, "gdn2").naive_recurrent_gdn2
    value = writes.value[:, :, 0]
    query = writes.query * 8**0.5
    theirs, _ = naive(query, key, value, writes.log_decay, erase, torch.ones_like(value))
    close(read(writes), theirs)
