"""Checks of laws beside a run: what fails is kept with the run, and is a caveat of its reports."""

from collections.abc import Callable, Sequence

from rnnbench.campaign import check_strangers
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.records import CostTrial
from rnnbench.store import Store, keep_failed_checks


def check_laws(
    cells: Sequence[str], catalogue: Catalogue, store: Store, watch: Callable[[str], None]
) -> tuple[str, ...]:
    """Check the cells of other distributions than rnnbench that have figures and were not checked
    before, and keep with the run what failed. Nothing of it changes how the run ends: where a check
    cannot be had or kept, a notice says so.

    watch: called with the name of each cell that is checked now.
    """
    with_figures = _cells_with_figures(store)
    names = [name for name in cells if name in with_figures]
    outcomes, notices = check_strangers(names, catalogue, watch)
    try:
        keep_failed_checks(store.folder, outcomes)
    except RnnbenchError as error:
        return (*notices, str(error))
    return notices


def _cells_with_figures(store: Store) -> set[str]:
    found: set[str] = set()
    for result in store.read():
        if result.status != "ok":
            continue
        trial = result.trial
        cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
        found.update(cell.name for cell in cells)
    return found
