"""What a project of this name is called everywhere, and whether the name is free."""

import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from keyword import iskeyword
from typing import Literal, get_args

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError

Kind = Literal["cell", "task", "suite"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 30
"""Letters of a name: the lines of the templates that hold one stay within 120."""
TESTS = "tests"
"""The folder of tests, beside which no package can be called the same."""


@dataclass(frozen=True)
class Names:
    """One name in its forms.

    name:    what suites and the command line say, and the distribution: `leaky-unit`.
    package: what Python imports: `leaky_unit`.
    title:   what the class is called: `LeakyUnit`.
    """

    name: str

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def title(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("-"))


def name_project(name: str, catalogue: Catalogue) -> Names:
    """The forms of this name. Raises RnnbenchError for one that is malformed or taken, saying by
    whom."""
    if not KEBAB.fullmatch(name):
        raise RnnbenchError(
            f"new: '{name}' is no name for a plugin: lower-case letters and digits, words joined by"
            f" hyphens, a letter first.{_nearest(name)}"
        )
    if len(name) > LONGEST:
        raise RnnbenchError(f"new: '{name}' has {len(name)} letters; a name has at most {LONGEST}")
    _refuse_taken(name, catalogue)
    names = Names(name)
    _refuse_shadowing(names)
    return names


def _nearest(name: str) -> str:
    """What was meant, where letters can be made of it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    proposed = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if proposed[:1].isdigit():
        proposed = f"my-{proposed}"
    return f" Did you mean '{proposed}'?" if KEBAB.fullmatch(proposed) else ""


def _refuse_taken(name: str, catalogue: Catalogue) -> None:
    """Of all three kinds, for `rnnbench check NAME` and `rnnbench show NAME` look for a name among
    all."""
    for shelf in (catalogue.cells, catalogue.tasks, catalogue.suites):
        if name in shelf:
            raise RnnbenchError(
                f"new: there is a {shelf.kind} called '{name}' already, from"
                f" {shelf[name].plugin.origin}. Choose another name, such as 'my-{name}'"
            )


def _refuse_shadowing(names: Names) -> None:
    """A package of the name of another would stand before it on the path, or behind it."""
    if iskeyword(names.package) or iskeyword(names.title):
        reason = "which is a word of Python itself"
    elif names.package in sys.stdlib_module_names:
        reason = "and so is a module of Python's standard library"
    elif names.package == TESTS:
        reason = "and so is the folder of its tests"
    elif (found := find_spec(names.package)) and found.origin:
        reason = f"and so is one that is installed, {found.origin}"
    else:
        return
    raise RnnbenchError(
        f"new: the package would be called '{names.package}', {reason}. Choose another name, such"
        f" as 'my-{names.name}'"
    )
