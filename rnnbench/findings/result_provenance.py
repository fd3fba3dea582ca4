"""Checks whether results have the same provenance: sources of cells and tasks, torch, kernels."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain

from rnnbench.records import Result


def changed_sources(results: Iterable[Result]) -> list[str]:
    """Return the names of cells and tasks whose source differs between results with figures.

    Older results have a hash of the defining file alone; it is not compared with a hash over all
    modules.
    """
    sources: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for result in results:
        has_figures = result.learning is not None or bool(result.costs)
        if not has_figures:
            continue
        for name, definition in result.provenance.definitions.items():
            sources[name, _covers_all_modules(result, name)].add(definition)
    return sorted({name for (name, _), definitions in sources.items() if len(definitions) > 1})


def side_effects(results: Iterable[Result]) -> Counter[str]:
    """Count the trials by what a plugin or cell changed for the whole process."""
    return Counter(chain.from_iterable(result.side_effects for result in results))


def _covers_all_modules(result: Result, name: str) -> bool:
    """Whether the hash of a definition is over all modules."""
    return name in result.provenance.sources or name not in result.provenance.plugins


def versions_of(result: Result) -> dict[str, str]:
    """Return the versions of what computed a result: of Python, of the packages that always do, and
    of those that its cells, tasks and diagnostics bring along."""
    found = dict(result.provenance.versions)
    for name, definition in result.provenance.definitions.items():
        package, of, _ = name.partition(" of ")
        if of and name not in result.provenance.data:
            found[package] = definition
    return found


def torch_versions(results: Iterable[Result]) -> list[str]:
    """Return the versions of torch that computed these results."""
    versions = {result.provenance.versions.get("torch") for result in results}
    return sorted(version for version in versions if version)


def accelerators(results: Iterable[Result]) -> list[str]:
    """Return the accelerators that computed these results, as far as they were recorded."""
    return sorted({result.provenance.machine.accelerator for result in results} - {""})


def kernel_variables(results: Iterable[Result]) -> list[str]:
    """Return the environment variables that choose kernels and differ between results.

    Results that recorded no variables are passed over.
    """
    variables_of_results = [result.provenance.variables for result in results]
    recorded = [variables for variables in variables_of_results if variables is not None]
    names: set[str] = set().union(*recorded)
    differing = []
    for name in sorted(names):
        values = {variables.get(name) for variables in recorded}
        if len(values) > 1:
            differing.append(name)
    return differing
