"""Record which modules were loaded for the task, the cell and each diagnostic."""

import sys
from dataclasses import dataclass, field


@dataclass
class Imports:
    """Records the modules that were loaded since the last note.

    modules: the names of the modules, by the name of what they were loaded for.
    last:    what the last note was for.
    """

    modules: dict[str, frozenset[str]] = field(default_factory=dict)
    last: str = ""
    _before: frozenset[str] = field(default_factory=lambda: frozenset(sys.modules))

    def note(self, name: str) -> None:
        """Record that what was loaded since the last note was loaded for this task, cell, ..."""
        loaded = frozenset(sys.modules)
        earlier = self.modules.get(name, frozenset())
        self.modules[name] = earlier | (loaded - self._before)
        self._before = loaded
        self.last = name

    def note_again(self) -> None:
        """Record that what was loaded since the last note was loaded for the same name."""
        if self.last:
            self.note(self.last)
