"""What a check gives: passed, failed, or not applicable, each with a sentence."""

from typing import Literal, NoReturn

from msgspec import Struct


class Outcome(Struct, frozen=True, kw_only=True):
    """What one check says of one subject.

    sentence: for a failure what was done, what was expected and by how much it missed; why a check is not applicable;
              what was seen in passing.
    """

    subject: str
    check: str
    law: str
    status: Literal["passed", "failed", "not applicable"]
    sentence: str = ""


class CheckFailed(AssertionError):
    """What a check demands does not hold; the message is one sentence with numbers."""


class NotApplicable(Exception):
    """The check asks nothing of this subject; the message says why."""


def first_line(error: Exception) -> str:
    """What it is, and the first line of what it says."""
    return f"{type(error).__name__}: {str(error).strip().split(chr(10))[0]}"


def fail(sentence: str) -> NoReturn:
    """End the check."""
    raise CheckFailed(sentence)
