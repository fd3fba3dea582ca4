"""Scaling of features by the mean and the standard deviation of the training data."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Scaling(NamedTuple):
    """The offset and the scale of each channel, (C,); a channel that never changes has scale 1."""

    offset_C: Array
    scale_C: Array

    @classmethod
    def fit(cls, steps_NC: Array) -> "Scaling":
        """Return the scaling of these steps, which should be training steps alone."""
        # Rounding may give equal numbers a deviation of 1e-17, so that their range decides.
        changes_C = np.ptp(steps_NC, axis=0) > 0
        return cls(steps_NC.mean(axis=0), np.where(changes_C, steps_NC.std(axis=0), 1.0))

    def apply(self, steps_NC: Array) -> Array:
        """Return steps, scaled to mean 0 and deviation 1 on the training steps, float32."""
        return ((steps_NC - self.offset_C) / self.scale_C).astype(np.float32)
