"""What differs between the circumstances of two results, and what a change may come from."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rnnbench.compare.records import Circumstance
from rnnbench.compare.sessions import USE_AB, disturbed, hours_apart, sessions_apart
from rnnbench.records import Result

Property = Callable[[Result], str]
"""Reads one circumstance of a result, as text; "" where it is unknown."""
CUDA_BITS = "on '{}' figures are not held to the last bit"
UNKNOWN = "-"
PROCESSOR = "processor"
MODEL = "model of processor"
VARIABLES = "variables that choose kernels"
SESSION = "session"
NOT_RECORDED = "not recorded"
NO_HELPERS = "helper modules not recorded"


def differing_circumstances(
    base: Sequence[Result], head: Sequence[Result]
) -> Iterator[Circumstance]:
    """Circumstances that two runs do not share: suites, machines, versions, commits, plugins,
    sources."""
    for name, property_of in _all_properties([*base, *head]).items():
        in_base = [value for value in _distinct_values(base, property_of) if value]
        in_head = [value for value in _distinct_values(head, property_of) if value]
        if in_base != in_head:
            yield Circumstance(name, ", ".join(in_base) or UNKNOWN, ", ".join(in_head) or UNKNOWN)


def why_incomparable(base: Sequence[Result], head: Sequence[Result], held_to: Sequence[str]) -> str:
    """Why figures that need these circumstances to be equal cannot be compared; "" where they can.

    Where the name of the processor differs, its model is not mentioned.
    """
    reasons: list[str] = []
    processor_differs = False
    for name in held_to:
        if name == "device":
            reasons += _inexact_devices([*base, *head])
            continue
        if name == MODEL and processor_differs:
            continue
        if name == SESSION:
            reasons += sessions_apart([*base, *head])
            reasons += hours_apart([*base, *head])
            reasons += disturbed([*base, *head])
            continue
        in_base = _distinct_values(base, PROPERTIES_HELD_TO[name])
        in_head = _distinct_values(head, PROPERTIES_HELD_TO[name])
        if in_base == in_head and NOT_RECORDED not in in_base:
            continue
        reasons.append(f"{name}: {_joined(in_base)}, now {_joined(in_head)}")
        if name == PROCESSOR:
            processor_differs = True
    if reasons and SESSION in held_to:
        reasons.append(USE_AB)
    return "; ".join(reasons)


def _inexact_devices(results: Iterable[Result]) -> list[str]:
    devices = {result.trial.device for result in results} - {"cpu"}
    return [CUDA_BITS.format(device) for device in sorted(devices)]


def _joined(values: Iterable[str]) -> str:
    return ", ".join(value or NOT_RECORDED for value in values)


def causes(base: Sequence[Result], head: Sequence[Result]) -> str:
    """Recorded changes of sources and kernels that may explain changed figures of a trial.

    Versions are left out: they are equal for all trials, and a comparison lists them once.
    """
    reasons = _changed_sources(base, head)
    kernels_in_base = _kernels(base)
    kernels_in_head = _kernels(head)
    if kernels_in_base and kernels_in_head and kernels_in_base != kernels_in_head:
        reasons.append(f"kernel {', '.join(kernels_in_base)} → {', '.join(kernels_in_head)}")
    return "; ".join(reasons)


def _changed_sources(base: Sequence[Result], head: Sequence[Result]) -> list[str]:
    in_base = _definitions(base)
    in_head = _definitions(head)
    names = {*in_base, *in_head}
    differing = {name for name in names if in_base.get(name) != in_head.get(name)}
    undecidable = {
        name for name in differing if _lacks_helpers(base, name) != _lacks_helpers(head, name)
    }
    reasons = []
    changed = sorted(differing - undecidable)
    if changed:
        reasons.append(f"source of {' and '.join(changed)} changed")
    if undecidable:
        sources = " and ".join(sorted(undecidable))
        reasons.append(f"helper modules of {sources} were not recorded in both runs")
    return reasons


def _kernels(results: Iterable[Result]) -> list[str]:
    kernels: set[str] = set()
    for result in results:
        kernels.update(row.kernel for row in result.costs)
    return sorted(kernels)


def _definitions(results: Iterable[Result]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for result in results:
        merged.update(result.provenance.definitions)
    return merged


def _lacks_helpers(results: Iterable[Result], name: str) -> bool:
    """Whether a result records only the hash of the file that defines the thing of this name."""
    return any(
        name in result.provenance.plugins and name not in result.provenance.sources
        for result in results
    )


def _c_library(result: Result) -> str:
    """The C library, whose functions decide some last bits; the system where it is not Linux."""
    system = result.provenance.machine.system
    return system.partition("-with-")[2] or system


def _kernel_variables(result: Result) -> str:
    variables = result.provenance.variables
    if variables is None:
        return NOT_RECORDED
    return " ".join(f"{name}={value}" for name, value in sorted(variables.items())) or "none"


def _version_of(package: str) -> Property:
    return lambda result: result.provenance.versions.get(package, "")


def _plugin_of(name: str) -> Property:
    return lambda result: result.provenance.plugins.get(name, "")


def _source_of(name: str) -> Property:
    """Reads the hash of a source, and whether it covers only the file that defines the thing."""

    def source(result: Result) -> str:
        hashed = result.provenance.definitions.get(name, "")
        if hashed and _lacks_helpers([result], name):
            return f"{hashed} ({NO_HELPERS})"
        return hashed

    return source


PROPERTIES_HELD_TO: dict[str, Property] = {
    PROCESSOR: lambda result: result.provenance.machine.processor,
    MODEL: lambda result: result.provenance.machine.model,
    VARIABLES: _kernel_variables,
    "cores": lambda result: str(result.provenance.machine.cores),
    "accelerator": lambda result: result.provenance.machine.accelerator,
    "C library": _c_library,
    "python": _version_of("python"),
    "torch": _version_of("torch"),
    "numpy": _version_of("numpy"),
}
"""Circumstances to which figures are held, by name."""
GENERAL_PROPERTIES: dict[str, Property] = {
    "suite": lambda result: f"{result.trial.suite} {result.trial.suite_version}",
    "commit": lambda result: result.provenance.commit,
    PROCESSOR: PROPERTIES_HELD_TO[PROCESSOR],
    MODEL: PROPERTIES_HELD_TO[MODEL],
    VARIABLES: PROPERTIES_HELD_TO[VARIABLES],
    "accelerator": lambda result: result.provenance.machine.accelerator,
    "cores": lambda result: str(result.provenance.machine.cores),
    "system": lambda result: result.provenance.machine.system,
    "executor": lambda result: result.provenance.executor,
}
"""Circumstances that every result records, by name."""


def _all_properties(results: Iterable[Result]) -> dict[str, Property]:
    """Every circumstance that these results record, by name."""
    properties = dict(GENERAL_PROPERTIES)
    for result in results:
        provenance = result.provenance
        for package in provenance.versions:
            properties.setdefault(package, _version_of(package))
        for name in provenance.plugins:
            properties.setdefault(f"plugin of {name}", _plugin_of(name))
        for name in provenance.definitions:
            properties.setdefault(f"source of {name}", _source_of(name))
    return properties


def _distinct_values(results: Iterable[Result], property_of: Property) -> tuple[str, ...]:
    return tuple(sorted({property_of(result) for result in results}))
