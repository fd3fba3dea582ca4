"""Check a cell or task in its own process; whatever its code does, each law gets an outcome."""

from collections.abc import Iterator
from dataclasses import dataclass

from rnnbench.catalogue import Plugin
from rnnbench.errors import RnnbenchError
from rnnbench.executors.branding import end_abandoned
from rnnbench.executors.check_process import CheckProcess
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.records import CheckRequest, Law, Outcome

LIMIT_SECONDS = 900.0
"""The limit for all laws of a subject; compiling an implementation takes minutes."""
LIMIT_MEMORY_MIB = 4096
PROCESS = Law("process", "The process that checks it says which laws there are.")
"""The law that replaces all laws where the process ended before it named them."""


@dataclass
class Checking:
    """The checks of one subject.

    plugin:  the plugin that contributes the subject; None imports all that are installed.
    printed: the end of what the process has printed, once it has ended.
    """

    request: CheckRequest
    plugin: Plugin | None = None
    limit_seconds: float = LIMIT_SECONDS
    printed: str = ""

    def outcomes(self) -> Iterator[Outcome]:
        """Yield an outcome for each law as it comes.

        A law without an outcome has failed, with a sentence on how the process ended. Raises
        RnnbenchError where the subject or its data cannot be loaded in the process.
        """
        laws: tuple[Law, ...] = ()
        done: set[str] = set()
        end_abandoned()
        remove_abandoned()
        scratch = Scratch()
        try:
            process = CheckProcess(self.request, self.plugin, scratch, self.limit_seconds)
            try:
                for word in process.words():
                    if word.problem:
                        raise RnnbenchError(word.problem)
                    laws = word.laws or laws
                    if word.outcome is not None:
                        done.add(word.outcome.check)
                        yield word.outcome
                how_it_ended = process.how_it_ended()
            finally:
                process.end()
                self.printed = process.printed()
        finally:
            scratch.close()
        missing = [law for law in laws or (PROCESS,) if law.check not in done]
        for law in missing:
            yield self._missing_outcome(law, missing[0], how_it_ended)

    def _missing_outcome(self, law: Law, culprit: Law, how_it_ended: str) -> Outcome:
        sentence = f"its process {how_it_ended} while this law was asked"
        if law is not culprit:
            sentence = (
                f"this law was not asked: the process {how_it_ended} while the law"
                f" '{culprit.check}' was asked"
            )
        return Outcome(
            subject=self.request.subject,
            check=law.check,
            law=law.law,
            status="failed",
            sentence=sentence,
            decided=False,
        )
