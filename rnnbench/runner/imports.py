"""Which modules were loaded for what: for the task, for the cell, for a diagnostic."""

import sys
from dataclasses import dataclass, field


@dataclass
class Imports:
    """Notes the modules that were loaded since the last note.

    last: what the last note was for.
    seen: their names, by the name of what they were loaded for.
    """

    seen: dict[str, frozenset[str]] = field(default_factory=dict)
    last: str = ""
    _before: frozenset[str] = field(default_factory=lambda: frozenset(sys.modules))

    def note(self, name: str) -> None:
        """What was loaded since the last note was loaded for the thing of this name."""
        now = frozenset(sys.modules)
        self.seen[name] = self.seen.get(name, frozenset()) | (now - self._before)
        self._before = now
        self.last = name

    def go_on(self) -> None:
        """What was loaded since the last note was loaded for the same thing, by what it did after
        that."""
        if self.last:
            self.note(self.last)
