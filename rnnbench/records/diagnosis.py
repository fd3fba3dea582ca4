"""What measurements of a cell inside a fresh or a trained model give."""

from msgspec import Struct


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What one measurement of one cell gave: a curve, and figures drawn from it.

    x_name, y_name: what the axes are, with units.
    absent:         reason by figure, for each figure that does not exist.
    log_y:          whether y is read on a logarithmic axis.
    """

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}
    log_y: bool = False


class Diagnosed(Struct, frozen=True, kw_only=True):
    """One measurement of the model as initialised, and at the epoch that was chosen; why one of
    them is missing."""

    fresh: Diagnosis | None = None
    trained: Diagnosis | None = None
    reason: str = ""
