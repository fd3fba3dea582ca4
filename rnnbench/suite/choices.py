"""What the command line may change of a suite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """Cells and tasks to keep (or, for cells, to run instead), how many seeds, how many threads each has, and keys to
    set as `path=value`."""

    cells: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    seeds: int | None = None
    threads: int | None = None
    settings: tuple[str, ...] = ()
