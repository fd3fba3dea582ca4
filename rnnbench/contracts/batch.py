"""Batches: examples as arrays, with what is asked of them and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """Examples, first axis B in every array.

    inputs:  (B, T, I) float32 features, (B, T) int64 tokens, or (B, T, C, H, W) float32 frames.
    targets: where the question is put at the last step, (B, O) float32 for numbers and (B,) int64
             for classes; where it is put at every step, (B, T, O) and (B, T). Where the answer is a
             sequence of its own (CTC), (B, L) int64 labels from 1, and 0 behind the last of them.
    extra:   what the task's own metrics need besides (B, ...), never shown to a model.
    tokens:  (B, T) int64, where a task gives features and tokens together.
    lengths: (B,) int64, the real steps; what stands behind them is padding that no loss and no
             metric sees. None: all.
    mask:    (B, T) bool, the steps at which the question is put, where it is not put at every real
             step.
    prompt:  (B,) int64, how many first steps are given where the model then writes on by itself.
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
        """(B, T) bool: the real steps at which the question is put; None where that is all of
        them."""
        if self.lengths is None:
            return self.mask
        real = np.arange(self.steps) < self.lengths[:, None]
        return real if self.mask is None else real & self.mask

    def take(self, index: NDArray[np.integer]) -> "Batch":
        """The examples at these positions, in this order."""
        return self._with(
            {name: array[index] for name, array in self._arrays()},
            {k: v[index] for k, v in self.extra.items()},
        )

    def trimmed(self, *, targets: bool) -> "Batch":
        """Without padding that no example needs; `targets` says whether they stand at every step
        too."""
        if self.lengths is None or int(self.lengths.max()) == self.steps:
            return self
        steps = int(self.lengths.max())
        stepwise = {"inputs", "tokens", "mask", *(["targets"] if targets else [])}
        cut = {
            name: array[:, :steps] if name in stepwise else array for name, array in self._arrays()
        }
        return self._with(cut, self.extra)

    def _arrays(self) -> list[tuple[str, Array]]:
        given = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "extra"]
        return [(name, array) for name, array in given if array is not None]

    @staticmethod
    def _with(arrays: Mapping[str, Array], extra: Mapping[str, Array]) -> "Batch":
        return Batch(**arrays, extra=extra)
