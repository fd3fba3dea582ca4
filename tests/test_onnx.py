"""Models as ONNX: onnxruntime answers as torch does, or one sentence says why there is no file."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model, rebuilt
from rnnbench.records import Architecture, CellUse, trial_id
from rnnbench.saved_model import SavedModel, export_onnx
from tests.builders.cli import rnnbench
from tests.builders.own_files import sequences, trained
from tests.builders.records import learning_trial
from tests.conftest import MakePlugin

NATIVE = ("gru", "lstm", "rnn")
STEPS = ("gru-v3", "peephole-lstm", "lem", "cornn", "indrnn", "antisymmetric")
"""Cells that are given by one step, which are unrolled."""


def model_of(folder: Path, name: str) -> tuple[SavedModel, Path, Model]:
    """A fresh model around a cell, with the file of its weights."""
    spec = Catalogue.present().cells[name].item
    architecture = Architecture(
        cell=CellUse(name=name, options=dict(spec.options)),
        build="",
        distribution="rnnbench",
        task="made for a test",
        hidden_size=6,
        layers=2,
        backbone="bare",
        encoder="auto",
        inputs=(3,),
        steps=7,
        vocabulary=None,
        tokens_beside=False,
        outputs=2,
        readout="last-step",
        frame=None,
        over_frames=False,
        same_size=spec.same_size,
        carries_state=spec.carries_state,
    )
    saved = SavedModel(
        trial=trial_id(learning_trial()),
        dials={},
        architecture=architecture,
        preparation=None,
        parameters=0,
        seed=0,
        learning_rate=0.1,
        chosen_epoch=1,
        metrics=(),
        validation={},
        test={},
        versions={},
    )
    torch.manual_seed(3)
    model = rebuilt(architecture, spec.load(spec.options))
    save_file(model.state_dict(), folder / "w.safetensors")
    return saved, folder / "w.safetensors", model.eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NATIVE, *STEPS])
def test_the_runtime_answers_as_torch_does(tmp_path: Path, name: str) -> None:
    """On inputs that no check of the export has seen; kernels read any number of sequences."""
    runtime = pytest.importorskip("onnxruntime")
    saved, weights, model = model_of(tmp_path, name)
    written = export_onnx(saved, weights, tmp_path)
    assert written.steps == 7
    assert written.batch == (None if name in NATIVE else 1)
    inputs = torch.randn(written.batch or 11, 7, 3, generator=torch.Generator().manual_seed(5))
    session = runtime.InferenceSession(written.path)
    (answers,) = session.run(None, {"inputs": inputs.numpy()})
    np.testing.assert_allclose(answers, model(inputs).detach().numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_a_cell_that_torch_cannot_write_is_named(tmp_path: Path) -> None:
    """With the reason: ONNX has no complex numbers."""
    pytest.importorskip("onnxruntime")
    saved, weights, _ = model_of(tmp_path, "lru")
    with pytest.raises(RnnbenchError, match=r"cannot write the cell 'lru' as ONNX: .*complex"):
        export_onnx(saved, weights, tmp_path)
    assert not (tmp_path / "model.onnx").exists()


NOISY = """
    import rnnbench
    import torch
    from torch import nn

    class Noisy(nn.GRU):
        def forward(self, x, state=None):
            y, after = super().forward(x, state)
            return y + torch.rand_like(y), after

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("noisy", lambda i, h: Noisy(i, h, batch_first=True), "for a test")]
"""


@pytest.mark.slow
def test_a_file_that_answers_otherwise_is_not_written(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """What was written is compared with torch before anybody gets it."""
    pytest.importorskip("onnxruntime")
    make_plugin(NOISY, distribution="noisy-cell")
    saved, weights, _ = model_of(tmp_path, "noisy")
    with pytest.raises(RnnbenchError, match="onnxruntime's answers differ from torch's by"):
        export_onnx(saved, weights, tmp_path)
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """With what installs it."""
    saved, weights, _ = model_of(tmp_path, "gru")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RnnbenchError, match=r"pip install 'rnnbench\[onnx\]'"):
        export_onnx(saved, weights, tmp_path)


@pytest.mark.slow
def test_lengths_are_an_input_of_classes(tmp_path: Path) -> None:
    """By the command: the classes of padded sequences are those of `rnnbench predict`."""
    runtime = pytest.importorskip("onnxruntime")
    file = sequences(tmp_path)
    run = trained(tmp_path, "csv-classify", file, "")
    done = rnnbench("export", str(run.folder), "--format", "onnx", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "note: model.onnx reads any number of sequences of 8 steps at once.\n"
    session = runtime.InferenceSession(tmp_path / "out" / "model.onnx")
    assert [one.name for one in session.get_inputs()] == ["inputs", "lengths"]
    padded = np.zeros((2, 8, 2), dtype=np.float32)
    short = padded[:, :5].copy()
    padded[:, 5:] = 100
    lengths = np.full(2, 5)
    (late,) = session.run(None, {"inputs": padded, "lengths": lengths})
    padded[:, :5] = short
    padded[:, 5:] = -100
    (again,) = session.run(None, {"inputs": padded, "lengths": lengths})
    np.testing.assert_array_equal(late, again)


def test_a_model_is_written_by_the_command(tmp_path: Path) -> None:
    """Three files; a trial is named for models alone."""
    run = trained(tmp_path, "csv-classify", sequences(tmp_path), "")
    done = rnnbench("export", str(run.folder), "--format", "model", "-o", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    files = ["out/model.safetensors", "out/model.json", "out/predict.py"]
    assert done.stdout.split() == files
    assert all((tmp_path / file).is_file() for file in files)
    done = rnnbench("export", str(run.folder), "--format", "csv", "--trial", "gru", cwd=tmp_path)
    assert done.returncode == 2
    assert "--trial is for --format model and onnx, not csv" in done.stderr
