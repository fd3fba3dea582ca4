"""A look at torch between the stages of a trial: what others have changed in it since the process
began."""

from collections.abc import Callable
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
"""What torch is made of before any plugin is imported: this module is loaded by the server that
starts trials."""
BY_DEFAULT = switches.read()
"""How torch's switches are set before that."""
MOST_NAMED = 4
DIAGNOSTIC_SECONDS = 300.0
"""A measurement beside the training that takes longer has none."""
Given = TypeVar("Given")


@dataclass
class TorchWatch:
    """Looks at torch's switches and parts, sets switches back, and keeps a sentence on each change.

    threads: of the trial, which torch is to use throughout.
    effects: the sentences.
    patched: by key of a plugin, what it has replaced in torch for everything in this process.
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
        """What was changed since the last look, in a sentence that begins with what was done; ""
        where nothing was.

        Switches are set back. What was replaced in torch stays so, for who replaced it may need it.
        """
        return self._keep(doing, [*self._switched(), *self._replaced()])

    def building(self, doing: str, build: Callable[..., Given]) -> Callable[..., Given]:
        """The function that builds a cell; switches are set back behind each call, before more of a
        model is built."""

        def watched(*arguments: Any, **options: Any) -> Given:
            try:
                return build(*arguments, **options)
            finally:
                self._keep(doing, self._switched())

        return watched

    def around(self, what: str, function: Callable[..., Given]) -> Callable[..., Given]:
        """The function, under guard; what a call changes is said of `what`, such as "The diagnostic
        'x'"."""

        def guarded(*arguments: Any) -> Given:
            try:
                ran = run_guarded(partial(function, *arguments), DIAGNOSTIC_SECONDS)
            except Misbehaved as misbehaved:
                if isinstance(misbehaved.error, Exception):
                    raise misbehaved.error from None
                raise RnnbenchError(str(misbehaved)) from None
            for name, change in ran.switches:
                self.add(
                    f"{what} changed torch's {name.replace('_', ' ')} ({change}), which was set"
                    " back"
                )
            for said in self._replaced():
                self.add(f"{what} {said}")
            given: Given = ran.value
            return given

        return guarded

    def set_back(self) -> None:
        """Set torch's switches back without a word: those that turned them were named before."""
        switches.restore(self._standard)

    def imported(self, plugin: Plugin) -> None:
        """Look at what the import of a plugin changed; those of rnnbench itself change nothing, by
        its tests."""
        if plugin.distribution == CORE:
            return
        before = dict(self._known)
        sentence = self.look(f"Importing the plugin '{plugin.name}' ({plugin.origin})")
        if self._known != before:
            self.patched[plugin.key] = sentence
        doing = f"Importing the plugin '{plugin.name}' ({plugin.origin})"
        for name, change in plugin.switches:
            self.add(
                f"{doing} changed torch's {name.replace('_', ' ')} ({change}), which was set back"
            )
        for effect in plugin.effects:
            self.add(f"{doing} {effect}")

    @property
    def has_replaced(self) -> bool:
        """Whether a part of torch was another one at the last look."""
        return bool(self._known)

    def add(self, sentence: str) -> None:
        """Keep a sentence, once."""
        if sentence not in self.effects:
            self.effects.append(sentence)

    def unpatch(self) -> None:
        """Put the parts of torch back that others have replaced."""
        unpatch(UNTOUCHED)
        self._known = {}

    def _keep(self, doing: str, said: list[str]) -> str:
        """The sentence of what was done and what that changed, kept; "" where it changed
        nothing."""
        if not said:
            return ""
        sentence = f"{doing} {'; '.join(said)}"
        self.add(sentence)
        return sentence

    def _switched(self) -> list[str]:
        """What was switched, and whether it could be set back."""
        found = switches.changed(self._standard, switches.read())
        if not found:
            return []
        switches.restore(self._standard)
        left = switches.changed(self._standard, switches.read())
        said = []
        for name, change in found.items():
            rest = "and it cannot be set back" if name in left else "which was set back"
            said.append(f"changed torch's {name.replace('_', ' ')} ({change}), {rest}")
        if left:
            self._standard = switches.read()
        return said

    def _replaced(self) -> list[str]:
        """What was replaced since the last look."""
        now = patches.replaced(UNTOUCHED)
        new = [f"{name} by {by}" for name, by in now.items() if self._known.get(name) != by]
        self._known = now
        if not new:
            return []
        more = f" and {len(new) - MOST_NAMED} more" if len(new) > MOST_NAMED else ""
        return [f"replaced {', '.join(new[:MOST_NAMED])}{more}, for everything in this process"]
