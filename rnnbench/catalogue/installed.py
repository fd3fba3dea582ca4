"""What is installed: the entry points of plugins, damaged metadata included, and whose file a
module is."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from urllib.parse import unquote, urlparse

from rnnbench import hooks
from rnnbench.catalogue.registry import Plugin
from rnnbench.errors import describe
from rnnbench.sources import file_hash

DISABLE = "RNNBENCH_DISABLE_PLUGINS"
SECTION = f"[{hooks.GROUP}]"


@dataclass(frozen=True)
class Entry:
    """An entry point of a plugin with the distribution that declares it; None where that was looked
    at before."""

    point: EntryPoint
    distribution: Distribution | None
    plugin: Plugin

    @cached_property
    def files(self) -> dict[Path, str]:
        """The files that were installed with the distribution, each with its recorded hash (""
        where it has none)."""
        found: dict[Path, str] = {}
        if self.distribution is None:
            return found
        for file in self.distribution.files or ():
            recorded = file.hash.value if file.hash else ""
            found[_real(self.distribution.locate_file(file))] = recorded
        return found

    @cached_property
    def project(self) -> Path | None:
        """The folder of the project, where the distribution is installed in place (editable)."""
        if self.distribution is None:
            return None
        try:
            told = json.loads(self.distribution.read_text("direct_url.json") or "{}")
        except (OSError, ValueError):
            return None
        if not isinstance(told, dict) or not (told.get("dir_info") or {}).get("editable"):
            return None
        return _real(unquote(urlparse(str(told.get("url", ""))).path))

    def owns(self, file: Path) -> bool | None:
        """Whether a file is one of this distribution's; None where nothing says so."""
        if self.project is not None:
            return file.is_relative_to(self.project)
        if file in self.files:
            recorded = self.files[file]
            return not recorded or recorded == file_hash(file)
        if any(other.suffix in (".py", ".so", ".pyd") for other in self.files):
            return False
        return None


def installed() -> tuple[list[Entry], list[Plugin]]:
    """Every entry point of the group `rnnbench`, and a broken plugin for each distribution whose
    metadata are damaged.

    Those named in the environment variable RNNBENCH_DISABLE_PLUGINS are left out.
    """
    disabled = {name.strip() for name in os.environ.get(DISABLE, "").split(",")}
    found: dict[tuple[str, str, str], Entry] = {}
    damaged: dict[str, Plugin] = {}
    for distribution in distributions():
        try:
            points = [point for point in distribution.entry_points if point.group == hooks.GROUP]
        except Exception as error:
            points = []
            if _declares_plugins(distribution):
                plugin = _damaged(
                    distribution, f"its entry points cannot be read: {describe(error)}"
                )
                damaged.setdefault(plugin.distribution, plugin)
        if not points:
            continue
        try:
            name = distribution.metadata["Name"]
            version = distribution.metadata["Version"] or ""
        except Exception:
            name = None
        if not isinstance(name, str) or not name:
            plugin = _damaged(distribution, "its metadata are damaged: they give no name")
            damaged.setdefault(plugin.distribution, plugin)
            continue
        for point in points:
            plugin = Plugin(point.name, name, str(version), point.value)
            found.setdefault((name, point.name, point.value), Entry(point, distribution, plugin))
    entries = [found[key] for key in sorted(found)]
    enabled = [entry for entry in entries if not _names(entry.plugin) & disabled]
    return enabled, [plugin for name, plugin in sorted(damaged.items()) if name not in disabled]


def entry_of(plugin: Plugin) -> Entry:
    """The entry point of a plugin that loaded well in another process; its effects there are none
    of this one."""
    here = replace(plugin, effects=(), switches=())
    return Entry(EntryPoint(plugin.name, plugin.module, hooks.GROUP), None, here)


def whose(file: Path, entries: Iterable[Entry]) -> Entry | None:
    """The plugin among these to whose distribution a file belongs; None where that is not known."""
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
    advice = f"{problem}. Reinstall the distribution, or remove the folder {folder}"
    return Plugin(name.partition("-")[0], name, "", "", advice)


def _real(path: object) -> Path:
    return Path(os.path.realpath(str(path)))
