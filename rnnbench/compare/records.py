"""Records of a comparison of two runs: changes of figures, differing circumstances, and the ruling
of a gate."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.records import Result

Kind = Literal[
    "outcome",  # how a trial ended, where that is the doing of the code
    "exact",  # a count: the same on every machine
    "deterministic",  # the same to the last bit on one machine with the same versions
    "memory",  # bytes that differ a little from run to run
    "instructions",  # as counted by valgrind
    "time",  # ratios to the reference cell
    "learning",  # over all seeds of a cell on a task
    "noisy",  # differs from run to run: shown, not judged
]
Verdict = Literal[
    "same",
    "better",
    "worse",
    "changed",  # where neither direction is better
    "missing",  # in BASE, but not in HEAD
    "new",  # in HEAD alone
    "not comparable",  # measured on another processor or with other versions
    "undecided",  # what is measured does not tell
    "too few seeds",  # to tell whether a cell learns otherwise
    "not judged",  # noisy
]
Direction = Literal["lower", "higher", ""]
Value = int | float | str | None
OUTCOME = "outcome"
"""The name of the figure that represents a trial as a whole."""
GateVerdict = Literal["passed", "regression", "undecided", "nothing to compare"]


class Run(Struct, frozen=True, kw_only=True):
    """One side of a comparison.

    unreadable: the problem of each file that cannot be read, by file.
    """

    folder: str
    results: tuple[Result, ...]
    unreadable: dict[str, str] = {}


class Side(Struct, frozen=True, kw_only=True):
    """What a comparison keeps of a run: suites with their versions, commits, and the number of its
    results."""

    folder: str
    suites: tuple[str, ...]
    commits: tuple[str, ...]
    results: int
    unreadable: dict[str, str] = {}


class Circumstance(Struct, frozen=True):
    """A circumstance that differs between two runs; commas join several values of one run."""

    name: str
    base: str
    head: str


class Change(Struct, frozen=True, kw_only=True):
    """What became of one figure, or that it stayed the same.

    trial:      the id of the trial. For a cost figure over several replicates, the id of the first
                replicate with this cell alone.
    title:      the trial, named for readers.
    row:        the cell, as tables name it.
    epoch:      the epoch of a learning curve; None for any other figure.
    base, head: the values; None where there is no such figure, and for an epoch not reached.
    direction:  which way is better; "" where neither is.
    reason:     why there is no judgement, or what else changed with the figure; "" where nothing is
                known.
    ratio:      HEAD over BASE, with an interval from `low` to `high`; None where it is not known.
    command:    what measures the figure of HEAD again.
    """

    trial: str
    title: str
    row: str
    figure: str
    kind: Kind
    verdict: Verdict
    base: Value = None
    head: Value = None
    unit: str = ""
    direction: Direction = ""
    epoch: int | None = None
    reason: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    command: str = ""


class Comparison(Struct, frozen=True, kw_only=True):
    """How HEAD differs from BASE.

    changes:    what became of each trial and figure.
    over_seeds: what became of how each cell learns on each task, over all seeds of both runs.
    repeated:   how many results of HEAD were copied from BASE instead of being measured again.
    notes:      sentences beside the ruling, which change nothing of it.
    uncompared: sentences on what could not be compared as a whole.
    """

    base: Side
    head: Side
    circumstances: tuple[Circumstance, ...]
    changes: tuple[Change, ...]
    over_seeds: tuple[Change, ...] = ()
    repeated: int = 0
    notes: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()


class Ruling(Struct, frozen=True, kw_only=True):
    """The ruling of a gate on a comparison.

    verdict:            whether HEAD may pass.
    sentence:           the ruling in words.
    kinds:              the kinds of figures that were judged.
    compared:           how many figures of each kind were compared.
    worse, better, new: the changes with these verdicts.
    undecided:          changes that leave the gate undecided: missing figures, changes without a
                        better direction, last bits that differ, intervals that tell nothing, and
                        figures that cannot be compared.
    left_out:           figures that make nothing of the ruling: they cannot be compared here, have
                        too few seeds, or are last bits that the policy ignores.
    caveats:            sentences on what leaves the gate undecided as a whole.
    """

    verdict: GateVerdict = field(name="standing")
    sentence: str
    kinds: tuple[Kind, ...]
    compared: dict[str, int]
    worse: tuple[Change, ...]
    undecided: tuple[Change, ...]
    better: tuple[Change, ...]
    new: tuple[Change, ...]
    left_out: tuple[Change, ...]
    caveats: tuple[str, ...] = field(name="doubts")
