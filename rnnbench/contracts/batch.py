"""Batches: examples as arrays, with the steps at which answers are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """Examples; the first axis of every array is B.

    inputs:  (B, T, I) float32 features, (B, T) int64 tokens, or (B, T, C, H, W) float32 frames.
    targets: for answers at the last step, (B, O) float32 numbers or (B,) int64 classes; for answers
             at every step, (B, T, O) or (B, T). For answers that are sequences of their own (CTC),
             (B, L) int64 labels from 1, padded with 0.
    extra:   what the task's own metrics need besides, (B, ...); never shown to a model.
    tokens:  (B, T) int64, where a task gives features and tokens together.
    lengths: (B,) int64, the numbers of real steps; later steps are padding that no loss and no
             metric reads. None: all steps are real.
    mask:    (B, T) bool, the steps at which answers are asked for; None: at every real step.
    prompt:  (B,) int64, the number of first steps that are given; the model writes the rest by
             itself.
    """

    inputs: Array
    targets: Array
    extra: Mapping[str, Array] = field(default_factory=dict)
    tokens: Array | None = None
    lengths: Array | None = None
    mask: Array | None = None
    prompt: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def steps(self) -> int:
        """T, padding included."""
        return int(self.inputs.shape[1])

    @property
    def asked(self) -> Array | None:
        """(B, T) bool: the real steps at which answers are asked for; None where these are all
        steps."""
        if self.lengths is None:
            return self.mask
        real = np.arange(self.steps) < self.lengths[:, None]
        return real if self.mask is None else real & self.mask

    def take(self, index: NDArray[np.integer]) -> "Batch":
        """Return the examples at these positions, in this order."""
        arrays = {name: array[index] for name, array in self._arrays()}
        extra = {name: array[index] for name, array in self.extra.items()}
        return self._with(arrays, extra)

    def trimmed(self, *, targets: bool) -> "Batch":
        """Return the batch without steps that are padding in every example.

        targets: whether the targets have a time axis too.
        """
        if self.lengths is None or int(self.lengths.max()) == self.steps:
            return self
        steps = int(self.lengths.max())
        stepwise = {"inputs", "tokens", "mask"}
        if targets:
            stepwise.add("targets")
        arrays = {}
        for name, array in self._arrays():
            arrays[name] = array[:, :steps] if name in stepwise else array
        return self._with(arrays, self.extra)

    def _arrays(self) -> list[tuple[str, Array]]:
        given = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "extra"]
        return [(name, array) for name, array in given if array is not None]

    @staticmethod
    def _with(arrays: Mapping[str, Array], extra: Mapping[str, Array]) -> "Batch":
        return Batch(**arrays, extra=extra)
