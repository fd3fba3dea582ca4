"""Which modules were loaded for what: for the task, for the cell, for a diagnostic."""

import sys
from dataclasses import dataclass, field


@dataclass
class Imports:
    """Notes the modules that were loaded since the last note.

    seen: their names, by the name of what they were loaded for.
    """

    seen: dict[str, frozenset[str]] = field(default_factory=dict)
    _before: frozenset[str] = field(default_factory=lambda: frozenset(sys.modules))

    def note(self, name: str) -> None:
        """What was loaded since the last note was loaded for the thing of this name."""
        now = frozenset(sys.modules)
        self.seen[name] = self.seen.get(name, frozenset()) | (now - self._before)
        self._before = now

    def skip(self) -> None:
        """What was loaded since the last note was loaded for nothing in particular."""
        self._before = frozenset(sys.modules)
