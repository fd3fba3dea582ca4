"""The sources of a thing that a plugin brought: a build function, a task class, a measurement, or
the place of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from rnnbench.sources.closure import Reach
from rnnbench.sources.modules import whole
from rnnbench.sources.ownership import CORE, distributions_of, owner
from rnnbench.sources.positions import functions_at

EVERYWHERE = frozenset(("rnnbench", "torch", "numpy"))
"""Distributions whose versions each result carries anyway."""


@dataclass(frozen=True)
class Sources:
    """What a thing runs.

    modules:  a hash by module, of what of it is reached.
    packages: other distributions that it imports.
    """

    modules: dict[str, str]
    packages: frozenset[str]


def sources_of(
    thing: object, distribution: str, entry_module: str, also: Iterable[str] = ()
) -> Sources:
    """The sources of what the plugin `entry_module` of a distribution brought.

    thing: a class, a function, or the place of one as "module:attribute".
    also:  modules that were seen to be loaded for it; those of the distribution to which nothing
           leads in the source count as a whole.

    The import of a first-party module has no effects, by this project's tests, so that they are not
    looked for.
    """
    reach = Reach(owner(distribution, entry_module), with_effects=distribution != CORE)
    if reach.with_effects:
        reach.enter(entry_module.partition(":")[0])
        reach.foreign.clear()  # packages that the plugin imports for others are none of this one
    _enter(reach, thing, seen=set())
    modules = reach.hashes()
    for name in sorted(also):
        if reach.own(name) and name not in reach.reached:
            modules[name] = whole(name)
            reach.everything(name)
    packages = distributions_of(reach.foreign - EVERYWHERE) - EVERYWHERE - {distribution}
    return Sources(modules, frozenset(packages))


def _enter(reach: Reach, thing: object, seen: set[int]) -> None:
    """Take in a thing and what it is bound to: defaults, closures, and the arguments of partial
    functions."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    wrapped = getattr(thing, "__wrapped__", None)
    if wrapped is not None:
        _enter(reach, wrapped, seen)
    if isinstance(thing, str):
        module, _, attribute = thing.partition(":")
        reach.name(module, attribute.partition(".")[0])
    elif isinstance(thing, partial):
        for part in (thing.func, *thing.args, *thing.keywords.values()):
            _enter_code(reach, part, seen)
    elif isinstance(thing, MethodType):
        _enter(reach, type(thing.__self__), seen)
        _enter(reach, thing.__func__, seen)
    elif isinstance(thing, FunctionType):
        _enter_function(reach, thing, seen)
    elif isinstance(thing, type):
        _enter_class(reach, thing, seen)
    else:
        _enter(reach, type(thing), seen)
        for value in list(getattr(thing, "__dict__", {}).values()):
            _enter_code(reach, value, seen)


def _enter_code(reach: Reach, thing: Any, seen: set[int]) -> None:
    """What is bound to a function counts where it has a source of its own."""
    if isinstance(thing, type | FunctionType | MethodType | partial):
        _enter(reach, thing, seen)


def _enter_class(reach: Reach, kind: type, seen: set[int]) -> None:
    if not reach.own(kind.__module__):
        reach.foreign.add(kind.__module__.partition(".")[0])
        return
    module = reach.enter(kind.__module__)
    top = kind.__qualname__.partition(".")[0]
    if module is not None and any(top in statement.binds for statement in module.statements):
        reach.name(kind.__module__, top)
    else:  # made by a function, or under another name
        reach.everything(kind.__module__)
    for base in kind.__bases__:
        _enter_class(reach, base, seen)


def _enter_function(reach: Reach, function: FunctionType, seen: set[int]) -> None:
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
    _enter_bound(reach, function, seen)


def _enter_bound(reach: Reach, function: FunctionType, seen: set[int]) -> None:
    values = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # nothing is in it yet
            continue
    for value in values:
        _enter_code(reach, value, seen)
