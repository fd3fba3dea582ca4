"""What importing the code of a cell does to torch: looked at once, before anything of it runs."""

from collections.abc import Callable, Mapping
from functools import cache
from pkgutil import resolve_name
from typing import NamedTuple

from rnnbench import switches
from rnnbench.switches import Fingerprint, Switches


class Look(NamedTuple):
    """How torch was before the code of a cell was imported.

    turned: the switches that were turned since, and were turned back.
    """

    switches: Switches
    parts: Fingerprint
    turned: Mapping[str, str] = {}


def look() -> Look:
    """How torch is now."""
    return Look(switches.read(), switches.fingerprint())


class Imported(NamedTuple):
    """What torch was made of before the code of a cell was imported, and which switches that
    turned, by name."""

    parts: Fingerprint | None = None
    turned: Mapping[str, str] = {}


@cache
def first_import(build: str | Callable[..., object]) -> Imported:
    """Import the code of a cell for the first time; the switches that this turns are turned back.
    What it raises is raised again where the cell is built."""
    before = look()
    if isinstance(build, str):
        try:
            resolve_name(build)
        except KeyboardInterrupt:
            raise
        except BaseException:
            return since(before)
    return since(before)


def since(before: Look) -> Imported:
    """What the code that was imported since then has turned; it is turned back."""
    turned = switches.changed(before.switches, switches.read())
    switches.restore(before.switches)
    return Imported(before.parts, {**before.turned, **turned})
