"""The records of findings on claims."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Figure, Region

Verdict = Literal["supported", "refuted", "mixed", "undecided", "untested"]
State = Literal["holds", "fails", "open"]


class SideRates(Struct, frozen=True):
    """The learning rates of a cell under one condition.

    cell:   the name of the cell in the claim.
    rates:  the rates that its search left, the best first, or the fixed one; empty where nothing
            was trained.
    search: how the rates were chosen, in words.
    """

    cell: str
    rates: tuple[float, ...]
    search: str


class SourceTrial(Struct, frozen=True):
    """A result that the verdict under one condition rests on.

    cell:      the name in the claim of the cell that the result measures; a result that measures
               both cells is listed with each.
    seed:      the seed of a training; None for a measurement of cost.
    rate:      the learning rate of a training; None for a measurement of cost.
    trial:     the id of the result.
    replicate: the number of a measurement of cost, from 0 on; None for a training.
    """

    cell: str
    seed: int | None
    rate: float | None
    trial: str
    replicate: int | None = None


class Judged(Struct, frozen=True, kw_only=True):
    """A claim under one condition.

    facets:     the condition in words, by facet: task, horizon, threshold and others.
    effect:     the ratio or the difference of two cells, or the figure of a single cell, with its
                interval; None where nothing was measured.
    p_value:    the two-sided p-value for the side on which the effect lies, adjusted over the
                conditions of the claim; None with too few seeds or replicates, and 0 for figures
                that are counted exactly.
    state:      whether the claim holds or fails under the condition, or is open.
    why:        why the condition is open, in words.
    more_seeds: how many more seeds would probably decide the condition; None where seeds cannot, or
                no number is known.
    clearance:  by what factor a ratio has to be clear of the boundary, since ratios of times of two
                kinds of layer change between sessions; 1 where it need not be.
    lost:       how many seeds have no figure, with the reason.
    trials:     ids of the results that the state rests on.
    rates:      the learning rates of each cell.
    evidence:   the results of each cell.
    """

    facets: dict[str, str]
    effect: Range | None
    p_value: float | None
    state: State
    why: str = ""
    more_seeds: int | None = None
    clearance: float = 1.0
    lost: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    rates: tuple[SideRates, ...] = ()
    evidence: tuple[SourceTrial, ...] = ()


class ReadingFinding(Struct, frozen=True, kw_only=True):
    """One reading of a claim, with its state under each condition.

    summary: the question that the reading asks, in words.
    judged:  the claim under each condition.
    missing: cells and tasks that the reading needs and that are not installed: it is untested then.
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
    """A claim with its verdict.

    because:  what the verdict rests on, or what it depends on, in a sentence.
    level:    the error that this look may spend, of the 5 % that all looks may spend together.
    seeds:    the end of the seeds on which the claim is judged, exclusive; None where all count.
    cautions: sentences on how the verdict came about: other looks, changes of the claim.
    caveats:  sentences on weaknesses of the trainings and measurements that it rests on.
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
