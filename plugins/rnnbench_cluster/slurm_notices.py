"""Notices that the SLURM executor shows to the user."""

from collections.abc import Iterable


class Notices:
    """Collects notices, and reports each different one once in the life of an executor."""

    def __init__(self, sentences: Iterable[str] = ()) -> None:
        self._pending = list(sentences)
        self._reported = set(self._pending)

    def add(self, sentence: str) -> None:
        """Add a notice, unless the same sentence was added before."""
        if sentence not in self._reported:
            self._reported.add(sentence)
            self._pending.append(sentence)

    def take(self) -> list[str]:
        """Return the notices that were added since the last call."""
        pending = self._pending
        self._pending = []
        return pending
