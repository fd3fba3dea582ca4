"""Results of diagnostics: measurements of a cell inside a fresh or a trained model."""

from msgspec import Struct


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What one diagnostic measured of one cell: a curve, and figures derived from it.

    x_name: description of the x axis, with unit.
    y_name: description of the y axis, with unit.
    absent: reason by figure, for each figure that does not exist.
    log_y:  whether y is read on a logarithmic axis.
    """

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}
    log_y: bool = False


class Diagnosed(Struct, frozen=True, kw_only=True):
    """One diagnostic of the model as initialised and at the chosen epoch; `reason` for a missing
    one."""

    fresh: Diagnosis | None = None
    trained: Diagnosis | None = None
    reason: str = ""
