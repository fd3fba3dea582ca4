"""Checkpoints: all that is needed to resume a training in another process without a difference."""

import json
import pickle
import random
import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rnnbench.errors import first_line
from rnnbench.records import CHECKPOINT_SECONDS
from rnnbench.store import write_atomically

UNREADABLE = (
    *(OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError),
    pickle.UnpicklingError,
)
"""What torch raises for a file that is no whole checkpoint."""


class Checkpoint:
    """The checkpoint of a trial: it is due after an epoch when a period has passed.

    path:           its file; None writes none.
    conditions:     what the writing and the resuming process must share: trial, sources, versions.
                    A checkpoint with other conditions, or one that cannot be read, is not used.
    period_seconds: the least wall seconds between two checkpoints.
    """

    def __init__(
        self, path: Path | None, conditions: str = "", period_seconds: float = CHECKPOINT_SECONDS
    ) -> None:
        self.path = path
        self.conditions = conditions
        self.period_seconds = period_seconds
        self._written = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether a checkpoint should be written now."""
        return self.path is not None and time.monotonic() - self._written >= self.period_seconds

    def write(self, content: Mapping[str, Any]) -> None:
        """Write this content, with the conditions and the states of the global generators.

        content: tensors, numbers and strings, and dictionaries and lists of these.

        The training continues without a checkpoint where it cannot be written: on a full disk, in
        a folder that was removed, or with a cell whose state cannot be pickled.
        """
        if self.path is None:
            return
        buffer = BytesIO()
        try:
            torch.save({**content, "conditions": self.conditions, "streams": _streams()}, buffer)
            self.path.parent.mkdir(exist_ok=True)
            write_atomically(self.path, buffer.getvalue())
        except (OSError, RuntimeError, TypeError, AttributeError, pickle.PicklingError) as error:
            print(f"rnnbench: no checkpoint: {first_line(error)}")  # noqa: T201  goes to the trial's own output
        self._written = time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """Return the content that was written, or None where no checkpoint can be used.

        `restore_streams` must be called after the model was built, which draws random numbers.
        """
        if self.path is None or not self.path.exists():
            return None
        try:
            content = torch.load(self.path, weights_only=True)
            if content["conditions"] == self.conditions:
                return dict(content)
            reason = "it was written under other conditions"
        except UNREADABLE as error:
            reason = f"it cannot be read: {first_line(error)}"
        print(f"rnnbench: the checkpoint is not used: {reason}")  # noqa: T201  goes to the trial's own output
        return None


def stream_state(stream: np.random.Generator) -> str:
    """Return the state of a numpy generator as JSON; most formats have no integers as long."""
    return json.dumps(stream.bit_generator.state)


def restore_stream(stream: np.random.Generator, state: str) -> None:
    """Set a numpy generator to a state that `stream_state` returned."""
    stream.bit_generator.state = json.loads(state)


def _streams() -> dict[str, Any]:
    """The states of the global generators, from which cells may draw."""
    version, internal, gauss = random.getstate()
    numpy_state = np.random.get_state(legacy=False)
    words = numpy_state["state"]["key"].tolist()
    numpy_state["state"] = {**numpy_state["state"], "key": words}
    has_cuda = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if has_cuda else [],
        "python": json.dumps([version, list(internal), gauss]),
        "numpy": json.dumps(numpy_state),
    }


def restore_streams(content: Mapping[str, Any]) -> None:
    """Set the global generators to the states in the content of a checkpoint."""
    streams = content["streams"]
    torch.set_rng_state(streams["torch"])
    if streams["cuda"]:
        torch.cuda.set_rng_state_all(streams["cuda"])
    version, internal, gauss = json.loads(streams["python"])
    random.setstate((version, tuple(internal), gauss))
    numpy_state = json.loads(streams["numpy"])
    words = np.asarray(numpy_state["state"]["key"], dtype=np.uint32)
    numpy_state["state"]["key"] = words
    np.random.set_state(numpy_state)
