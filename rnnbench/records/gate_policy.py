"""What a gate tolerates: how much larger a figure may become, by kind, cell and task."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Tolerated = Literal["bytes", "peak", "instructions", "time", "learning"]
"""What a tolerance is of. "bytes" are those saved for the backward pass, "peak" the peak memory."""
OnChange = Literal["fail", "undecided", "ignore"]
Share = Annotated[float, Meta(ge=0)]


class Tolerances(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share by which a figure may become worse: 0.02 is 2 %.

    bytes:        at most, by default: where their own repetitions agree more closely, less.
    peak:         by default a fifth of it with eight repetitions or more, and twice as much with
                  fewer.
    instructions: counted by valgrind; as bytes.
    time:         of the ratio to the reference cell.
    learning:     of epochs to the target or, where scores decide, of the way from the trivial
                  forecast to the target.
    """

    bytes: Share = 0.02
    peak: Share = 0.05
    instructions: Share = 0.005
    time: Share = 0.02
    learning: Share = 0.0


class GateRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another tolerance for some figures.

    cell: the row of the cell, as tables name it; "" for all cells.
    task: the name of the task, for "learning"; "" for all tasks.
    """

    of: Tolerated
    tolerance: Share
    cell: str = ""
    task: str = ""


class GatePolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `rnnbench gate` tolerates.

    on_change: what a last bit that differs in training makes of the ruling.
    rules:     exceptions; the last one that fits a figure counts.
    """

    on_change: OnChange = "undecided"
    tolerances: Tolerances = Tolerances()
    rules: tuple[GateRule, ...] = ()

    def tolerance(self, of: Tolerated, cell: str = "", task: str = "") -> float:
        """Return the share by which such a figure of a cell, on a task, may become worse."""
        tolerance: float = getattr(self.tolerances, of)
        for rule in self.rules:
            if rule.of == of and rule.cell in ("", cell) and rule.task in ("", task):
                tolerance = rule.tolerance
        return tolerance
