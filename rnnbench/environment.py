"""The environment of a result: machine, versions, git commit, and hashes of the source of what was measured."""

import inspect
import os
import platform
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import psutil

from rnnbench.catalogue import Catalogue
from rnnbench.records import CostTrial, LearningTrial, Machine, Provenance, Trial

SHARED = ("python", "rnnbench", "torch", "numpy")
"""What changes the figures of every trial."""
VECTORS = ("sse4", "avx", "fma", "amx", "asimd", "sve")
"""How the flags of instructions that work on several numbers at once begin."""
PACKAGES = ("rnnbench", "torch", "numpy", "scipy", "scikit-learn", "pluggy", "msgspec")


@cache
def machine() -> Machine:
    """This machine, as a report names it."""
    told = _cpuinfo()
    return Machine(
        processor=told.get("model name") or platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        system=platform.platform(),
        model=_model(told),
    )


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, read without importing them."""
    found = {"python": platform.python_version()}
    return found | {package: number for package in PACKAGES if (number := _version(package))}


@cache
def commit() -> str:
    """The commit of the git checkout around the working folder, with "+changes" where it has some; "" outside."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return f"{head}+changes" if head and _git("status", "--porcelain", "--untracked-files=no") else head


def definition(thing: object) -> str:
    """A hash of the source file in which a class or function is defined: it changes when the definition may have.

    A place, "module:attribute", is looked up without importing the module.
    """
    try:
        if isinstance(thing, str):
            spec = find_spec(thing.partition(":")[0])
            path = spec.origin if spec else None
        else:
            path = inspect.getfile(thing)  # type: ignore[arg-type]
        return digest(Path(path or "").read_bytes())
    except (TypeError, OSError, ImportError, ValueError):
        return ""


def digest(content: bytes) -> str:
    """A short hash."""
    return sha256(content).hexdigest()[:12]


def provenance(trial: Trial, catalogue: Catalogue) -> Provenance:
    """What a result of this trial depends on, here and now; the commit is added by who stores it."""
    plugins, definitions = {}, {}
    for cell in trial.cells if isinstance(trial, CostTrial) else (trial.cell,):
        brought = catalogue.cells[cell.name]
        plugins[cell.name] = brought.plugin.origin
        definitions[cell.name] = definition(brought.item.build)
        definitions |= {f"{package} of {cell.name}": _version(package) for package in brought.item.packages}
    if isinstance(trial, LearningTrial):
        task = catalogue.tasks[trial.task]
        plugins[trial.task] = task.plugin.origin
        definitions[trial.task] = definition(task.item)
        for file in task.item(**trial.dials).own_files:  # type: ignore[arg-type]
            definitions[str(file)] = digest(file.read_bytes()) if file.is_file() else ""
        for name in trial.diagnostics:
            extra = catalogue.diagnostics[name]
            plugins[name], definitions[name] = extra.plugin.origin, definition(extra.item.measure)
    return Provenance(machine=machine(), versions=versions(), plugins=plugins, definitions=definitions)


def changed(old: Provenance, new: Provenance) -> tuple[str, ...]:
    """What an old result of a trial would not share with one made now, by name: definitions, plugins, versions."""
    sources = [name for name, hashed in new.definitions.items() if old.definitions.get(name, hashed) != hashed]
    plugins = [name for name, origin in new.plugins.items() if old.plugins.get(name, origin) != origin]
    packages = [name for name in SHARED if old.versions.get(name) != new.versions.get(name)]
    return tuple(dict.fromkeys([*sources, *plugins, *packages]))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _cpuinfo() -> dict[str, str]:
    """What Linux tells of the first core; nothing elsewhere."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _model(told: dict[str, str]) -> str:
    """The processor by its numbers and vector instructions, in the words of x86 or of ARM."""
    numbers = [told[key] for key in ("vendor_id", "cpu family", "model") if key in told]
    numbers += [told[key] for key in ("CPU implementer", "CPU part") if key in told]
    flags = told.get("flags", told.get("Features", "")).split()
    return " ".join([*numbers, *sorted(flag for flag in flags if flag.startswith(VECTORS))])
