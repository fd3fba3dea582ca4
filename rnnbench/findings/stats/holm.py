"""P-values of several tests together (Holm 1979)."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted by Holm's step-down method, in the order given."""
    order = np.argsort(p_values)
    adjusted = np.asarray(p_values, dtype=float)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.minimum(1.0, np.maximum.accumulate(adjusted))
    back = np.empty_like(adjusted)
    back[order] = adjusted
    return [float(p) for p in back]
