"""What importing the code of a cell does to torch, compared before any of that code runs."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from rnnbench import switches
from rnnbench.contracts.places import imported
from rnnbench.switches import Fingerprint, Switches


class TorchState(NamedTuple):
    """The state of torch before the code of a cell was imported.

    changes: switches that were changed and set back since, by name.
    """

    switches: Switches
    parts: Fingerprint
    changes: Mapping[str, str] = {}


def torch_state() -> TorchState:
    """Return the present state of torch."""
    return TorchState(switches.read(), switches.fingerprint())


class Imported(NamedTuple):
    """The effects of an import on torch.

    parts:   what torch was made of before the import.
    changes: switches that the import changed, by name.
    """

    parts: Fingerprint | None = None
    changes: Mapping[str, str] = {}


@cache
def first_import(build: str | Callable[..., object]) -> Imported:
    """Import the code of a cell for the first time, and set back the switches that it changes.

    An error of the import is ignored here: it is raised again when the cell is built.
    """
    before = torch_state()
    try:
        imported(build)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return changes_since(before)
    return changes_since(before)


def changes_since(before: TorchState) -> Imported:
    """Return what the code imported since then has changed in torch, and set the switches back."""
    changes = switches.changed(before.switches, switches.read())
    switches.restore(before.switches)
    return Imported(before.parts, {**before.changes, **changes})
