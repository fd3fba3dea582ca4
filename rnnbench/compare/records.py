"""What one run says of another: a change for each figure, what differs around them, and what a gate
makes of it."""

from typing import Literal

from msgspec import Struct, field

from rnnbench.records import Result

Kind = Literal[
    "outcome",  # how a trial ended, where that is the doing of the code
    "exact",  # a count: the same on every machine
    "deterministic",  # the same to the last bit on one machine with the same versions
    "noisy",  # never twice the same: shown, not judged
]
Verdict = Literal[
    "same",
    "better",
    "worse",
    "changed",  # and neither way is better
    "missing",  # in BASE, and not in HEAD
    "new",  # in HEAD alone
    "not comparable",  # another processor, other versions: nothing can be said
    "not judged",  # noisy
]
Direction = Literal["lower", "higher", ""]
Value = int | float | str | None
OUTCOME = "outcome"
"""The name of the figure that is a trial as a whole."""
SearchState = Literal["passed", "regression", "undecided", "nothing to compare"]


class Run(Struct, frozen=True, kw_only=True):
    """One side of a comparison. `unreadable`: problem by file."""

    folder: str
    results: tuple[Result, ...]
    unreadable: dict[str, str] = {}


class Side(Struct, frozen=True, kw_only=True):
    """What a comparison still knows of a run: its suites with their versions, its commits, how many
    results."""

    folder: str
    suites: tuple[str, ...]
    commits: tuple[str, ...]
    results: int
    unreadable: dict[str, str] = {}


class Circumstance(Struct, frozen=True):
    """What is not the same around the two runs. Where a run has several, they stand beside each
    other."""

    name: str
    base: str
    head: str


class Change(Struct, frozen=True, kw_only=True):
    """What became of one figure; also of one that stayed the same.

    trial:      the id of the trial; of a cost figure, over whose replicates it is taken, that of
                the cell alone in the first one.
    title:      the same for readers.
    row:        the cell, as tables call it.
    epoch:      of a learning curve; None for any other figure.
    base, head: None where there is no such figure, and for an epoch that was not reached.
    direction:  which way is better; "" where none is.
    reason:     why there is nothing to judge, or what else changed with the figure; "" where
                nothing is known.
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


class Comparison(Struct, frozen=True, kw_only=True):
    """All that HEAD says of BASE.

    repeated: how many results of HEAD are results of BASE themselves, and were not measured again.
    """

    base: Side
    head: Side
    circumstances: tuple[Circumstance, ...]
    changes: tuple[Change, ...]
    repeated: int = 0


class Ruling(Struct, frozen=True, kw_only=True):
    """What a gate makes of a comparison.

    sentence:           the ruling in words.
    kinds:              the kinds of figures that were asked for.
    compared:           how many figures of each kind were held against each other.
    worse, better, new: as in the changes.
    undecided:          changes that leave the gate undecided: what is missing, what changed and is
                        neither better nor worse, what cannot be compared.
    left_out:           what cannot be compared here, and was to be left out.
    caveats:            sentences on what leaves the gate undecided as a whole.
    """

    standing: SearchState
    sentence: str
    kinds: tuple[Kind, ...]
    compared: dict[str, int]
    worse: tuple[Change, ...]
    undecided: tuple[Change, ...]
    better: tuple[Change, ...]
    new: tuple[Change, ...]
    left_out: tuple[Change, ...]
    caveats: tuple[str, ...] = field(name="doubts")
