"""What a trial's process must import: the plugins that bring its cells, task and diagnostics, from
the same files."""

from functools import cached_property

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.errors import UnknownName
from rnnbench.records import Trial
from rnnbench.sources import file_of


class Needs:
    """Asks the catalogue of this process, which is loaded when the first trial is asked for."""

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue.load()

    def plugins(self, trial: Trial) -> tuple[Plugin, ...] | None:
        """The plugins that bring what a trial uses; None where one is missing, which the trial then
        reports."""
        try:
            return self._catalogue.needed(trial)
        except UnknownName:
            return None

    def files(self, plugins: tuple[Plugin, ...] | None) -> dict[str, str]:
        """The files of these plugins and of rnnbench itself, links resolved, by the name of the
        module."""
        found = {"rnnbench": file_of("rnnbench")}
        for plugin in plugins or ():
            name = plugin.module.partition(":")[0]
            found[name] = file_of(name)
        return found
