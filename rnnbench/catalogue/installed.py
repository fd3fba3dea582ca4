"""Installed plugins: their entry points, damaged metadata, and the owners of module files."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from urllib.parse import unquote, urlparse

from rnnbench import hooks, text
from rnnbench.catalogue.registry import Plugin
from rnnbench.errors import describe
from rnnbench.sources import file_hash

DISABLE = "RNNBENCH_DISABLE_PLUGINS"
SECTION = f"[{hooks.GROUP}]"


@dataclass(frozen=True)
class Entry:
    """An entry point of a plugin with its distribution; None where another process read that
    before."""

    point: EntryPoint
    distribution: Distribution | None
    plugin: Plugin

    @cached_property
    def files(self) -> dict[Path, str]:
        """Files installed with the distribution, each with its recorded hash ("" without one)."""
        hashes: dict[Path, str] = {}
        if self.distribution is None:
            return hashes
        for file in self.distribution.files or ():
            path = _real_path(self.distribution.locate_file(file))
            hashes[path] = file.hash.value if file.hash else ""
        return hashes

    @cached_property
    def project(self) -> Path | None:
        """Folder of the project, where the distribution is installed in place (editable)."""
        if self.distribution is None:
            return None
        try:
            origin = json.loads(self.distribution.read_text("direct_url.json") or "{}")
        except (OSError, ValueError):
            return None
        if not isinstance(origin, dict) or not (origin.get("dir_info") or {}).get("editable"):
            return None
        return _real_path(unquote(urlparse(str(origin.get("url", ""))).path))

    def owns(self, file: Path) -> bool | None:
        """Whether a file belongs to this distribution; None where that is unknown."""
        if self.project is not None:
            return file.is_relative_to(self.project)
        if file in self.files:
            recorded = self.files[file]
            return not recorded or recorded == file_hash(file)
        if any(other.suffix in (".py", ".so", ".pyd") for other in self.files):
            return False
        return None


def installed() -> tuple[list[Entry], list[Plugin]]:
    """Return the entry points of the group `rnnbench`, and damaged distributions as broken plugins.

    Plugins named in the environment variable RNNBENCH_DISABLE_PLUGINS are left out.
    """
    disabled = {name.strip() for name in os.environ.get(DISABLE, "").split(",")}
    entries: dict[tuple[str, str, str], Entry] = {}
    damaged: dict[str, Plugin] = {}
    for distribution in distributions():
        found = _entries_of(distribution)
        if isinstance(found, Plugin):
            damaged.setdefault(found.distribution, found)
            continue
        for entry in found:
            plugin = entry.plugin
            entries.setdefault((plugin.distribution, plugin.name, plugin.module), entry)
    ordered = [entries[key] for key in sorted(entries)]
    enabled = [entry for entry in ordered if not _names(entry.plugin) & disabled]
    return enabled, [plugin for name, plugin in sorted(damaged.items()) if name not in disabled]


def installed_plugins() -> list[Plugin]:
    """Return the plugins of this environment, none of which is imported for it."""
    entries, _ = installed()
    return [entry.plugin for entry in entries]


def _entries_of(distribution: Distribution) -> list[Entry] | Plugin:
    """Return the entry points of a distribution, or a broken plugin if its metadata are damaged."""
    try:
        points = [point for point in distribution.entry_points if point.group == hooks.GROUP]
    except Exception as error:
        if _declares_plugins(distribution):
            problem = f"its entry points cannot be read: {describe(error)}"
            return _damaged(distribution, problem)
        return []
    if not points:
        return []
    try:
        name = distribution.metadata["Name"]
        version = distribution.metadata["Version"] or ""
    except Exception:
        name = None
    if not isinstance(name, str) or not name:
        return _damaged(distribution, "its metadata are damaged: they give no name")
    plugins = [Plugin(point.name, name, str(version), point.value) for point in points]
    pairs = zip(points, plugins, strict=True)
    return [Entry(point, distribution, plugin) for point, plugin in pairs]


def entry_of(plugin: Plugin) -> Entry:
    """Return the entry point of a plugin that another process has loaded, without the effects
    there."""
    here = replace(plugin, effects=(), switches=())
    return Entry(EntryPoint(plugin.name, plugin.module, hooks.GROUP), None, here)


def owner_of(file: Path, entries: Iterable[Entry]) -> Entry | None:
    """Return the plugin whose distribution owns a file; None where none of these is known to."""
    return next((entry for entry in entries if entry.owns(file)), None)


def _names(plugin: Plugin) -> set[str]:
    return {plugin.name, plugin.distribution, plugin.key}


def _declares_plugins(distribution: Distribution) -> bool:
    try:
        return SECTION in (distribution.read_text("entry_points.txt") or "")
    except Exception:
        return False


def _damaged(distribution: Distribution, problem: str) -> Plugin:
    folder = getattr(distribution, "_path", None)
    name = getattr(folder, "name", "") or "unknown"
    advice = f"{text.sentence(problem)} Reinstall the distribution, or remove the folder {folder}"
    return Plugin(
        name=name.partition("-")[0], distribution=name, version="", module="", problem=advice
    )


def _real_path(path: object) -> Path:
    return Path(os.path.realpath(str(path)))
