"""Whether a plugin's module, and what its hooks return, are what they should be; a problem is one
line."""

import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from rnnbench import hooks
from rnnbench.catalogue.guard import Misbehaved, run_guarded
from rnnbench.catalogue.installed import Entry, whose
from rnnbench.contracts import Task

NameOf = Callable[[Any], str]


def foreign_file(entry: Entry, entries: Sequence[Entry], module: object) -> str:
    """A problem where the module that was imported is a file of another distribution, whose module
    has its name."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return ""
    path = Path(os.path.realpath(file))
    if entry.owns(path) is not False:
        return ""
    others = [other for other in entries if other.plugin.distribution != entry.plugin.distribution]
    other = whose(path, others)
    of = f" of {other.plugin.distribution}" if other else ", which it did not install"
    name = entry.plugin.module.partition(":")[0]
    return (
        f"its entry point '{entry.plugin.name}' names the module '{name}', and that is the file"
        f" {path}{of}: two distributions have a module of one name; one of them must rename it"
    )


def odd_hooks(module: ModuleType) -> str:
    """A function that is called like a hook and lacks the marker would be passed over in
    silence."""
    for name, function in list(vars(module).items()):
        if not name.startswith("rnnbench_") or not inspect.isfunction(function):
            continue
        if not hasattr(function, f"{hooks.GROUP}_impl"):
            return f"{name} lacks the marker @rnnbench.hookimpl"
        if inspect.signature(function).parameters:
            return f"{name} takes arguments, and no hook does"
    return ""


def task_name(task: type[Task]) -> str:
    """The name of a task class. Raises TypeError, saying what it lacks."""
    if not issubclass(task, Task):
        raise TypeError(
            f"{task.__name__}, which is not a subclass of rnnbench.GeneratedTask or RecordedTask"
        )
    declared = ("name", "loss", "metrics", "target", "trivial_forecast")
    missing = [
        *sorted(task.__abstractmethods__),
        *(what for what in declared if not hasattr(task, what)),
    ]
    if missing:
        raise TypeError(f"{task.__name__}, which lacks {', '.join(missing)}")
    if not isinstance(task.target, int | float):
        raise TypeError(f"{task.__name__}, whose target is {task.target!r} and not a number")
    return task.name


def named(
    returned: object, expected: type[Any], hook: str, name_of: NameOf
) -> list[tuple[str, Any]] | str:
    """What a hook returned, each thing with its name; or the problem, where it is not what a hook
    returns."""
    wanted = "task classes" if expected is type else expected.__name__
    complaint = f"{hook} should return a list of {wanted}, got "
    if not isinstance(returned, list | tuple):
        return f"{complaint}{type(returned).__name__}"
    for thing in returned:
        if not isinstance(thing, expected):
            return f"{complaint}{type(thing).__name__} in it"
    try:
        names = run_guarded(lambda: [name_of(thing) for thing in returned]).value
    except Misbehaved as misbehaved:
        return f"{hook} returned {str(misbehaved).removeprefix('TypeError: ')}"
    for name in names:
        if not isinstance(name, str) or not name:
            return f"{hook} returned {wanted} whose name is {name!r} and not a word"
    return list(zip(names, returned, strict=True))
