"""The import of each plugin, and the collection of what its hooks return."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import pluggy

from rnnbench import hooks
from rnnbench.catalogue.checking import NameOf, foreign_file, named, unmarked_hooks
from rnnbench.catalogue.guard import Misbehaved, Ran, TakesTooLong, run_guarded
from rnnbench.catalogue.installed import DISABLE, Entry
from rnnbench.catalogue.registry import Contribution, Plugin, Registry
from rnnbench.errors import PluginError

Watch = Callable[[Plugin], None]
GIVEN_UP: dict[Plugin, str] = {}
"""Problems of plugins whose import took too long in this process; it is not tried again."""


def register(manager: pluggy.PluginManager, entry: Entry, entries: Sequence[Entry]) -> Plugin:
    """Import one plugin and register its module; a failure becomes the problem of the plugin."""
    plugin = entry.plugin
    if plugin in GIVEN_UP:
        return _broken(plugin, GIVEN_UP[plugin])
    failure = "fails to import"

    def import_and_register() -> str:
        nonlocal failure
        module = entry.point.load()
        failure = "cannot be registered"
        problem = foreign_file(entry, entries, module) or unmarked_hooks(module)
        # Two entry points may name one module.
        if not problem and not manager.is_registered(module):
            manager.register(module, name=plugin.key)
        return problem

    try:
        ran = run_guarded(import_and_register)
    except Misbehaved as misbehaved:
        problem = f"{failure}: {misbehaved}"
        if isinstance(misbehaved.error, TakesTooLong):
            GIVEN_UP[plugin] = problem
        return _broken(plugin, problem)
    plugin = _with_effects(plugin, ran)
    return _broken(plugin, ran.value) if ran.value else plugin


def _with_effects(plugin: Plugin, ran: Ran) -> Plugin:
    effects = dict.fromkeys([*plugin.effects, *ran.effects])
    switches = dict([*plugin.switches, *ran.switches])
    return replace(plugin, effects=tuple(effects), switches=tuple(switches.items()))


def _broken(plugin: Plugin, problem: str) -> Plugin:
    return replace(plugin, problem=problem)


def refuse_unknown_hooks(manager: pluggy.PluginManager, plugins: Mapping[str, Plugin]) -> None:
    """Raise PluginError for a hook of a plugin that does not exist, with the nearest valid name."""
    valid = sorted(name for name in vars(hooks) if re.fullmatch(r"rnnbench_\w+", name))
    for caller_name in sorted(vars(manager.hook)):
        if caller_name in valid or caller_name.startswith("_"):
            continue
        owner = plugins[getattr(manager.hook, caller_name).get_hookimpls()[0].plugin_name]
        nearest = get_close_matches(caller_name, valid, n=1, cutoff=0)
        raise PluginError(
            f"{owner.distribution}: {owner.module} has a hook '{caller_name}', which does not"
            f" exist. Did you mean '{nearest[0]}'? There are: {', '.join(valid)}."
            f" {_disabling(owner)}"
        )


def _disabling(plugin: Plugin) -> str:
    return f"To go on without it: {DISABLE}={plugin.distribution}"


def collect_from(
    caller: pluggy.HookCaller,
    plugins: dict[str, Plugin],
    expected: type[Any],
    kind: str,
    name_of: NameOf,
    watch: Watch,
) -> Registry[Any]:
    """Call the implementations of a hook one by one, so that the owner of each item is known.

    Updates `plugins` with effects and problems.
    """
    contributions: dict[str, Contribution[Any]] = {}
    for implementation in caller.get_hookimpls():
        plugin = plugins[implementation.plugin_name]
        try:
            ran = _call_and_name(implementation.function, expected, caller.name, name_of)
        except Misbehaved as misbehaved:
            plugins[plugin.key] = _broken(plugin, f"{caller.name} {misbehaved}")
            watch(plugin)
            continue
        plugin = _with_effects(plugin, ran)
        plugins[plugin.key] = plugin
        watch(plugin)
        items = ran.value
        if isinstance(items, str):
            plugins[plugin.key] = _broken(plugin, items)
            continue
        for name, item in items:
            if name in contributions:
                _refuse_second(kind, name, contributions[name].plugin, plugin)
            contributions[name] = Contribution(item, plugin)
    return Registry(kind, contributions, _hint_at_broken(plugins))


def _call_and_name(
    function: Callable[[], object], expected: type[Any], hook: str, name_of: NameOf
) -> Ran:
    """Call an implementation of a hook; the value is what `named` gives for what it returned.

    Raises Misbehaved, whose sentence begins with a verb, where one of the two steps fails.
    """
    failure = "raises"

    def call() -> list[tuple[str, Any]] | str:
        nonlocal failure
        returned = function()
        failure = "returned"
        return named(returned, expected, hook, name_of)

    try:
        return run_guarded(call)
    except Misbehaved as misbehaved:
        what = str(misbehaved)
        if failure == "returned":
            what = what.removeprefix("TypeError: ")
        raise Misbehaved(f"{failure} {what}", misbehaved.error) from None


def _hint_at_broken(plugins: Mapping[str, Plugin]) -> str:
    broken = [plugin.distribution for plugin in plugins.values() if plugin.problem]
    if not broken:
        return ""
    return f"A plugin of {', '.join(broken)} is broken: `rnnbench list plugins` says why."


def _refuse_second(kind: str, name: str, first: Plugin, second: Plugin) -> None:
    stranger = second if first.distribution == hooks.GROUP else first
    raise PluginError(
        f"two {kind}s are called '{name}': one from {first.distribution}, one from"
        f" {second.distribution}. {_disabling(stranger)}"
    )
