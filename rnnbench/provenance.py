"""What a result depends on: the sources, plugins, versions, data and variables that are here now,
and what changed."""

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue, Contribution, Misbehaved, run_guarded
from rnnbench.records import CostTrial, LearningTrial, Provenance, Trial
from rnnbench.sources import CORE, DIGITS, digest, locate, sources_of, whole

SHARED = ("python", "rnnbench", "torch", "numpy")
"""What changes the figures of every trial."""
HARNESS = (
    *(
        "adapters",
        "contracts",
        "metric",
        "meters",
        "model",
        "runner",
        "seeds",
        "state",
        "step_cell",
    ),
    *(
        "archives",
        "generators",
        "patches",
        "switches",
        "time_distributed",
        "torch_settings",
        "training",
    ),
)
"""The rooms of rnnbench itself whose code runs in a trial."""


@cache
def harness() -> str:
    """A hash of the files of rnnbench itself that run in a trial, as they were when this process
    first asked."""
    root = Path(__file__).parent
    files = []
    for room in HARNESS:
        files += sorted((root / room).rglob("*.py"))
        if (root / f"{room}.py").is_file():
            files.append(root / f"{room}.py")
    content = [f"{file.relative_to(root).as_posix()} {digest(file.read_bytes())}" for file in files]
    return digest("\n".join(content).encode())


def defining_file(thing: object) -> Path | None:
    """The source file in which a class or function is defined; None where there is none.

    A place, "module:attribute", is looked up without importing the module.
    """
    try:
        if isinstance(thing, str):
            return locate(thing.partition(":")[0])
        return Path(inspect.getfile(thing))  # type: ignore[arg-type]
    except (TypeError, OSError):
        return None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def provenance(
    trial: Trial, catalogue: Catalogue, seen: Mapping[str, Iterable[str]] | None = None
) -> Provenance:
    """What a result of this trial depends on, here and now; the commit is added by who stores it.

    seen: names of the modules that were loaded while the trial built what has this name. Without
          them, sources are those that can be found without running anything.
    """
    plugins: dict[str, str] = {}
    definitions = {CORE: harness()}
    sources: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    data: dict[str, str] = {}
    for name, contribution, thing, packages in _parts(trial, catalogue):
        plugins[name] = contribution.plugin.origin
        also = (seen or {}).get(name, ())
        found = sources_of(
            thing, contribution.plugin.distribution, contribution.plugin.module, also
        )
        sources[name] = found.modules
        definitions[name] = combined(found.modules)
        for package in sorted({*packages, *found.packages}):
            definitions[f"{package} of {name}"] = environment.version_of(package)
        path = defining_file(thing)
        files[name] = str(path) if path else ""
    if isinstance(trial, LearningTrial):
        for file in _own_files(trial, catalogue):
            data[str(file)] = file_digest(file)
            definitions[str(file)] = data[str(file)][:DIGITS]
    return Provenance(
        machine=environment.machine(),
        versions=environment.versions(),
        plugins=plugins,
        definitions=definitions,
        sources=sources,
        files=files,
        data=data,
        variables=environment.variables(),
    )


def _own_files(trial: LearningTrial, catalogue: Catalogue) -> tuple[Path, ...]:
    """The files of the user's own that a task reads; none where it cannot say, which its trials
    then report."""
    task = catalogue.tasks[trial.task].item
    try:
        files: tuple[Path, ...] = run_guarded(lambda: tuple(task(**trial.dials).own_files)).value  # type: ignore[arg-type]
    except Misbehaved:
        return ()
    return files


def changed(old: Provenance, new: Provenance) -> tuple[str, ...]:
    """What an old result of a trial would not share with one made now, by name: sources, plugins,
    versions.

    Where the old result holds no more than the hash of the file that defines a thing, that file is
    compared.
    """
    names = [name for name, hashed in new.definitions.items() if _differs(name, hashed, old, new)]
    plugins = [
        name for name, origin in new.plugins.items() if old.plugins.get(name, origin) != origin
    ]
    packages = [name for name in SHARED if old.versions.get(name) != new.versions.get(name)]
    variables = _changed_variables(old, new)
    return tuple(dict.fromkeys([*names, *plugins, *packages, *variables]))


def _changed_variables(old: Provenance, new: Provenance) -> list[str]:
    """The variables that choose kernels and have other values now, where they were recorded."""
    if old.variables is None or new.variables is None:
        return []
    names = sorted(old.variables.keys() | new.variables.keys())
    return [
        f"the variable {name}"
        for name in names
        if old.variables.get(name) != new.variables.get(name)
    ]


def with_loaded(before: Provenance, after: Provenance) -> Provenance:
    """What was found before a trial ran, and of what was found after it the modules that only the
    run has shown."""
    sources = {name: {**after.sources[name], **modules} for name, modules in before.sources.items()}
    hashes = {name: combined(modules) for name, modules in sources.items()}
    return replace(before, sources=sources, definitions={**before.definitions, **hashes})


def without_helpers(old: Provenance) -> tuple[str, ...]:
    """The names in an old result whose helper modules were not recorded with it."""
    return tuple(name for name in old.plugins if name not in old.sources)


def combined(modules: Mapping[str, str]) -> str:
    """One hash of all modules that a thing runs; "" where it runs none that are known."""
    if not modules:
        return ""
    lines = [f"{name} {hashed}" for name, hashed in sorted(modules.items())]
    return digest("\n".join(lines).encode())


def _differs(name: str, hashed: str, old: Provenance, new: Provenance) -> bool:
    before = old.definitions.get(name)
    if before is None:
        return False
    if name not in new.sources:
        return before != hashed
    if name not in old.sources:
        path = new.files.get(name)
        return before != (file_digest(Path(path))[:DIGITS] if path else "")
    late = old.sources[name].keys() - new.sources[name].keys()
    now = new.sources[name] | {module: whole(module) for module in late}
    return old.sources[name] != now


def _parts(
    trial: Trial, catalogue: Catalogue
) -> Iterator[tuple[str, Contribution[Any], object, tuple[str, ...]]]:
    """The name of each thing that a trial uses, who brought it, what is run of it, and the packages
    that it names."""
    for cell in trial.cells if isinstance(trial, CostTrial) else (trial.cell,):
        contribution = catalogue.cells[cell.name]
        yield cell.name, contribution, contribution.item.build, tuple(contribution.item.packages)
    if isinstance(trial, LearningTrial):
        task = catalogue.tasks[trial.task]
        yield trial.task, task, task.item, ()
        for name in trial.diagnostics:
            diagnostic = catalogue.diagnostics[name]
            yield name, diagnostic, diagnostic.item.measure, ()
