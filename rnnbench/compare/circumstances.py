"""What differs around two results, and what a change may come from."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rnnbench.compare.records import Circumstance
from rnnbench.records import Provenance, Result

CountedCells = Callable[[Result], str]
CUDA_BITS = "on '{}' figures are not held to the last bit"
UNKNOWN = "-"
PROCESSOR, MODEL, VARIABLES = "processor", "model of processor", "variables that choose kernels"
NOT_RECORDED = "not recorded"
NO_HELPERS = "helper modules not recorded"


def different(base: Sequence[Result], head: Sequence[Result]) -> Iterator[Circumstance]:
    """What is not the same around two runs: suites, machines, versions, commits, plugins,
    sources."""
    for name, tell in _tellers([*base, *head]).items():
        was, now = (tuple(filter(None, _values(results, tell))) for results in (base, head))
        if was != now:
            yield Circumstance(name, ", ".join(was) or UNKNOWN, ", ".join(now) or UNKNOWN)


def bars(base: Sequence[Result], head: Sequence[Result], held_to: Iterable[str]) -> str:
    """Why figures that are held to these circumstances cannot be compared; "" where they can. Of a
    processor of another name, the model says no more."""
    said: list[str] = []
    for name in held_to:
        if name == "device":
            devices = {result.trial.device for result in (*base, *head)} - {"cpu"}
            said += [CUDA_BITS.format(device) for device in sorted(devices)]
            continue
        if name == MODEL and any(one.startswith(f"{PROCESSOR}:") for one in said):
            continue
        was = _values(base, HELD[name])
        now = _values(head, HELD[name])
        if was != now or NOT_RECORDED in was:
            before, after = (
                ", ".join(value or NOT_RECORDED for value in values) for values in (was, now)
            )
            said.append(f"{name}: {before}, now {after}")
    return "; ".join(said)


def causes(base: Sequence[Result], head: Sequence[Result]) -> str:
    """What else changed with the figures of a trial, as far as it is recorded: sources and kernels.
    Versions are the same for all trials, and stand in front."""
    said = []
    was, now = (_merged(results, _definitions) for results in (base, head))
    differing = {name for name in {*was, *now} if was.get(name) != now.get(name)}
    unknown = {
        name for name in differing if _without_helpers(base, name) != _without_helpers(head, name)
    }
    if names := sorted(differing - unknown):
        said.append(f"source of {' and '.join(names)} changed")
    if unknown:
        said.append(
            f"helper modules of {' and '.join(sorted(unknown))} were not recorded in both runs"
        )
    before, after = (
        sorted({row.kernel for result in results for row in result.costs})
        for results in (base, head)
    )
    if before and after and before != after:
        said.append(f"kernel {', '.join(before)} → {', '.join(after)}")
    return "; ".join(said)


def _library(result: Result) -> str:
    """The C library, of whose functions some last bits come; on other systems than Linux, the
    system."""
    system = result.provenance.machine.system
    return system.partition("-with-")[2] or system


def _version(package: str) -> CountedCells:
    return lambda result: result.provenance.versions.get(package, "")


def _variables(result: Result) -> str:
    variables = result.provenance.variables
    if variables is None:
        return NOT_RECORDED
    return " ".join(f"{name}={value}" for name, value in sorted(variables.items())) or "none"


HELD: dict[str, CountedCells] = {
    PROCESSOR: lambda result: result.provenance.machine.processor,
    MODEL: lambda result: result.provenance.machine.model,
    VARIABLES: _variables,
    "C library": _library,
    "python": _version("python"),
    "torch": _version("torch"),
    "numpy": _version("numpy"),
}
AROUND: dict[str, CountedCells] = {
    "suite": lambda result: f"{result.trial.suite} {result.trial.suite_version}",
    "commit": lambda result: result.provenance.commit,
    PROCESSOR: HELD[PROCESSOR],
    MODEL: HELD[MODEL],
    VARIABLES: HELD[VARIABLES],
    "cores": lambda result: str(result.provenance.machine.cores),
    "system": lambda result: result.provenance.machine.system,
    "executor": lambda result: result.provenance.executor,
}


def _tellers(results: Iterable[Result]) -> dict[str, CountedCells]:
    """Everything that is told of a result's surroundings, by name."""
    tellers = dict(AROUND)
    for result in results:
        for package in result.provenance.versions:
            tellers.setdefault(package, _version(package))
        for name in result.provenance.plugins:
            tellers.setdefault(f"plugin of {name}", _of(_plugins, name))
        for name in result.provenance.definitions:
            tellers.setdefault(f"source of {name}", _source_of(name))
    return tellers


def _of(take: Callable[[Provenance], dict[str, str]], name: str) -> CountedCells:
    return lambda result: take(result.provenance).get(name, "")


def _definitions(provenance: Provenance) -> dict[str, str]:
    return provenance.definitions


def _without_helpers(results: Iterable[Result], name: str) -> bool:
    """Whether some of these results hold no more of a source than the hash of the one file that
    defines the thing."""
    return any(
        name in result.provenance.plugins and name not in result.provenance.sources
        for result in results
    )


def _source_of(name: str) -> CountedCells:
    """The hash of a source, and whether it covers no more than the file that defines the thing."""

    def tell(result: Result) -> str:
        hashed = result.provenance.definitions.get(name, "")
        if hashed and _without_helpers([result], name):
            return f"{hashed} ({NO_HELPERS})"
        return hashed

    return tell


def _plugins(provenance: Provenance) -> dict[str, str]:
    return provenance.plugins


def _merged(
    results: Iterable[Result], take: Callable[[Provenance], dict[str, str]]
) -> dict[str, str]:
    return {name: value for result in results for name, value in take(result.provenance).items()}


def _values(results: Iterable[Result], tell: CountedCells) -> tuple[str, ...]:
    """The values that occur, in order."""
    return tuple(sorted({tell(result) for result in results}))
