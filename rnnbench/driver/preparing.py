"""A run as it is asked for, with everything looked up that it needs, before anything runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rnnbench import environment
from rnnbench.campaign import (
    ExecutorChoice,
    Progress,
    Watch,
    run_suite,
)
from rnnbench.catalogue import Catalogue
from rnnbench.driver.law_checks import check_laws
from rnnbench.driver.placing import find_place, split_settings
from rnnbench.records import Suite
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite


@dataclass(frozen=True)
class Prepared:
    """A suite, where its results lie, and where its trials go.

    fresh: whether the results of these trials are discarded first.
    """

    suite: Suite
    catalogue: Catalogue
    store: Store
    place: ExecutorChoice
    fresh: bool = False

    def run(self, watch: Watch) -> Progress:
        """Run what the suite lacks. Raises RnnbenchError where the folder cannot be written, is
        held by another run or suite, or is full."""
        parts = (self.suite, self.catalogue, self.store, self.place)
        return run_suite(*parts, fresh=self.fresh, watch=watch)

    def check_laws(self, watch: Callable[[str], None]) -> tuple[str, ...]:
        """Check the laws of other distributions' cells; notices, where that could not be had or
        kept.

        watch: called with the name of each cell that is checked now.
        """
        names = [cell.name for cell in self.suite.cells]
        return check_laws(names, self.catalogue, self.store, watch)


def prepare(
    name: str,
    choices: Choices,
    *,
    output: Path | None = None,
    executor: str = "local",
    jobs: int | None = None,
    fresh: bool = False,
) -> Prepared:
    """The suite of this name, or in this file, with these choices, as it runs into a folder.

    Raises RnnbenchError for whatever of it does not exist or does not fit.

    choices:  settings that begin with `executor.` are those of the executor.
    output:   the folder of the run, by default `runs/NAME`.
    executor: the name of one of those that are installed.
    jobs:     trials at once, by default one a core.
    """
    _forget_checkout()
    catalogue = Catalogue.present()
    of_suite, of_executor = split_settings(choices.settings)
    choices = replace(choices, settings=of_suite)
    suite = read_suite(name, catalogue, choices)
    place = find_place(executor, of_executor, jobs, catalogue)
    store = Store(output or Path("runs") / suite.name)
    return Prepared(suite, catalogue, store, place, fresh)


def _forget_checkout() -> None:
    """A notebook outlives commits and changes of its working folder: git is asked again for each
    run."""
    environment.commit.cache_clear()
    environment.refused_checkout.cache_clear()
