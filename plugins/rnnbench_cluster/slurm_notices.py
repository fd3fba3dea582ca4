"""Sentences that the SLURM executor reports to the user."""

from collections.abc import Iterable


class Notices:
    """Collects sentences, each of which is reported once in the life of an executor."""

    def __init__(self, sentences: Iterable[str] = ()) -> None:
        self._pending = list(sentences)
        self._reported = set(self._pending)

    def add(self, sentence: str) -> None:
        """Note a sentence, unless it was noted before."""
        if sentence not in self._reported:
            self._reported.add(sentence)
            self._pending.append(sentence)

    def take(self) -> list[str]:
        """Return the sentences that were noted since the last call."""
        pending = self._pending
        self._pending = []
        return pending
