"""Scaling by the mean and the deviation of the training data."""

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
        # The deviation of equal numbers may come out as 1e-17, so that it cannot decide.
        changes_C = np.ptp(steps_NC, axis=0) > 0
        return cls(steps_NC.mean(axis=0), np.where(changes_C, steps_NC.std(axis=0), 1.0))

    def apply(self, steps_NC: Array) -> Array:
        """Return steps in units of the training steps, float32."""
        return ((steps_NC - self.offset_C) / self.scale_C).astype(np.float32)
