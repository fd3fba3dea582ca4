"""Sources of what a plugin contributes: a build function, a task class, a diagnostic, or its
place."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from rnnbench.sources.closure import Reach
from rnnbench.sources.modules import whole
from rnnbench.sources.ownership import CORE, distributions_of, owner
from rnnbench.sources.positions import functions_at

EVERYWHERE = frozenset(("rnnbench", "torch", "numpy"))
"""Distributions whose versions every result records anyway."""


@dataclass(frozen=True)
class Sources:
    """The sources that a contribution runs.

    modules:  by module, a hash of the part of it that is reached.
    packages: other distributions that it imports.
    """

    modules: dict[str, str]
    packages: frozenset[str]


def sources_of(
    thing: object, distribution: str, entry_module: str, also: Iterable[str] = ()
) -> Sources:
    """Return the sources of what the plugin `entry_module` of a distribution contributes.

    thing: a class, a function, or its place as "module:attribute".
    also:  modules that were loaded for it. Those of the distribution that the source does not reach
           count as a whole.

    The import of a first-party module has no effects, as tests of this project ensure, so effects
    are looked for in other distributions only.
    """
    reach = Reach(owner(distribution, entry_module), with_effects=distribution != CORE)
    if reach.with_effects:
        reach.enter(entry_module.partition(":")[0])
        # The plugin may import these packages for other contributions.
        reach.foreign.clear()
    _enter(reach, thing, entered=set())
    modules = reach.hashes()
    for name in sorted(also):
        if reach.own(name) and name not in reach.reached:
            modules[name] = whole(name)
            reach.everything(name)
    packages = distributions_of(reach.foreign - EVERYWHERE) - EVERYWHERE - {distribution}
    return Sources(modules, frozenset(packages))


def _enter(reach: Reach, thing: object, entered: set[int]) -> None:
    """Take in a thing and what is bound to it: defaults, closures, and arguments of partial
    functions."""
    if id(thing) in entered:
        return
    entered.add(id(thing))
    wrapped = getattr(thing, "__wrapped__", None)
    if wrapped is not None:
        _enter(reach, wrapped, entered)
    if isinstance(thing, str):
        module, _, attribute = thing.partition(":")
        reach.name(module, attribute.partition(".")[0])
    elif isinstance(thing, partial):
        for part in (thing.func, *thing.args, *thing.keywords.values()):
            _enter_code(reach, part, entered)
    elif isinstance(thing, MethodType):
        _enter(reach, type(thing.__self__), entered)
        _enter(reach, thing.__func__, entered)
    elif isinstance(thing, FunctionType):
        _enter_function(reach, thing, entered)
    elif isinstance(thing, type):
        _enter_class(reach, thing, entered)
    else:
        _enter(reach, type(thing), entered)
        for value in list(getattr(thing, "__dict__", {}).values()):
            _enter_code(reach, value, entered)


def _enter_code(reach: Reach, thing: Any, entered: set[int]) -> None:
    """Take in what is bound to a function, where it has source code of its own."""
    if isinstance(thing, type | FunctionType | MethodType | partial):
        _enter(reach, thing, entered)


def _enter_class(reach: Reach, kind: type, entered: set[int]) -> None:
    if not reach.own(kind.__module__):
        reach.foreign.add(kind.__module__.partition(".")[0])
        return
    module = reach.enter(kind.__module__)
    top = kind.__qualname__.partition(".")[0]
    if module is not None and any(top in statement.binds for statement in module.statements):
        reach.name(kind.__module__, top)
    else:
        # The class was made by a function, or under another name.
        reach.everything(kind.__module__)
    for base in kind.__bases__:
        _enter_class(reach, base, entered)


def _enter_function(reach: Reach, function: FunctionType, entered: set[int]) -> None:
    name = function.__module__ or ""
    if name and not reach.own(name):
        reach.foreign.add(name.partition(".")[0])
    elif name:
        module = reach.enter(name)
        nodes = []
        if module is not None:
            nodes = functions_at(module, function.__code__.co_firstlineno, function.__name__)
        for node in nodes:
            reach.code(name, node)
        if not nodes:
            reach.everything(name)
    _enter_bound(reach, function, entered)


def _enter_bound(reach: Reach, function: FunctionType, entered: set[int]) -> None:
    values = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        # A cell without contents yet raises ValueError.
        with suppress(ValueError):
            values.append(cell.cell_contents)
    for value in values:
        _enter_code(reach, value, entered)
