"""Detect what plugins and cells change in torch between the stages of a trial."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import torch

from rnnbench import patches, switches
from rnnbench.catalogue import Misbehaved, Plugin, run_guarded
from rnnbench.errors import RnnbenchError
from rnnbench.runner.unpatch import unpatch
from rnnbench.sources import CORE

UNTOUCHED = patches.fingerprint()
"""The parts of torch before any plugin is imported; the forkserver loads this module."""
BY_DEFAULT = switches.read()
"""The values of torch's switches before any plugin is imported."""
MOST_NAMED = 4
"""The most replaced parts that a sentence names."""
DIAGNOSTIC_SECONDS = 300.0
"""The limit of one diagnostic."""
Returned = TypeVar("Returned")


@dataclass
class TorchWatch:
    """Detects changes of torch's switches and parts, and restores the switches.

    threads: the threads of the trial, which torch uses throughout.
    effects: a sentence on each change.
    patched: by the key of a plugin, a sentence on the parts that it has replaced in this process.
    """

    threads: int = 1
    effects: list[str] = field(default_factory=list)
    patched: dict[str, str] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        switches.restore(BY_DEFAULT)
        torch.set_num_threads(self.threads)
        self._standard = switches.read()

    def look(self, doing: str) -> str:
        """Return a sentence on what was changed since the last look; "" where nothing was.

        doing: what was done since then; the sentence begins with it.

        Switches are restored. Replaced parts of torch are not: the code that replaced them may need
        them.
        """
        return self._add_changes(doing, [*self._switched(), *self._replaced()])

    def building(self, doing: str, build: Callable[..., Returned]) -> Callable[..., Returned]:
        """Return the function that builds a cell, with switches restored after each call.

        The rest of a model is then built with the right switches.
        """

        def watched(*arguments: Any, **options: Any) -> Returned:
            try:
                return build(*arguments, **options)
            finally:
                self._add_changes(doing, self._switched())

        return watched

    def around(self, what: str, function: Callable[..., Returned]) -> Callable[..., Returned]:
        """Return the function under guard; sentences on its changes begin with `what`.

        what: the subject of the sentences, such as "The diagnostic 'x'".
        """

        def guarded(*arguments: Any) -> Returned:
            try:
                ran = run_guarded(partial(function, *arguments), DIAGNOSTIC_SECONDS)
            except Misbehaved as misbehaved:
                if isinstance(misbehaved.error, Exception):
                    raise misbehaved.error from None
                raise RnnbenchError(str(misbehaved)) from None
            self._add_restored(what, ran.switches)
            for change in self._replaced():
                self.add(f"{what} {change}")
            value: Returned = ran.value
            return value

        return guarded

    def restore_switches(self) -> None:
        """Restore torch's switches without a sentence, after changes that were reported before."""
        switches.restore(self._standard)

    def imported(self, plugin: Plugin) -> None:
        """Record what the import of a plugin changed.

        The plugins of rnnbench itself are skipped: its tests show that they change nothing.
        """
        if plugin.distribution == CORE:
            return
        doing = f"Importing the plugin '{plugin.name}' ({plugin.origin})"
        before = dict(self._known)
        sentence = self.look(doing)
        if self._known != before:
            self.patched[plugin.key] = sentence
        self._add_restored(doing, plugin.switches)
        for effect in plugin.effects:
            self.add(f"{doing} {effect}")

    @property
    def has_replaced(self) -> bool:
        """Whether parts of torch were replaced at the last look."""
        return bool(self._known)

    def add(self, sentence: str) -> None:
        """Add a sentence to the effects, unless it is there."""
        if sentence not in self.effects:
            self.effects.append(sentence)

    def unpatch(self) -> None:
        """Restore the replaced parts of torch."""
        unpatch(UNTOUCHED)
        self._known = {}

    def _add_changes(self, doing: str, changes: list[str]) -> str:
        """Add the sentence on what changed, and return it; "" where nothing changed."""
        if not changes:
            return ""
        sentence = f"{doing} {'; '.join(changes)}"
        self.add(sentence)
        return sentence

    def _add_restored(self, doing: str, changed: Iterable[tuple[str, str]]) -> None:
        """Add a sentence on each switch, of (name, change), that was changed and restored."""
        for name, change in changed:
            self.add(f"{doing} {_changed_switch(name, change)}, which was set back")

    def _switched(self) -> list[str]:
        """Restore the switches, where possible, and return their changes since the last look."""
        changed = switches.changed(self._standard, switches.read())
        if not changed:
            return []
        switches.restore(self._standard)
        not_restored = switches.changed(self._standard, switches.read())
        changes = []
        for name, change in changed.items():
            cannot = name in not_restored
            ending = "and it cannot be set back" if cannot else "which was set back"
            changes.append(f"{_changed_switch(name, change)}, {ending}")
        if not_restored:
            self._standard = switches.read()
        return changes

    def _replaced(self) -> list[str]:
        """The parts that were replaced since the last look, as at most one sentence."""
        now = patches.replaced(UNTOUCHED)
        new = [f"{name} by {by}" for name, by in now.items() if self._known.get(name) != by]
        self._known = now
        if not new:
            return []
        more = f" and {len(new) - MOST_NAMED} more" if len(new) > MOST_NAMED else ""
        return [f"replaced {', '.join(new[:MOST_NAMED])}{more}, for everything in this process"]


def _changed_switch(name: str, change: str) -> str:
    return f"changed torch's {name.replace('_', ' ')} ({change})"
