"""Changes to a suite that the command line may choose."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """Choices of the command line for one run of a suite.

    cells:         cells to run instead of the suite's own; a row of the suite keeps its options.
    tasks:         tasks to keep.
    seeds:         the number of seeds.
    threads:       the number of threads of each trial.
    settings:      keys to set, as `path=value`.
    claims:        claims to keep, by name.
    core:          keep only core claims.
    until_decided: add seeds until the claims are decided.
    keep_weights:  keep the weights of trained models, whatever the suite says.
    """

    cells: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    seeds: int | None = None
    threads: int | None = None
    settings: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    core: bool = False
    until_decided: bool = False
    keep_weights: bool = False
