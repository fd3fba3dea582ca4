"""Loading plugins one by one, so that a broken one costs nothing but itself, and a rude one is named."""

import inspect
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from rnnbench import hooks
from rnnbench.catalogue.guard import Misbehaved, run_guarded
from rnnbench.catalogue.installed import DISABLE, Entry, installed, whose
from rnnbench.catalogue.shelf import Brought, Plugin, Shelf
from rnnbench.cell import CellSpec
from rnnbench.errors import PluginError
from rnnbench.records import CostTrial, Diagnostic, ExecutorSpec, LearningTrial, Renderer, Trial
from rnnbench.task import Task

Watch = Callable[[Plugin], None]
NameOf = Callable[[Any], str]


def _unwatched(_plugin: Plugin) -> None:
    """Looks at nothing when a plugin has been imported."""


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
    def load(cls, only: Collection[str] | None = None, watch: Watch = _unwatched) -> "Catalogue":
        """Read every entry point of the group `rnnbench`, or `only` those of these keys.

        A plugin that fails to import, exits, hangs, or whose hook returns what it should not, is kept with its problem.
        Raises PluginError, naming distributions, for two things of one name and for a misspelt hook.

        watch: called with each plugin when its module has been imported, and when one of its hooks has been called.
        """
        manager = pluggy.PluginManager(hooks.GROUP)
        manager.add_hookspecs(hooks)
        entries, damaged = installed()
        if only is not None:
            entries = [entry for entry in entries if entry.plugin.key in only]
            damaged = []
        plugins = {plugin.key: plugin for plugin in damaged}
        for entry in entries:
            plugin = _register(manager, entry, entries)
            plugins[plugin.key] = plugin
            watch(plugin)
        _refuse_unknown_hooks(manager, plugins)

        def collect(caller: pluggy.HookCaller, expected: type[Any], kind: str, name_of: NameOf) -> Shelf[Any]:
            return _collect(caller, plugins, expected, kind, name_of, watch)

        cells = collect(manager.hook.rnnbench_cells, CellSpec, "cell", lambda spec: spec.name)
        tasks = collect(manager.hook.rnnbench_tasks, type, "task", _task_name)
        suites = collect(manager.hook.rnnbench_suites, Path, "suite", lambda path: path.stem)
        reports = collect(manager.hook.rnnbench_reports, Renderer, "report", lambda report: report.name)
        executors = collect(manager.hook.rnnbench_executors, ExecutorSpec, "executor", lambda spec: spec.name)
        extra = collect(manager.hook.rnnbench_metrics, Diagnostic, "diagnostic", lambda extra: extra.name)
        claims = collect(manager.hook.rnnbench_claims, Path, "file of claims", lambda path: path.stem)
        return cls(tuple(plugins.values()), cells, tasks, suites, reports, executors, extra, claims)

    def needed(self, trial: Trial) -> tuple[str, ...]:
        """The keys of the plugins that bring what a trial uses. Raises UnknownName where nobody brings it."""
        if isinstance(trial, CostTrial):
            return tuple(sorted({self.cells[cell.name].plugin.key for cell in trial.cells}))
        return tuple(sorted(self._needed_to_learn(trial)))

    def _needed_to_learn(self, trial: LearningTrial) -> set[str]:
        keys = {self.cells[trial.cell.name].plugin.key, self.tasks[trial.task].plugin.key}
        keys |= {self.diagnostics[name].plugin.key for name in trial.diagnostics}
        return keys


def _register(manager: pluggy.PluginManager, entry: Entry, entries: Sequence[Entry]) -> Plugin:
    """Import one plugin; whatever it does instead becomes its problem."""
    plugin = entry.plugin
    try:
        ran = run_guarded(entry.point.load)
    except Misbehaved as misbehaved:
        return _broken(plugin, f"fails to import: {misbehaved}")
    plugin = replace(plugin, effects=ran.effects)
    module = ran.value
    try:
        if problem := run_guarded(lambda: _foreign_file(entry, entries, module) or _odd_hooks(module)).value:
            return _broken(plugin, problem)
        if not manager.is_registered(module):  # two entry points may name one module
            run_guarded(lambda: manager.register(module, name=plugin.key))
    except Misbehaved as misbehaved:
        return _broken(plugin, f"cannot be registered: {misbehaved}")
    return plugin


def _broken(plugin: Plugin, problem: str) -> Plugin:
    return replace(plugin, problem=problem)


def _foreign_file(entry: Entry, entries: Sequence[Entry], module: object) -> str:
    """A problem where the module that was imported is a file of another distribution, whose module has its name."""
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
        f"its entry point '{entry.plugin.name}' names the module '{name}', and that is the file {path}{of}: "
        "two distributions have a module of one name; one of them must rename it"
    )


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
    name_of: NameOf,
    watch: Watch,
) -> Shelf[Any]:
    """Call a hook's implementations one by one, so that each thing has an owner."""
    things: dict[str, Brought[Any]] = {}
    for implementation in caller.get_hookimpls():
        plugin = plugins[implementation.plugin_name]
        try:
            ran = run_guarded(implementation.function)
        except Misbehaved as misbehaved:
            plugins[plugin.key] = _broken(plugin, f"{caller.name} raises {misbehaved}")
            continue
        finally:
            watch(plugin)
        plugin = replace(plugin, effects=(*plugin.effects, *ran.effects))
        plugins[plugin.key] = plugin
        named = _named(ran.value, expected, caller.name, name_of)
        if isinstance(named, str):
            plugins[plugin.key] = _broken(plugin, named)
            continue
        for name, thing in named:
            if name in things:
                _refuse_twins(kind, name, things[name].plugin, plugin)
            things[name] = Brought(thing, plugin)
    broken = [plugin.distribution for plugin in plugins.values() if plugin.problem]
    hint = f"A plugin of {', '.join(broken)} is broken: `rnnbench list plugins` says why." if broken else ""
    return Shelf(kind, things, hint)


def _named(returned: object, expected: type[Any], hook: str, name_of: NameOf) -> list[tuple[str, Any]] | str:
    """What a hook returned, each thing with its name; or the problem, where it is not what a hook returns."""
    wanted = "task classes" if expected is type else expected.__name__
    complaint = f"{hook} should return a list of {wanted}, got "
    if not isinstance(returned, list | tuple):
        return f"{complaint}{type(returned).__name__}"
    named = []
    for thing in returned:
        if not isinstance(thing, expected):
            return f"{complaint}{type(thing).__name__} in it"
        try:
            name = run_guarded(partial(name_of, thing)).value
        except Misbehaved as misbehaved:
            return f"{hook} returned {str(misbehaved).removeprefix('TypeError: ')}"
        if not isinstance(name, str) or not name:
            return f"{hook} returned {wanted} whose name is {name!r} and not a word"
        named.append((name, thing))
    return named


def _refuse_twins(kind: str, name: str, first: Plugin, second: Plugin) -> None:
    stranger = second if first.distribution == hooks.GROUP else first
    raise PluginError(
        f"two {kind}s are called '{name}': one from {first.distribution}, one from {second.distribution}. "
        f"{_switch_off(stranger)}"
    )
