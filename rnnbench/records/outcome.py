"""Outcomes of checks, and the messages to and from the process that runs them."""

from typing import Literal

from msgspec import Struct


class Outcome(Struct, frozen=True, kw_only=True):
    """The outcome of one check of one subject.

    sentence: for a failure, what was done, what was expected, and by how much it missed; otherwise
              a note, or why the check is not applicable.
    decided:  whether the check ran to its end. If it did not, it counts as failed, and the sentence
              says why.
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

    subject:    name as it is shown: "name" or "name:implementation".
    settings:   options of the cell, or dials of the task.
    skip:       implementations that are not compared.
    memory_mib: limit on the data of the process.
    """

    subject: str
    kind: Literal["cell", "task"]
    name: str
    implementation: str = ""
    settings: dict[str, bool | int | float | str | None] = {}
    skip: tuple[str, ...] = ()
    memory_mib: int = 4096


class CheckWord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the report of a checking process: its laws first, then an outcome for each of
    them, or the problem that prevents them."""

    laws: tuple[Law, ...] = ()
    outcome: Outcome | None = None
    problem: str = ""
