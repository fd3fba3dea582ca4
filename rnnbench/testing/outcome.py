"""Outcomes of checks: passed, failed, or not applicable, each with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, NoReturn, TypeVar

from rnnbench import text
from rnnbench.errors import DataUnavailable, describe
from rnnbench.records import Outcome

Tested = TypeVar("Tested")


class CheckFailed(AssertionError):
    """Raised where the law of a check does not hold; the message is one sentence with numbers."""


class NotApplicable(Exception):
    """Raised where a check does not apply to its subject; the message gives the reason."""


def fail(sentence: str) -> NoReturn:
    """Raise CheckFailed with this sentence."""
    raise CheckFailed(sentence)


@dataclass(frozen=True)
class Check(Generic[Tested]):
    """A law that every cell, or every task, keeps.

    run: function that returns a note, or raises CheckFailed or NotApplicable; its docstring is the
         law.
    """

    name: str
    run: Callable[[Tested], str]

    @property
    def law(self) -> str:
        """The law in one sentence: the docstring of `run`."""
        return text.summary(self.run.__doc__)

    def outcome(self, name: str, subject: Callable[[], Tested]) -> Outcome:
        """Run the check on a subject; any error while it is made or checked is a failure."""
        status: Literal["passed", "failed", "not applicable"] = "failed"
        try:
            sentence = self.run(subject())
            status = "passed"
        except (NotApplicable, DataUnavailable) as reason:
            sentence = str(reason)
            status = "not applicable"
        except CheckFailed as failure:
            sentence = str(failure)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            sentence = f"it raised {describe(error)}"
        return Outcome(
            subject=name, check=self.name, law=self.law, status=status, sentence=sentence
        )
