"""Loading plugins one by one, so that a broken one costs nothing but itself, and a rude one is
named."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pluggy

from rnnbench import hooks
from rnnbench.catalogue.checking import NameOf, foreign_file, named, odd_hooks, task_name
from rnnbench.catalogue.guard import Misbehaved, Ran, TakesTooLong, run_guarded
from rnnbench.catalogue.installed import DISABLE, Entry, entry_of, installed
from rnnbench.catalogue.registry import Contribution, Plugin, Registry
from rnnbench.contracts import CellSpec, Diagnostic, ExecutorSpec, Renderer, Task
from rnnbench.errors import PluginError
from rnnbench.records import CostTrial, Trial

Watch = Callable[[Plugin], None]


GIVEN_UP: dict[Plugin, str] = {}
"""Plugins whose import took too long in this process: it is not waited for again."""


def _unwatched(_plugin: Plugin) -> None:
    """Looks at nothing when a plugin has been imported."""


@dataclass(frozen=True)
class Catalogue:
    """All that is installed. `plugins` lists each entry point, broken ones included."""

    plugins: tuple[Plugin, ...]
    cells: Registry[CellSpec]
    tasks: Registry[type[Task]]
    suites: Registry[Path]
    reports: Registry[Renderer]
    executors: Registry[ExecutorSpec]
    diagnostics: Registry[Diagnostic]
    claims: Registry[Path]

    @classmethod
    def load(cls, only: Sequence[Plugin] | None = None, watch: Watch = _unwatched) -> "Catalogue":
        """Read every entry point of the group `rnnbench`; or `only` these, without a look at what
        else is installed.

        A plugin that fails to import, exits, hangs, or whose hook returns what it should not, is
        kept with its problem. Raises PluginError, naming distributions, for two things of one name
        and for a misspelt hook.

        watch: called with each plugin when its module has been imported, and when one of its hooks
               has been called.
        """
        manager = pluggy.PluginManager(hooks.GROUP)
        manager.add_hookspecs(hooks)
        if only is None:
            entries, damaged = installed()
        else:
            entries, damaged = [entry_of(plugin) for plugin in only], []
        plugins = {plugin.key: plugin for plugin in damaged}
        for entry in entries:
            plugin = _register(manager, entry, entries)
            plugins[plugin.key] = plugin
            watch(plugin)
        _refuse_unknown_hooks(manager, plugins)

        def collect(
            caller: pluggy.HookCaller, expected: type[Any], kind: str, name_of: NameOf
        ) -> Registry[Any]:
            return _collect(caller, plugins, expected, kind, name_of, watch)

        cells = collect(manager.hook.rnnbench_cells, CellSpec, "cell", lambda spec: spec.name)
        tasks = collect(manager.hook.rnnbench_tasks, type, "task", task_name)
        suites = collect(manager.hook.rnnbench_suites, Path, "suite", lambda path: path.stem)
        reports = collect(
            manager.hook.rnnbench_reports, Renderer, "report", lambda report: report.name
        )
        executors = collect(
            manager.hook.rnnbench_executors, ExecutorSpec, "executor", lambda spec: spec.name
        )
        extra = collect(
            manager.hook.rnnbench_metrics, Diagnostic, "diagnostic", lambda extra: extra.name
        )
        claims = collect(
            manager.hook.rnnbench_claims, Path, "file of claims", lambda path: path.stem
        )
        return cls(tuple(plugins.values()), cells, tasks, suites, reports, executors, extra, claims)

    def needed(self, trial: Trial) -> tuple[Plugin, ...]:
        """The plugins that bring what a trial uses. Raises UnknownName where nobody brings it."""
        if isinstance(trial, CostTrial):
            contribution: list[Contribution[Any]] = [self.cells[cell.name] for cell in trial.cells]
        else:
            contribution = [self.cells[trial.cell.name], self.tasks[trial.task]]
            contribution += [self.diagnostics[name] for name in trial.diagnostics]
        plugins = {one.plugin.key: one.plugin for one in contribution}
        return tuple(plugins[key] for key in sorted(plugins))


def _register(manager: pluggy.PluginManager, entry: Entry, entries: Sequence[Entry]) -> Plugin:
    """Import one plugin; whatever it does instead becomes its problem."""
    plugin = entry.plugin
    if plugin in GIVEN_UP:
        return _broken(plugin, GIVEN_UP[plugin])
    try:
        ran = run_guarded(entry.point.load)
    except Misbehaved as misbehaved:
        problem = f"fails to import: {misbehaved}"
        if isinstance(misbehaved.error, TakesTooLong):
            GIVEN_UP[plugin] = problem
        return _broken(plugin, problem)
    plugin = _with_effects(plugin, ran)
    module = ran.value
    try:
        if problem := run_guarded(
            lambda: foreign_file(entry, entries, module) or odd_hooks(module)
        ).value:
            return _broken(plugin, problem)
        if not manager.is_registered(module):  # two entry points may name one module
            run_guarded(lambda: manager.register(module, name=plugin.key))
    except Misbehaved as misbehaved:
        return _broken(plugin, f"cannot be registered: {misbehaved}")
    return plugin


def _with_effects(plugin: Plugin, ran: Ran) -> Plugin:
    effects = dict.fromkeys([*plugin.effects, *ran.effects])
    switches = dict([*plugin.switches, *ran.switches])
    return replace(plugin, effects=tuple(effects), switches=tuple(switches.items()))


def _broken(plugin: Plugin, problem: str) -> Plugin:
    return replace(plugin, problem=problem)


def _refuse_unknown_hooks(manager: pluggy.PluginManager, plugins: Mapping[str, Plugin]) -> None:
    valid = sorted(name for name in vars(hooks) if re.fullmatch(r"rnnbench_\w+", name))
    for caller_name in sorted(vars(manager.hook)):
        if caller_name in valid or caller_name.startswith("_"):
            continue
        owner = plugins[getattr(manager.hook, caller_name).get_hookimpls()[0].plugin_name]
        nearest = get_close_matches(caller_name, valid, n=1, cutoff=0)
        raise PluginError(
            f"{owner.distribution}: {owner.module} has a hook '{caller_name}', which does not"
            f" exist. Did you mean '{nearest[0]}'? There are: {', '.join(valid)}."
            f" {_switch_off(owner)}"
        )


def _switch_off(plugin: Plugin) -> str:
    return f"To go on without it: {DISABLE}={plugin.distribution}"


def _collect(
    caller: pluggy.HookCaller,
    plugins: dict[str, Plugin],
    expected: type[Any],
    kind: str,
    name_of: NameOf,
    watch: Watch,
) -> Registry[Any]:
    """Call a hook's implementations one by one, so that each thing has an owner."""
    things: dict[str, Contribution[Any]] = {}
    for implementation in caller.get_hookimpls():
        plugin = plugins[implementation.plugin_name]
        try:
            ran = run_guarded(implementation.function)
        except Misbehaved as misbehaved:
            plugins[plugin.key] = _broken(plugin, f"{caller.name} raises {misbehaved}")
            watch(plugin)
            continue
        plugin = _with_effects(plugin, ran)
        plugins[plugin.key] = plugin
        watch(plugin)
        found = named(ran.value, expected, caller.name, name_of)
        if isinstance(found, str):
            plugins[plugin.key] = _broken(plugin, found)
            continue
        for name, thing in found:
            if name in things:
                _refuse_twins(kind, name, things[name].plugin, plugin)
            things[name] = Contribution(thing, plugin)
    broken = [plugin.distribution for plugin in plugins.values() if plugin.problem]
    hint = (
        f"A plugin of {', '.join(broken)} is broken: `rnnbench list plugins` says why."
        if broken
        else ""
    )
    return Registry(kind, things, hint)


def _refuse_twins(kind: str, name: str, first: Plugin, second: Plugin) -> None:
    stranger = second if first.distribution == hooks.GROUP else first
    raise PluginError(
        f"two {kind}s are called '{name}': one from {first.distribution}, one from"
        f" {second.distribution}. {_switch_off(stranger)}"
    )
