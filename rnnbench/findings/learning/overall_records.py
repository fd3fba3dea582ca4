"""The record of what two cells reach over all seeds, beside the verdict on the typical one."""

from typing import Literal

from msgspec import Struct

Measure = Literal["solve rate", "mean"]


class Overall(Struct, frozen=True, kw_only=True):
    """Two cells over the seeds that both have; in each pair of figures the leader's comes first.

    seeds:   how many seeds both cells have.
    ahead:   how many seeds each cell is ahead in.
    solved:  how many seeds each cell reached the target in; None where test scores decide.
    mean:    mean epochs up to the budget, or mean test scores where these decide.
    against: measures that disagree with the verdict on the typical seed; empty without a verdict.
    """

    seeds: int
    ahead: tuple[int, int]
    solved: tuple[int, int] | None
    mean: tuple[float, float]
    against: tuple[Measure, ...] = ()
