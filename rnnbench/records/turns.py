"""Messages between a paired measurement and its processes: a line of JSON each."""

from msgspec import Struct

from rnnbench.records.cost import Surroundings
from rnnbench.records.paired import PartOfTrial
from rnnbench.records.trial import CostTrial

PROTOCOL = 2
"""The number of these messages; both environments must have the same."""


class Hello(Struct, frozen=True, tag=True):
    """From a process, before anything is asked: the number of its messages."""

    protocol: int


class Doing(Struct, frozen=True, tag=True):
    """From a process, while it prepares: the row that it works on now."""

    row: str


class Describe(Struct, frozen=True, tag=True):
    """To a process: report what of these trials exists there. It ends after its reply."""

    trials: tuple[CostTrial, ...]


class Described(Struct, frozen=True, tag=True):
    """The reply: a part of each trial, in their order."""

    parts: tuple[PartOfTrial, ...]


class Prepare(Struct, frozen=True, tag=True):
    """To a process: build the cells of a trial, and run their first steps.

    plugins: the keys of those that it needs.
    """

    trial: CostTrial
    plugins: tuple[str, ...]


class Prepared(Struct, frozen=True, tag=True):
    """The reply.

    step_seconds: about how long a step takes, by row.
    failures:     what the other cells raised, by row.
    definitions:  hashes of the sources that the cells of this process run.
    """

    step_seconds: dict[str, float]
    failures: dict[str, str]
    definitions: dict[str, str] = {}


class LookAround(Struct, frozen=True, tag=True):
    """To a process, while the other one waits too: look what else the machine does."""


class LookedAround(Struct, frozen=True, tag=True):
    """The reply."""

    surroundings: Surroundings


class Turn(Struct, frozen=True, tag=True):
    """To a process: time some steps of a row together.

    More than two come after an untimed one, which loads the caches again. To do so is a small part
    of longer steps, of which a turn has one or two.
    """

    row: str
    steps: int


class Timed(Struct, frozen=True, tag=True):
    """The reply: the seconds of one step, or what it raised."""

    seconds: float = 0.0
    problem: str = ""


class Problem(Struct, frozen=True, tag=True):
    """The reply to any message that could not be carried out."""

    problem: str


Request = Describe | Prepare | LookAround | Turn
Reply = Hello | Doing | Described | Prepared | LookedAround | Timed | Problem
