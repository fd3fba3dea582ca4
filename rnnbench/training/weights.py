"""The weights of a trained model on disk: one safetensors file, which is complete or absent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor, contiguous_format

from rnnbench.errors import DataUnavailable, first_line
from rnnbench.records import WEIGHTS_NOT_KEPT, Architecture
from rnnbench.records.architecture import NOTE
from rnnbench.store import write_atomically


def keep_weights(path: Path, weights: Mapping[str, Any], note: str) -> None:
    """Write a state dictionary of tensors; nothing where it is empty.

    note: what the head of the file says of the model.

    A state dictionary that holds anything but tensors is not written, and a line of output says so.
    Raises DataUnavailable where the file cannot be written, so that the trial counts as not run.
    """
    if not weights:
        return
    try:
        own = {name: _own(weight) for name, weight in weights.items()}
        # Several notes would have a random order, and the bytes of the file would depend on it.
        content = save(own, {NOTE: note})
    except (TypeError, ValueError, SafetensorError) as error:
        print(f"{WEIGHTS_NOT_KEPT}{first_line(error)}")  # noqa: T201  goes to the trial's own output
        return
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise DataUnavailable(f"{path}: cannot be written: {error.strerror or error}") from error


def note_of(architecture: Architecture, preparation: Struct | None) -> str:
    """Return the note of a model in JSON, by which it can be built and used without its data.

    preparation: how a file becomes inputs, where the data are a file of the user.
    """
    parts = {"architecture": architecture, "preparation": preparation}
    return msgspec.json.encode(parts).decode()


def _own(weight: Any) -> Tensor:
    """A copy with memory of its own, as the format demands it. Raises TypeError for no tensor."""
    if not isinstance(weight, Tensor):
        raise TypeError(f"the state of the model holds {type(weight).__name__}, and no tensor")
    return weight.detach().cpu().clone(memory_format=contiguous_format)
