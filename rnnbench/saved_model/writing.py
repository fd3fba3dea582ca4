"""Writes a saved model: weights, `model.json` and `predict.py`."""

from pathlib import Path

import msgspec
from torch import nn

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.model import rebuilt
from rnnbench.records import Architecture, Result, weights_file
from rnnbench.saved_model.program import program
from rnnbench.saved_model.reading import saved_model_of
from rnnbench.store import Store, write_atomically


def save_model(store: Store, result: Result, output: Path) -> tuple[list[Path], str]:
    """Write the model of a result with weights into a folder.

    Returns the files, and the reason why there is no `predict.py` among them; "" where there is.
    Raises RnnbenchError where the weights cannot be read or the folder cannot be written.
    """
    saved = saved_model_of(store, result)
    contents = {
        "model.safetensors": weights_file(store.weights, result.trial).read_bytes(),
        "model.json": msgspec.json.format(msgspec.json.encode(saved), indent=1),
    }
    reason = ""
    try:
        contents["predict.py"] = program(saved, _sizes(saved.architecture)).encode()
    except RnnbenchError as error:
        reason = str(error)
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_atomically(output / name, content)
        if reason:
            (output / "predict.py").unlink(missing_ok=True)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    return [output / name for name in contents], reason


def _sizes(architecture: Architecture) -> list[tuple[int, int]]:
    """Input size and hidden size of the cell of each layer, as the model passes them."""
    cell = architecture.cell
    build = Catalogue.present().cells.find(cell.name).item.load(cell.options, cell.implementation)
    sizes: list[tuple[int, int]] = []

    def recorded(inputs: int, hidden: int) -> nn.Module:
        sizes.append((inputs, hidden))
        layer: nn.Module = build(inputs, hidden)
        return layer

    rebuilt(architecture, recorded)
    return sizes
