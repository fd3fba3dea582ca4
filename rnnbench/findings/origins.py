"""Whether results have one origin: the same source of cells and tasks, the same torch."""

from collections import defaultdict
from collections.abc import Iterable

from rnnbench.records import Result


def changed_sources(results: Iterable[Result]) -> list[str]:
    """Names of cells and tasks of which there are several sources."""
    sources: dict[str, set[str]] = defaultdict(set)
    for result in results:
        for name, definition in result.provenance.definitions.items():
            sources[name].add(definition)
    return sorted(name for name, definitions in sources.items() if len(definitions) > 1)


def torch_versions(results: Iterable[Result]) -> list[str]:
    """The versions of torch that computed them."""
    return sorted({version for result in results if (version := result.provenance.versions.get("torch"))})
