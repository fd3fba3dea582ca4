"""Loading of plugins one by one, so a broken plugin disables nothing but itself."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from rnnbench import hooks
from rnnbench.catalogue.checking import NameOf, task_name
from rnnbench.catalogue.collecting import Watch, collect_from, refuse_unknown_hooks, register
from rnnbench.catalogue.installed import DISABLE, entry_of, installed
from rnnbench.catalogue.registry import Contribution, Plugin, Registry
from rnnbench.contracts import CellSpec, Diagnostic, ExecutorSpec, Renderer, Task
from rnnbench.records import CostTrial, Trial

_latest: dict[tuple[str, ...], "Catalogue"] = {}
"""The catalogue that this process has loaded last, by what decides which plugins there are."""


def _ignore_plugin(_plugin: Plugin) -> None:
    """Default callback: does nothing."""


@dataclass(frozen=True)
class Catalogue:
    """Everything that is installed. `plugins` lists each entry point, broken ones included."""

    plugins: tuple[Plugin, ...]
    cells: Registry[CellSpec]
    tasks: Registry[type[Task]]
    suites: Registry[Path]
    reports: Registry[Renderer]
    executors: Registry[ExecutorSpec]
    diagnostics: Registry[Diagnostic]
    claims: Registry[Path]

    @classmethod
    def load(
        cls, only: Sequence[Plugin] | None = None, watch: Watch = _ignore_plugin
    ) -> "Catalogue":
        """Load every entry point of the group `rnnbench`, or `only` the given plugins.

        A plugin is kept with its problem if it fails to import, exits or hangs, or if its hook
        returns what it should not. Raises PluginError for two items of one name and for a misspelt
        hook; the message names the distributions.

        watch: called with each plugin after the import of its module and after each of its hooks.
        """
        manager = pluggy.PluginManager(hooks.GROUP)
        manager.add_hookspecs(hooks)
        plugins: dict[str, Plugin] = {}
        if only is None:
            entries, damaged = installed()
            plugins.update({plugin.key: plugin for plugin in damaged})
        else:
            entries = [entry_of(plugin) for plugin in only]
        for entry in entries:
            plugin = register(manager, entry, entries)
            plugins[plugin.key] = plugin
            watch(plugin)
        refuse_unknown_hooks(manager, plugins)

        def collect(hook: str, expected: type[Any], kind: str, name_of: NameOf) -> Registry[Any]:
            caller = getattr(manager.hook, f"rnnbench_{hook}")
            return collect_from(caller, plugins, expected, kind, name_of, watch)

        cells = collect("cells", CellSpec, "cell", _declared_name)
        tasks = collect("tasks", type, "task", task_name)
        suites = collect("suites", Path, "suite", _file_name)
        reports = collect("reports", Renderer, "report", _declared_name)
        executors = collect("executors", ExecutorSpec, "executor", _declared_name)
        diagnostics = collect("metrics", Diagnostic, "diagnostic", _declared_name)
        claims = collect("claims", Path, "file of claims", _file_name)
        catalogue = cls(
            plugins=tuple(plugins.values()),
            cells=cells,
            tasks=tasks,
            suites=suites,
            reports=reports,
            executors=executors,
            diagnostics=diagnostics,
            claims=claims,
        )
        if only is None:
            _latest.clear()
            _latest[_decisive()] = catalogue
        return catalogue

    @classmethod
    def present(cls) -> "Catalogue":
        """Return the catalogue that this process has loaded last; load it where there is none yet,
        or where `sys.path` and the environment may give others now."""
        return _latest.get(_decisive()) or cls.load()

    def needed(self, trial: Trial) -> tuple[Plugin, ...]:
        """Return the plugins that contribute what a trial uses. Raises UnknownName for a missing
        one."""
        used: list[Contribution[Any]]
        if isinstance(trial, CostTrial):
            used = [self.cells[cell.name] for cell in trial.cells]
        else:
            used = [self.cells[trial.cell.name], self.tasks[trial.task]]
            used += [self.diagnostics[name] for name in trial.diagnostics]
        plugins = {contribution.plugin.key: contribution.plugin for contribution in used}
        return tuple(plugins[key] for key in sorted(plugins))


def _decisive() -> tuple[str, ...]:
    """Return what decides which plugins there are, as far as this process may change it."""
    return (os.environ.get(DISABLE, ""), *sys.path)


def _declared_name(item: Any) -> str:
    name: str = item.name
    return name


def _file_name(path: Path) -> str:
    return path.stem
