"""Scaling that knows the training data alone."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Scaling(NamedTuple):
    """Mean and deviation of each channel, (C,); a channel that never changes is left at its
    size."""

    offset_C: Array
    scale_C: Array

    @classmethod
    def fit(cls, steps_NC: Array) -> "Scaling":
        """That of these steps: of training steps, and of no others."""
        changes_C = (
            np.ptp(steps_NC, axis=0) > 0
        )  # the deviation of equal numbers may come out as 1e-17
        return cls(steps_NC.mean(axis=0), np.where(changes_C, steps_NC.std(axis=0), 1.0))

    def apply(self, steps_NC: Array) -> Array:
        """Steps in units of the training steps, float32."""
        return ((steps_NC - self.offset_C) / self.scale_C).astype(np.float32)
