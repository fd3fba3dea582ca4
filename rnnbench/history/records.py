"""The records of a history: commits, series of figures, their points and their steps."""

from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from rnnbench.compare.records import Direction, Kind, Value
from rnnbench.records import Tolerated

HASH_DIGITS = 12
"""The digits of a commit's hash by which it is known, as results record them."""
StepVerdict = Literal["better", "worse", "changed"]
Scale = Literal["ratio", "difference", ""]


class Commit(Struct, frozen=True, kw_only=True):
    """A commit, as far as the checkout knows it.

    time:     of the commit in seconds since 1970; of its first run, where no checkout has it.
    depth:    the number of its ancestors by first parents, itself included, which orders the
              commits of one branch; None where that is unknown, as in a shallow clone.
    from_git: whether the time is that of the commit.
    subject:  the first line of its message; "" where that is unknown.
    """

    hash: str
    time: int
    depth: int | None = None
    from_git: bool = False
    subject: str = ""


class Series(Struct, frozen=True, kw_only=True):
    """What the values of one figure share, so that they can be compared over commits.

    subject:     the id of the trial, of the cell's first replicate, or of the cell on its task.
    title:       the subject, named for readers.
    row:         the cell, as tables name it.
    tolerated:   which tolerance of a gate is that of this figure; None for none.
    environment: machine and versions to which the figure is held, by name.
    """

    suite: str
    suite_version: int
    subject: str
    title: str
    row: str
    figure: str
    kind: Kind
    unit: str = ""
    direction: Direction = ""
    tolerated: Tolerated | None = None
    environment: dict[str, str] = {}

    @property
    def identity(self) -> str:
        """A hash of what tells one series from another. Titles, units and other words may change,
        and circumstances that are not known are left out."""
        content = (
            self.suite,
            self.suite_version,
            self.subject,
            self.figure,
            self.kind,
            {name: value for name, value in self.environment.items() if value},
        )
        return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:16]


class Measured(Struct, frozen=True, kw_only=True):
    """One value of a series, from one result.

    trial:   what gave it: a trial or a seed, on a machine; the next result of the same takes its
             place.
    started: when the trial started, in seconds since 1970.
    value:   None for an epoch that was not reached.
    """

    series: Series
    commit: str
    trial: str
    started: float
    value: Value


class Point(Struct, frozen=True, kw_only=True):
    """The figure of one commit.

    value:     of counts and last bits the value itself, of what differs from run to run the median
               over replicates, over seeds the median of epochs and the mean of scores; None for
               epochs that were not reached.
    low, high: the smallest and the largest value; None where these are no numbers.
    n:         the number of replicates or seeds.
    """

    commit: str
    value: Value
    low: float | None = None
    high: float | None = None
    n: int = 1


class Step(Struct, frozen=True, kw_only=True):
    """A change of a figure that stayed.

    commit:    the first measured commit after the change.
    after:     the last measured commit before it.
    before:    the level until then; of ratios of times the geometric mean over commits, of bytes
               and instructions the median.
    now:       the level from then on.
    change:    the size: a ratio, or a difference where `scale` says so; None where neither exists.
    low, high: the 95 % interval of the size; of counts and last bits, which have no noise, the size
               itself.
    p_value:   of the hypothesis that nothing changed, given the commit; None for counts and bits.
    commits:   the number of measured commits on each side.
    """

    commit: str
    after: str
    verdict: StepVerdict
    before: Value
    now: Value
    scale: Scale = ""
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    commits: tuple[int, int] = (1, 1)


class Summary(Struct, frozen=True, kw_only=True):
    """What is read of a series.

    commits: the number of measured commits.
    newest:  the point of the newest of them.
    steps:   in the order of commits.
    noise:   the share by which a commit's value differs from its level, as a robust standard
             deviation; None for figures without noise, and where too few commits are measured.
    reason:  why no steps are looked for; "" where they are.
    """

    commits: int
    newest: Point
    steps: tuple[Step, ...] = ()
    noise: float | None = None
    reason: str = ""


class Added(Struct, frozen=True, kw_only=True):
    """What became of values that were handed to a history.

    new:       values that it did not have.
    renewed:   values that took the place of earlier ones of the same trial and commit.
    removed:   earlier values of a trial whose renewed result no longer has them.
    unchanged: values that it had, or has newer ones of.
    """

    new: int = 0
    renewed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything in the file is another than before."""
        return bool(self.new or self.renewed or self.removed)


def by_sign(rise: float, direction: Direction) -> StepVerdict:
    """Return whether a rise is better or worse, where a direction is better."""
    if not direction or not rise:
        return "changed"
    return "worse" if (rise > 0) == (direction == "lower") else "better"
