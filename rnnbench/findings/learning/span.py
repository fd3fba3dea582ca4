"""The memory span of a cell: how far back it learns to look, by the seeds that solve each
horizon."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from msgspec import Struct

from rnnbench.findings.learning.solve_curve import SolveCurve, fit
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.findings.stats.ranges import Range

FEWEST = 6
"""Seeds from which on all that solve, or none, tell a solve rate from a half."""


class Rung(Struct, frozen=True):
    """A horizon at which a cell was tried, or was to be.

    seeds:      those with figures, of which so many `solved` it.
    lost:       to a limit, a crash or the like: as good as unsolved where the span is read, and
                open in its interval.
    untried:    not climbed, as the cell does not solve a shorter horizon; likewise.
    solve_rate: of the seeds with figures; None where there are none.
    """

    horizon: int
    solved: int
    seeds: int
    lost: int = 0
    untried: int = 0
    solve_rate: Range | None = None

    @property
    def all(self) -> int:
        """Seeds, with those that have no figures."""
        return self.seeds + self.lost + self.untried

    @property
    def tried(self) -> bool:
        """Whether any seed was trained there."""
        return self.seeds + self.lost > 0

    @property
    def most(self) -> bool:
        """Whether most seeds solve it."""
        return 2 * self.solved > self.all

    @property
    def sure(self) -> bool:
        """Whether a solve rate of a half or less is excluded."""
        return solve_rate(self.solved, self.all).low > 0.5

    @property
    def excluded(self) -> bool:
        """Whether a solve rate of a half or more is excluded, whatever the seeds without figures
        would have given."""
        return solve_rate(self.solved + self.lost + self.untried, self.all).high < 0.5


class SpanInterval(Struct, frozen=True):
    """Where the span lies, at 95 %. 0 is below the shortest horizon; None is beyond the longest
    that was tried."""

    low: int
    high: int | None


class Span(Struct, frozen=True, kw_only=True):
    """The memory span of a cell on a task.

    longest:  the longest horizon that most seeds solve, as they do all shorter ones; 0 where not
              even the shortest.
    interval: None below six seeds, which cannot tell any solve rate from a half.
    curve:    solve rate against horizon, fitted over the horizons that were tried; None below two
              of them.
    """

    row: str
    rungs: tuple[Rung, ...]
    longest: int
    interval: SpanInterval | None
    curve: SolveCurve | None


def span(row: str, rungs: Iterable[Rung]) -> Span:
    """The span that these rungs of one cell give."""
    ordered = sorted(rungs, key=lambda rung: rung.horizon)
    known = [(rung.horizon, rung.solved, rung.seeds) for rung in ordered if rung.seeds]
    return Span(
        row=row,
        rungs=tuple(ordered),
        longest=max(
            (rung.horizon for rung in takewhile(lambda rung: rung.most, ordered)), default=0
        ),
        interval=span_interval(ordered),
        curve=fit(known) if len(known) > 1 else None,
    )


def span_interval(rungs: Sequence[Rung]) -> SpanInterval | None:
    """From the last horizon up to which all are sure, to the longest that is tried and not
    excluded; None below six seeds. Rungs are in the order of their horizons.

    The low end is wrong only by the first rung that most do not solve. On a sweep the high end is
    wrong only by the last rung that they do; on a ladder by the one that ended it. So neither is
    adjusted for how many rungs there are.
    """
    tried = [rung for rung in rungs if rung.tried]
    if not tried or min(rung.all for rung in tried) < FEWEST:
        return None
    return SpanInterval(
        low=max((rung.horizon for rung in takewhile(lambda rung: rung.sure, rungs)), default=0),
        high=(
            max((rung.horizon for rung in tried if not rung.excluded), default=0)
            if tried[-1].excluded
            else None
        ),
    )
