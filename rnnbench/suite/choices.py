"""What the command line may change of a suite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """Cells and tasks to keep (or, for cells, to run instead), how many seeds, how many threads
    each has, keys to set as `path=value`; of claims, those to keep, by name or the core alone, and
    whether seeds are added until they are decided."""

    cells: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    seeds: int | None = None
    threads: int | None = None
    settings: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    core: bool = False
    until_decided: bool = False
