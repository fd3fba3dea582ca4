"""Checks of a plugin's module, and of what its hooks return; a problem is described in one line."""

import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from rnnbench import hooks
from rnnbench.catalogue.installed import Entry, owner_of
from rnnbench.contracts import Task

NameOf = Callable[[Any], str]


def foreign_file(entry: Entry, entries: Sequence[Entry], module: object) -> str:
    """Return a problem where the imported module is a file of another distribution.

    This happens where two distributions have a module of one name.
    """
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return ""
    path = Path(os.path.realpath(file))
    if entry.owns(path) is not False:
        return ""
    others = [other for other in entries if other.plugin.distribution != entry.plugin.distribution]
    other = owner_of(path, others)
    owner = f" of {other.plugin.distribution}" if other else ", which it did not install"
    name = entry.plugin.module.partition(":")[0]
    return (
        f"its entry point '{entry.plugin.name}' names the module '{name}', and that is the file"
        f" {path}{owner}: two distributions have a module of one name; one of them must rename it"
    )


def unmarked_hooks(module: ModuleType) -> str:
    """Return a problem where a function has the name of a hook, and no marker or a wrong signature.

    Pluggy silently ignores a function without the marker.
    """
    for name, function in list(vars(module).items()):
        if not name.startswith("rnnbench_") or not inspect.isfunction(function):
            continue
        if not hasattr(function, f"{hooks.GROUP}_impl"):
            return f"{name} lacks the marker @rnnbench.hookimpl"
        if inspect.signature(function).parameters:
            return f"{name} takes arguments, and no hook does"
    return ""


def task_name(task: type[Task]) -> str:
    """Return the name of a task class. Raises TypeError, which reports what the class lacks."""
    if not issubclass(task, Task):
        raise TypeError(
            f"{task.__name__}, which is not a subclass of rnnbench.GeneratedTask or RecordedTask"
        )
    missing = sorted(task.__abstractmethods__)
    for attribute in ("name", "loss", "metrics", "target", "trivial_forecast"):
        if not hasattr(task, attribute):
            missing.append(attribute)
    if missing:
        raise TypeError(f"{task.__name__}, which lacks {', '.join(missing)}")
    if not isinstance(task.target, int | float | None):
        raise TypeError(
            f"{task.__name__}, whose target is {task.target!r} and neither a number nor None"
        )
    return task.name


def named(
    returned: object, expected: type[Any], hook: str, name_of: NameOf
) -> list[tuple[str, Any]] | str:
    """Return the items that a hook returned, each with its name; or a problem with them.

    The names are the plugin's own, so this is called in a guard.
    """
    wanted = "task classes" if expected is type else expected.__name__
    complaint = f"{hook} should return a list of {wanted}, got "
    if not isinstance(returned, list | tuple):
        return f"{complaint}{type(returned).__name__}"
    for item in returned:
        if not isinstance(item, expected):
            return f"{complaint}{type(item).__name__} in it"
    names = [name_of(item) for item in returned]
    for name in names:
        if not isinstance(name, str) or not name:
            return f"{hook} returned {wanted} whose name is {name!r} and not a word"
    return list(zip(names, returned, strict=True))
