"""Checkpoints: all that a training run needs to go on in another process as if nothing had
happened."""

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


class Checkpoint:
    """Where a trial's checkpoint lies, and how often one is written: at the end of an epoch, once a
    period has passed.

    conditions: what a run must share with the one that wrote the checkpoint: trial, sources,
                versions. One that was written under others, or cannot be read, is not used.
    """

    def __init__(
        self, path: Path | None, conditions: str = "", period_seconds: float = CHECKPOINT_SECONDS
    ) -> None:
        self.path, self.conditions, self.period_seconds = path, conditions, period_seconds
        self._written = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether one should be written now."""
        return self.path is not None and time.monotonic() - self._written >= self.period_seconds

    def write(self, content: Mapping[str, Any]) -> None:
        """Keep this content (tensors, numbers, strings, dictionaries and lists of them) with the
        random streams.

        Where the disk is full, the folder is gone, or a cell keeps what cannot be written, the
        trial goes on without.
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
        """What was kept, or None; `restore_streams` comes after the model has been built."""
        if self.path is None or not self.path.exists():
            return None
        try:
            content = torch.load(self.path, weights_only=True)
            if content["conditions"] == self.conditions:
                return dict(content)
            reason = "it was written under other conditions"
        except (
            OSError,
            RuntimeError,
            ValueError,
            KeyError,
            TypeError,
            EOFError,
            pickle.UnpicklingError,
        ) as error:
            reason = f"it cannot be read: {first_line(error)}"
        print(f"rnnbench: the checkpoint is not used: {reason}")  # noqa: T201  goes to the trial's own output
        return None


def stream_state(stream: np.random.Generator) -> str:
    """The state of a numpy generator as text; its integers are too long for most formats."""
    return json.dumps(stream.bit_generator.state)


def restore_stream(stream: np.random.Generator, state: str) -> None:
    """Put a numpy generator where it was."""
    stream.bit_generator.state = json.loads(state)


def _streams() -> dict[str, Any]:
    """The global generators, from which cells may draw."""
    version, internal, gauss = random.getstate()
    kept = np.random.get_state(legacy=False)
    kept["state"] = {**kept["state"], "key": kept["state"]["key"].tolist()}
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "python": json.dumps([version, list(internal), gauss]),
        "numpy": json.dumps(kept),
    }


def restore_streams(content: Mapping[str, Any]) -> None:
    """Put the global generators where they were."""
    streams = content["streams"]
    torch.set_rng_state(streams["torch"])
    if streams["cuda"]:
        torch.cuda.set_rng_state_all(streams["cuda"])
    version, internal, gauss = json.loads(streams["python"])
    random.setstate((version, tuple(internal), gauss))
    kept = json.loads(streams["numpy"])
    kept["state"]["key"] = np.asarray(kept["state"]["key"], dtype=np.uint32)
    np.random.set_state(kept)
