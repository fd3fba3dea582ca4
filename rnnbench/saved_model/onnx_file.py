"""Writes a saved model as ONNX, which runtimes without Python read, and checks what it answers."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.model import Model
from rnnbench.records import Architecture
from rnnbench.saved_model.reading import load_model
from rnnbench.saved_model.records import SavedModel
from rnnbench.store import write_atomically

TOLERANCE = 1e-5
MISSING = "ONNX needs the packages onnx, onnxscript and onnxruntime: pip install 'rnnbench[onnx]'"
TRACED_BATCH = 3
"""Sequences by which a graph for any number of them is made; of 1 it would be for 1 alone."""


class OnnxFile(NamedTuple):
    """The file, and what it reads: sequences of `steps` steps, and how many at once (None: any)."""

    path: Path
    steps: int
    batch: int | None


def export_onnx(saved: SavedModel, weights: Path, output: Path) -> OnnxFile:
    """Write `model.onnx` into a folder that exists.

    Its graph reads `inputs`, (B, T, I) float32 or (B, T) int64 codes, and `lengths`, (B,) int64, of
    a model that gives sequences of several lengths a class. Raises RnnbenchError where a package is
    missing, torch cannot write the model, or onnxruntime does not answer as torch does.
    """
    try:
        import onnx  # noqa: F401
        import onnxruntime
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise RnnbenchError(MISSING) from error
    architecture = saved.architecture
    if architecture.tokens_beside:
        raise RnnbenchError("a model that reads tokens beside features is not written as ONNX")
    with_lengths = saved.preparation is not None and bool(saved.preparation.classes)
    model = _Plain(load_model(saved, weights), with_lengths=with_lengths).eval()
    content, batch = _content(model, architecture)
    session = onnxruntime.InferenceSession(content)
    _check(model, session, _inputs(architecture, batch or TRACED_BATCH + 2, with_lengths), saved)
    path = output / "model.onnx"
    write_atomically(path, content)
    return OnnxFile(path, architecture.steps, batch)


class _Plain(nn.Module):
    """A model as a function of its inputs, or of inputs and lengths."""

    def __init__(self, model: Model, *, with_lengths: bool) -> None:
        super().__init__()
        self.model = model
        self.with_lengths = with_lengths

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        outputs: Tensor = self.model(inputs, None, lengths)
        return outputs


def _inputs(architecture: Architecture, batch: int, with_lengths: bool) -> tuple[Tensor, ...]:
    """Random inputs of the shapes of the data."""
    rng = torch.Generator().manual_seed(0)
    size = (batch, architecture.steps)
    if architecture.vocabulary is not None:
        inputs = torch.randint(architecture.vocabulary, size, generator=rng)
    else:
        inputs = torch.randn(*size, *architecture.inputs, generator=rng)
    if not with_lengths:
        return (inputs,)
    return inputs, torch.randint(1, architecture.steps + 1, (batch,), generator=rng)


def _content(model: _Plain, architecture: Architecture) -> tuple[bytes, int | None]:
    """The ONNX file for any number of sequences; for one, where the cell counts them in Python.

    Raises RnnbenchError with the reason of the second attempt.
    """
    several = _inputs(architecture, TRACED_BATCH, model.with_lengths)
    any_number = torch.export.Dim("batch", min=1)
    try:
        return _written(model, several, tuple({0: any_number} for _ in several)), None
    except Exception:  # torch's own errors have no common class; one sequence may be possible
        one = _inputs(architecture, 1, model.with_lengths)
    try:
        return _written(model, one, None), 1
    except Exception as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        name = architecture.cell.name
        raise RnnbenchError(
            f"torch cannot write the cell '{name}' as ONNX: {first_line(cause)}"
        ) from error


def _written(
    model: _Plain, inputs: tuple[Tensor, ...], shapes: tuple[dict[int, Any], ...] | None
) -> bytes:
    with _quiet(), torch.no_grad():
        exported = torch.export.export(model, inputs, dynamic_shapes=shapes, strict=False)
        program = torch.onnx.export(exported, dynamo=True, verbose=False)
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch says to those who work on its export."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _check(model: _Plain, session: Any, inputs: tuple[Tensor, ...], saved: SavedModel) -> None:
    """Raise RnnbenchError where the runtime answers otherwise than torch."""
    names = [one.name for one in session.get_inputs()]
    fed = {name: value.numpy() for name, value in zip(names, inputs, strict=True)}
    (answers,) = session.run(None, fed)
    with torch.inference_mode():
        expected = model(*inputs).numpy()
    difference = float(np.abs(answers - expected).max())
    if not difference <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise RnnbenchError(
            f"the cell '{saved.architecture.cell.name}' is not written as ONNX: onnxruntime's"
            f" answers differ from torch's by {difference:.2g}"
        )
