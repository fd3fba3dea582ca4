"""Names of new projects: their forms, and whether a name is free."""

import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from keyword import iskeyword
from typing import Literal, get_args

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError

Kind = Literal["cell", "task", "suite", "report", "diagnostic", "claims", "executor"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 30
"""Letters of a name, limited so that lines of the templates stay within 120 columns."""
TESTS = "tests"
"""The folder of tests, which no package may be named like."""


@dataclass(frozen=True)
class Names:
    """One name in its forms.

    name:    the distribution, and the name in suites and on the command line: `leaky-unit`.
    package: the import name: `leaky_unit`.
    title:   the name of the class: `LeakyUnit`.
    """

    name: str

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def title(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("-"))


def name_project(name: str, catalogue: Catalogue) -> Names:
    """Return the forms of this name. Raises RnnbenchError for a malformed or taken name."""
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
    """Return a guess at the intended name, where letters of it make one."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    proposed = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if proposed[:1].isdigit():
        proposed = f"my-{proposed}"
    return f" Did you mean '{proposed}'?" if KEBAB.fullmatch(proposed) else ""


def _refuse_taken(name: str, catalogue: Catalogue) -> None:
    """Refuse a name of any thing that has one, among which `check` and `show` look names up."""
    registries = (
        catalogue.cells,
        catalogue.tasks,
        catalogue.suites,
        catalogue.reports,
        catalogue.executors,
    )
    for registry in registries:
        if name in registry:
            raise RnnbenchError(
                f"new: there is a {registry.kind} called '{name}' already, from"
                f" {registry[name].plugin.origin}. Choose another name, such as 'my-{name}'"
            )


def _refuse_shadowing(names: Names) -> None:
    """Refuse a package that would shadow another one, or be shadowed by it."""
    reason = _shadowing(names)
    if reason:
        raise RnnbenchError(
            f"new: the package would be called '{names.package}', {reason}; choose another name,"
            f" such as 'my-{names.name}'"
        )


def _shadowing(names: Names) -> str:
    if iskeyword(names.package) or iskeyword(names.title):
        return "which is a word of Python itself"
    if names.package in sys.stdlib_module_names:
        return "and so is a module of Python's standard library"
    if names.package == TESTS:
        return "and so is the folder of its tests"
    spec = find_spec(names.package)
    if spec and spec.origin:
        return f"and so is one that is installed, {spec.origin}"
    return ""
