"""The types of findings on claims."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Figure, Region

Verdict = Literal["supported", "refuted", "mixed", "undecided", "untested"]
State = Literal["holds", "fails", "open"]


class SideRates(Struct, frozen=True):
    """The learning rates that a cell got under one condition.

    cell:   what the claim calls it.
    rates:  those that its search left, the best first, or the fixed one; none where nothing was
            trained.
    search: how they were found, in words.
    """

    cell: str
    rates: tuple[float, ...]
    search: str


class SourceTrial(Struct, frozen=True):
    """A result that the verdict under one condition rests on.

    cell:      what the claim calls the cell that it measures; a result that measures two of them is
               listed with each.
    seed:      of a training; None of a measurement of cost.
    rate:      the learning rate of a training; None of a measurement of cost.
    trial:     the id of the result.
    replicate: the number of a measurement of cost, from 0 on; None of a training.
    """

    cell: str
    seed: int | None
    rate: float | None
    trial: str
    replicate: int | None = None


class Judged(Struct, frozen=True, kw_only=True):
    """A claim under one condition.

    effect:     the ratio or the difference with its interval (or the figure itself, of one cell);
                None where there is nothing yet.
    p_value:    two-sided, of the side on which the effect lies, adjusted over the conditions of the
                claim; None where there are too few seeds or replicates for one. 0 for what is
                counted exactly.
    why:        why it is open, in words.
    more_seeds: how many more would probably decide it, where seeds can.
    lost:       seeds that say nothing, with the reason.
    trials:     ids of the results that it rests on.
    """

    facets: dict[str, str]
    effect: Range | None
    p_value: float | None
    state: State
    why: str = ""
    more_seeds: int | None = None
    lost: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    rates: tuple[SideRates, ...] = ()
    evidence: tuple[SourceTrial, ...] = ()


class ReadingFinding(Struct, frozen=True, kw_only=True):
    """One reading of a claim, with what became of it under each condition.

    summary: what it asks, in words.
    missing: what it needs and is not installed; it is untested then.
    growing: whether the effect is the growth of a difference with each doubling of the training
             data.
    """

    title: str
    summary: str
    cells: tuple[str, ...]
    figure: Figure
    metric: str
    region: Region
    judged: tuple[Judged, ...]
    missing: tuple[str, ...] = ()
    growing: bool = False


class ClaimFinding(Struct, frozen=True, kw_only=True):
    """A claim with its verdict; `because` says in a sentence what it rests on, or what it depends
    on.

    level:    the error that this look is allowed, of the 5 % that all looks together are.
    seeds:    up to which seed it is judged, that one not included; None where nothing ends them.
    cautions: what its reader has to know besides: other looks, changes.
    caveats:  what to hold against the trainings and measurements that it rests on, each a sentence.
    """

    name: str
    sentence: str
    note: str
    verdict: Verdict
    because: str
    readings: tuple[ReadingFinding, ...]
    level: float = 0.05
    seeds: int | None = None
    cautions: tuple[str, ...] = ()
    caveats: tuple[str, ...] = field(default=(), name="doubts")
