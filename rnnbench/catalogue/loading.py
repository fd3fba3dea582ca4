"""Loading plugins one by one, so that a broken one costs nothing but itself, and a rude one is named."""

import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from rnnbench import hooks
from rnnbench.catalogue.shelf import Brought, Plugin, Shelf
from rnnbench.cell import CellSpec
from rnnbench.errors import PluginError
from rnnbench.records import Diagnostic, ExecutorSpec, Renderer
from rnnbench.task import Task

DISABLE = "RNNBENCH_DISABLE_PLUGINS"


@dataclass(frozen=True)
class Catalogue:
    """All that is installed. `plugins` lists each entry point, broken ones included."""

    plugins: tuple[Plugin, ...]
    cells: Shelf[CellSpec]
    tasks: Shelf[type[Task]]
    suites: Shelf[Path]
    reports: Shelf[Renderer]
    executors: Shelf[ExecutorSpec]
    diagnostics: Shelf[Diagnostic]
    claims: Shelf[Path]

    @classmethod
    def load(cls) -> "Catalogue":
        """Read every entry point of the group `rnnbench`.

        A plugin that fails to import is kept with its problem. Raises PluginError, naming distributions, for two
        things of one name, a misspelt hook, and a hook that returns what it should not.
        """
        manager = pluggy.PluginManager(hooks.GROUP)
        manager.add_hookspecs(hooks)
        plugins = {}
        for entry_point in _installed():
            plugin = _register(manager, entry_point)
            plugins[_key(plugin)] = plugin
        _refuse_unknown_hooks(manager, plugins)
        cells = _collect(manager.hook.rnnbench_cells, plugins, CellSpec, "cell", lambda spec: spec.name)
        tasks = _collect(manager.hook.rnnbench_tasks, plugins, type, "task", _task_name)
        suites = _collect(manager.hook.rnnbench_suites, plugins, Path, "suite", lambda path: path.stem)
        reports = _collect(manager.hook.rnnbench_reports, plugins, Renderer, "report", lambda report: report.name)
        executors = _collect(manager.hook.rnnbench_executors, plugins, ExecutorSpec, "executor", lambda spec: spec.name)
        extra = _collect(manager.hook.rnnbench_metrics, plugins, Diagnostic, "diagnostic", lambda extra: extra.name)
        claims = _collect(manager.hook.rnnbench_claims, plugins, Path, "file of claims", lambda path: path.stem)
        return cls(tuple(plugins.values()), cells, tasks, suites, reports, executors, extra, claims)


def _installed() -> list[EntryPoint]:
    disabled = {name.strip() for name in os.environ.get(DISABLE, "").split(",")}

    def names(entry_point: EntryPoint) -> set[str]:
        distribution = _distribution(entry_point)
        return {entry_point.name, distribution, f"{distribution}:{entry_point.name}"}

    found = {(_distribution(e), e.name, e.value): e for e in entry_points(group=hooks.GROUP)}
    return [found[key] for key in sorted(found) if not names(found[key]) & disabled]


