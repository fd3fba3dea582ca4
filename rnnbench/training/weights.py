"""The weights of a trained model on disk: one safetensors file, which is complete or absent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor, contiguous_format

from rnnbench.errors import DataUnavailable, first_line
from rnnbench.records import WEIGHTS_NOT_KEPT
from rnnbench.store import write_atomically


def keep_weights(path: Path | None, weights: Mapping[str, Any]) -> None:
    """Write a state dictionary of tensors; nothing where there is no path, or no weights.

    A state dictionary that holds anything but tensors is not written, and a line of output says so.
    Raises DataUnavailable where the file cannot be written, so that the trial counts as not run.
    """
    if path is None or not weights:
        return
    try:
        content = save({name: _own(weight) for name, weight in weights.items()})
    except (TypeError, ValueError, SafetensorError) as error:
        print(f"{WEIGHTS_NOT_KEPT}{first_line(error)}")  # noqa: T201  goes to the trial's own output
        return
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise DataUnavailable(f"{path}: cannot be written: {error.strerror or error}") from error


def _own(weight: Any) -> Tensor:
    """A copy with memory of its own, as the format demands it. Raises TypeError for no tensor."""
    if not isinstance(weight, Tensor):
        raise TypeError(f"the state of the model holds {type(weight).__name__}, and no tensor")
    return weight.detach().cpu().clone(memory_format=contiguous_format)
