"""The outcome of a check, and what a process that checks is asked to do."""

from typing import Literal

from msgspec import Struct


class Outcome(Struct, frozen=True, kw_only=True):
    """What one check says of one subject.

    sentence: for a failure what was done, what was expected and by how much it missed; why a check
              is not applicable; what was seen in passing.
    decided:  whether the check was run to its end; where it was not, it counts as failed, and the
              sentence says why.
    """

    subject: str
    check: str
    law: str
    status: Literal["passed", "failed", "not applicable"]
    sentence: str = ""
    decided: bool = True


class Law(Struct, frozen=True):
    """The name of a check, and what it demands, in one sentence."""

    check: str
    law: str


class CheckRequest(Struct, frozen=True, kw_only=True):
    """A cell or a task that is to be checked.

    subject:  as it is shown: a name, or "name:implementation".
    kind:     what it is.
    settings: options of the cell, or dials of the task.
    skip:     implementations that are not compared.
    memory_mib: how much data the process may have.
    """

    subject: str
    kind: Literal["cell", "task"]
    name: str
    implementation: str = ""
    settings: dict[str, bool | int | float | str | None] = {}
    skip: tuple[str, ...] = ()
    memory_mib: int = 4096


class CheckWord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of what a process that checks says: first its laws, then an outcome for each; or why
    there is none."""

    laws: tuple[Law, ...] = ()
    outcome: Outcome | None = None
    problem: str = ""