def _distribution(entry_point: EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist else "unknown"


def _key(plugin: Plugin) -> str:
    return f"{plugin.distribution}:{plugin.name}"


def _register(manager: pluggy.PluginManager, entry_point: EntryPoint) -> Plugin:
    """Import one plugin; whatever it raises becomes its problem."""
    version = entry_point.dist.version if entry_point.dist else ""
    plugin = Plugin(entry_point.name, _distribution(entry_point), version, entry_point.value)
    try:
        module = entry_point.load()
    except (Exception, SystemExit) as error:
        return _broken(plugin, f"fails to import: {type(error).__name__}: {_first_line(error)}")
    if problem := _odd_hooks(module):
        return _broken(plugin, problem)
    try:
        if not manager.is_registered(module):  # two entry points may name one module
            manager.register(module, name=_key(plugin))
    except Exception as error:
        return _broken(plugin, f"cannot be registered: {type(error).__name__}: {_first_line(error)}")
    return plugin


def _broken(plugin: Plugin, problem: str) -> Plugin:
    return replace(plugin, problem=problem)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


def _odd_hooks(module: ModuleType) -> str:
    """A function that is called like a hook and lacks the marker would be passed over in silence."""
    for name, function in list(vars(module).items()):
        if not name.startswith("rnnbench_") or not inspect.isfunction(function):
            continue
        if not hasattr(function, f"{hooks.GROUP}_impl"):
            return f"{name} lacks the marker @rnnbench.hookimpl"
        if inspect.signature(function).parameters:
            return f"{name} takes arguments, and no hook does"
    return ""


def _refuse_unknown_hooks(manager: pluggy.PluginManager, plugins: Mapping[str, Plugin]) -> None:
    valid = sorted(name for name in vars(hooks) if re.fullmatch(r"rnnbench_\w+", name))
    for caller_name in sorted(vars(manager.hook)):
        if caller_name in valid or caller_name.startswith("_"):
            continue
        owner = plugins[getattr(manager.hook, caller_name).get_hookimpls()[0].plugin_name]
        nearest = get_close_matches(caller_name, valid, n=1, cutoff=0)
        raise PluginError(
            f"{owner.distribution}: {owner.module} has a hook '{caller_name}', which does not exist. "
            f"Did you mean '{nearest[0]}'? There are: {', '.join(valid)}. {_switch_off(owner)}"
        )


def _switch_off(plugin: Plugin) -> str:
    return f"To go on without it: {DISABLE}={plugin.distribution}"


def _task_name(task: type[Task]) -> str:
    if not issubclass(task, Task):
        raise TypeError(f"{task.__name__}, which is not a subclass of rnnbench.GeneratedTask or RecordedTask")
    declared = ("name", "loss", "metrics", "target", "trivial_forecast")
    missing = [*sorted(task.__abstractmethods__), *(what for what in declared if not hasattr(task, what))]
    if missing:
        raise TypeError(f"{task.__name__}, which lacks {', '.join(missing)}")
    if not isinstance(task.target, int | float):
        raise TypeError(f"{task.__name__}, whose target is {task.target!r} and not a number")
    return task.name


def _collect(
    caller: pluggy.HookCaller,
    plugins: dict[str, Plugin],
    expected: type[Any],
    kind: str,
    name_of: Callable[[Any], str],
) -> Shelf[Any]:
    """Call a hook's implementations one by one, so that each thing has an owner."""
    things: dict[str, Brought[Any]] = {}
    for implementation in caller.get_hookimpls():
        plugin = plugins[implementation.plugin_name]
        try:
            returned = implementation.function()
        except Exception as error:
            problem = f"{caller.name} raises {type(error).__name__}: {_first_line(error)}"
            plugins[implementation.plugin_name] = _broken(plugin, problem)
            continue
        for thing in _checked(returned, expected, plugin, caller.name):
            try:
                name = name_of(thing)
            except TypeError as error:
                raise PluginError(
                    f"{plugin.distribution}: {caller.name} returned {error}. {_switch_off(plugin)}"
                ) from None
            if name in things:
                twins = (things[name].plugin, plugin)
                stranger = next((twin for twin in twins if twin.distribution != hooks.GROUP), plugin)
                raise PluginError(
                    f"two {kind}s are called '{name}': one from {twins[0].distribution}, "
                    f"one from {twins[1].distribution}. {_switch_off(stranger)}"
                )
            things[name] = Brought(thing, plugin)
    broken = [plugin.distribution for plugin in plugins.values() if plugin.problem]
    hint = f"A plugin of {', '.join(broken)} is broken: `rnnbench list plugins` says why." if broken else ""
    return Shelf(kind, things, hint)


def _checked(returned: object, expected: type[Any], plugin: Plugin, hook: str) -> Sequence[Any]:
    wanted = "task classes" if expected is type else expected.__name__
    complaint = f"{plugin.distribution}: {hook} should return a list of {wanted}, got "
    if not isinstance(returned, list | tuple):
        raise PluginError(f"{complaint}{type(returned).__name__}. {_switch_off(plugin)}")
    for thing in returned:
        if not isinstance(thing, expected):
            raise PluginError(f"{complaint}{type(thing).__name__} in it. {_switch_off(plugin)}")
    return returned
