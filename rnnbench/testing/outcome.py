"""What a check gives: passed, failed, or not applicable, each with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, NoReturn, TypeVar

from rnnbench import text
from rnnbench.errors import DataUnavailable, describe
from rnnbench.records import Outcome

Tested = TypeVar("Tested")


class CheckFailed(AssertionError):
    """What a check demands does not hold; the message is one sentence with numbers."""


class NotApplicable(Exception):
    """The check asks nothing of this subject; the message says why."""


def fail(sentence: str) -> NoReturn:
    """End the check."""
    raise CheckFailed(sentence)


@dataclass(frozen=True)
class Check(Generic[Tested]):
    """A law that every cell, or every task, keeps. `run` gives what was seen in passing, or raises
    CheckFailed or NotApplicable."""

    name: str
    run: Callable[[Tested], str]

    @property
    def law(self) -> str:
        """What it demands, in one sentence."""
        return text.summary(self.run.__doc__)

    def outcome(self, name: str, subject: Callable[[], Tested]) -> Outcome:
        """The outcome for the subject of this name; what it raises, while it is made or run, is a
        failure."""
        status: Literal["passed", "failed", "not applicable"] = "failed"
        try:
            sentence, status = self.run(subject()), "passed"
        except (NotApplicable, DataUnavailable) as reason:
            sentence, status = str(reason), "not applicable"
        except CheckFailed as failure:
            sentence = str(failure)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            sentence = f"it raised {describe(error)}"
        return Outcome(
            subject=name, check=self.name, law=self.law, status=status, sentence=sentence
        )
