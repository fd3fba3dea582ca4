"""The type of what two cells reach over all seeds, beside the verdict on the typical one."""

from typing import Literal

from msgspec import Struct

Measure = Literal["solve rate", "mean"]


class Overall(Struct, frozen=True, kw_only=True):
    """Two cells over the seeds that both have; in each pair of figures the leader's comes first.

    seeds:   how many both have.
    ahead:   seeds in which each of them is ahead.
    solved:  seeds in which each reached the target; None where test scores decide.
    mean:    of epochs up to the budget, or of test scores where these decide.
    against: measures that do not say the same as the verdict on the typical seed; empty where there
             is no verdict.
    """

    seeds: int
    ahead: tuple[int, int]
    solved: tuple[int, int] | None
    mean: tuple[float, float]
    against: tuple[Measure, ...] = ()
