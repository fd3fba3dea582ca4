"""Checks laws beside a run; failed checks are kept with it and become caveats of its reports."""

from collections.abc import Sequence

from rnnbench.campaign import check_strangers
from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import console
from rnnbench.errors import RnnbenchError
from rnnbench.records import CostTrial
from rnnbench.store import Store, keep_failed_checks


def check_laws(cells: Sequence[str], catalogue: Catalogue, store: Store) -> None:
    """Check the laws of third-party cells that have figures, and keep failed checks with the run.

    Cells that were checked before are not checked again. The run ends as it would without: a check
    that fails to run, or outcomes that cannot be kept, only give a line of output.
    """
    with_figures = _cells_with_figures(store)
    names = [name for name in cells if name in with_figures]
    err = console(stderr=True)
    with err.status("checking laws") as status:
        outcomes, notices = check_strangers(
            names, catalogue, lambda name: status.update(f"checking the laws of {name} ...")
        )
    try:
        keep_failed_checks(store.folder, outcomes)
    except RnnbenchError as error:
        notices = (*notices, str(error))
    for notice in notices:
        err.print(notice, markup=False, soft_wrap=True)


def _cells_with_figures(store: Store) -> set[str]:
    names: set[str] = set()
    for result in store.read():
        if result.status != "ok":
            continue
        trial = result.trial
        cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
        names.update(cell.name for cell in cells)
    return names
