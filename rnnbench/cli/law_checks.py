"""Checks of laws beside a run: what fails is kept with the run, and is a caveat of its reports."""

from collections.abc import Sequence

from rnnbench.campaign import check_strangers
from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import console
from rnnbench.errors import RnnbenchError
from rnnbench.store import Store, keep_failed_checks


def check_laws(cells: Sequence[str], catalogue: Catalogue, store: Store) -> None:
    """Check the cells of other distributions than rnnbench where that was not done before, and keep with the run what
    failed. Nothing of it changes how the run ends: where a check cannot be had or kept, a line says so."""
    err = console(stderr=True)
    with err.status("checking laws") as status:
        outcomes, notices = check_strangers(
            cells, catalogue, lambda name: status.update(f"checking the laws of {name} ...")
        )
    try:
        keep_failed_checks(store.folder, outcomes)
    except RnnbenchError as error:
        notices = (*notices, str(error))
    for notice in notices:
        err.print(notice, markup=False, soft_wrap=True)
