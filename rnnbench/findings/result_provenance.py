"""Whether results have one origin: the same source of cells and tasks, the same torch."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rnnbench.records import Result


def changed_sources(results: Iterable[Result]) -> list[str]:
    """Names of cells and tasks of which results with figures come from several sources.

    A hash over all modules and one of the defining file alone, as older results have it, are not
    compared.
    """
    sources: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for result in results:
        if result.learning is None and not result.costs:
            continue
        for name, definition in result.provenance.definitions.items():
            sources[name, _has_helpers(result, name)].add(definition)
    return sorted({name for (name, _), definitions in sources.items() if len(definitions) > 1})


def side_effects(results: Iterable[Result]) -> Counter[str]:
    """What plugins and cells changed for everything in the process of a trial, each with the number
    of trials."""
    return Counter(effect for result in results for effect in result.side_effects)


def _has_helpers(result: Result, name: str) -> bool:
    return name in result.provenance.sources or name not in result.provenance.plugins


def torch_versions(results: Iterable[Result]) -> list[str]:
    """The versions of torch that computed them."""
    return sorted(
        {version for result in results if (version := result.provenance.versions.get("torch"))}
    )


def kernel_variables(results: Iterable[Result]) -> list[str]:
    """Names of the variables that choose kernels and were not the same for all results that
    recorded them."""
    recorded = [
        result.provenance.variables for result in results if result.provenance.variables is not None
    ]
    names = {name for variables in recorded for name in variables}
    return sorted(
        name for name in names if len({variables.get(name) for variables in recorded}) > 1
    )
