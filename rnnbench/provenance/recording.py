"""Recording of the provenance of a trial, here and now."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue, Contribution, Misbehaved, run_guarded
from rnnbench.provenance.hashes import combined, file_digest, harness
from rnnbench.records import CostTrial, LearningTrial, Provenance, Trial
from rnnbench.sources import CORE, DIGITS, locate, sources_of


def defining_file(thing: object) -> Path | None:
    """Return the source file that defines a class or function; None where there is none.

    A place, "module:attribute", is located without importing the module.
    """
    try:
        if isinstance(thing, str):
            return locate(thing.partition(":")[0])
        return Path(inspect.getfile(thing))  # type: ignore[arg-type]
    except (TypeError, OSError):
        return None


def provenance(
    trial: Trial, catalogue: Catalogue, loaded: Mapping[str, Iterable[str]] | None = None
) -> Provenance:
    """Return what a result of this trial depends on; the caller adds the commit.

    loaded: by name of cell, task or diagnostic, the modules that were loaded while the trial built
            it. Without them, sources are those that can be found without running anything.
    """
    plugins: dict[str, str] = {}
    definitions = {CORE: harness()}
    sources: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    for part in _parts(trial, catalogue):
        name = part.name
        plugin = part.contribution.plugin
        plugins[name] = plugin.origin
        also = (loaded or {}).get(name, ())
        found = sources_of(part.thing, plugin.distribution, plugin.module, also)
        sources[name] = found.modules
        definitions[name] = combined(found.modules)
        for package in sorted({*part.packages, *found.packages}):
            definitions[f"{package} of {name}"] = environment.version_of(package)
        path = defining_file(part.thing)
        files[name] = str(path) if path else ""
    data = _hashes_of_own_files(trial, catalogue)
    for file, hashed in data.items():
        definitions[file] = hashed[:DIGITS]
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


def _hashes_of_own_files(trial: Trial, catalogue: Catalogue) -> dict[str, str]:
    if not isinstance(trial, LearningTrial):
        return {}
    return {str(file): file_digest(file) for file in _own_files(trial, catalogue)}


def _own_files(trial: LearningTrial, catalogue: Catalogue) -> tuple[Path, ...]:
    """Return the user's own files that a task reads; none where the task fails to name them, which
    its trials then report."""
    task = catalogue.tasks[trial.task].item
    try:
        files: tuple[Path, ...] = run_guarded(lambda: tuple(task(**trial.dials).own_files)).value  # type: ignore[arg-type]
    except Misbehaved:
        return ()
    return files


def with_loaded(before: Provenance, after: Provenance) -> Provenance:
    """Add to the provenance of before a run the modules that only the run has loaded."""
    sources = {name: {**after.sources[name], **modules} for name, modules in before.sources.items()}
    hashes = {name: combined(modules) for name, modules in sources.items()}
    return replace(before, sources=sources, definitions={**before.definitions, **hashes})


class _Part(NamedTuple):
    """A contribution that a trial uses.

    thing:    what is run of it: a function, a class, or the place of one.
    packages: the packages that it names.
    """

    name: str
    contribution: Contribution[Any]
    thing: object
    packages: tuple[str, ...] = ()


def _parts(trial: Trial, catalogue: Catalogue) -> Iterator[_Part]:
    cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
    for cell in cells:
        contribution = catalogue.cells[cell.name]
        spec = contribution.item
        yield _Part(cell.name, contribution, spec.build, tuple(spec.packages))
    if isinstance(trial, LearningTrial):
        task = catalogue.tasks[trial.task]
        yield _Part(trial.task, task, task.item)
        for name in trial.diagnostics:
            diagnostic = catalogue.diagnostics[name]
            yield _Part(name, diagnostic, diagnostic.item.measure)
