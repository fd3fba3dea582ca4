"""The memory span of a cell: the longest horizon that most seeds solve."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from msgspec import Struct

from rnnbench.findings.learning.solve_curve import SolveCurve, fit
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.findings.stats.ranges import Range

FEWEST = 6
"""Fewest seeds that can exclude a solve rate of a half, where all of them solve or none."""


class Rung(Struct, frozen=True):
    """A horizon at which a cell was tried, or was planned to be.

    solved:     how many seeds solved it.
    seeds:      how many seeds have figures.
    lost:       how many seeds were lost to a limit, a crash or the like. In the span, they count as
                unsolved; in its interval, either way is allowed for.
    untried:    how many seeds were not run, as the cell does not solve a shorter horizon. They
                count as lost seeds do.
    solve_rate: share of the seeds with figures; None where there are none.
    """

    horizon: int
    solved: int
    seeds: int
    lost: int = 0
    untried: int = 0
    solve_rate: Range | None = None

    @property
    def all(self) -> int:
        """How many seeds there are, with those that have no figures."""
        return self.seeds + self.lost + self.untried

    @property
    def tried(self) -> bool:
        """Whether any seed was trained at this horizon."""
        return self.seeds + self.lost > 0

    @property
    def most(self) -> bool:
        """Whether most seeds solve this horizon."""
        return 2 * self.solved > self.all

    @property
    def sure(self) -> bool:
        """Whether a solve rate of a half or less is excluded."""
        return solve_rate(self.solved, self.all).low > 0.5

    @property
    def excluded(self) -> bool:
        """Whether a solve rate of a half or more is excluded.

        Seeds without figures are allowed to have solved the horizon.
        """
        return solve_rate(self.solved + self.lost + self.untried, self.all).high < 0.5


class SpanInterval(Struct, frozen=True):
    """The interval of a span at 95 %.

    0 is below the shortest horizon; None is beyond the longest that was tried.
    """

    low: int
    high: int | None


class Span(Struct, frozen=True, kw_only=True):
    """The memory span of a cell on a task.

    longest:  the longest horizon that most seeds solve, as they do all shorter ones; 0 where most
              seeds solve none.
    interval: None below six seeds, which cannot tell any solve rate from a half.
    curve:    solve rate by horizon, fitted over the horizons that were tried; None below two
              horizons.
    """

    row: str
    rungs: tuple[Rung, ...]
    longest: int
    interval: SpanInterval | None
    curve: SolveCurve | None

    @property
    def is_known(self) -> bool:
        """Whether any training of the cell gave figures; without some there is no span."""
        return any(rung.seeds for rung in self.rungs)


def span(row: str, rungs: Iterable[Rung]) -> Span:
    """Return the span of a cell from its rungs, in any order."""
    ordered = sorted(rungs, key=lambda rung: rung.horizon)
    known = [(rung.horizon, rung.solved, rung.seeds) for rung in ordered if rung.seeds]
    solved = [rung.horizon for rung in takewhile(lambda rung: rung.most, ordered)]
    return Span(
        row=row,
        rungs=tuple(ordered),
        longest=max(solved, default=0),
        interval=span_interval(ordered),
        curve=fit(known) if len(known) > 1 else None,
    )


def span_interval(rungs: Sequence[Rung]) -> SpanInterval | None:
    """Return the interval of a span; None below six seeds.

    It reaches from the last horizon up to which all rungs are sure, to the longest that was tried
    and is not excluded. Neither end is adjusted for the number of rungs, as a single rung can make
    it wrong: the low end, the first that most seeds do not solve; the high end, on a sweep the last
    that they do, on a ladder the one that ended it.

    rungs: in the order of their horizons.
    """
    tried = [rung for rung in rungs if rung.tried]
    if not tried or min(rung.all for rung in tried) < FEWEST:
        return None
    sure = [rung.horizon for rung in takewhile(lambda rung: rung.sure, rungs)]
    low = max(sure, default=0)
    if not tried[-1].excluded:
        return SpanInterval(low=low, high=None)
    possible = [rung.horizon for rung in tried if not rung.excluded]
    return SpanInterval(low=low, high=max(possible, default=0))
