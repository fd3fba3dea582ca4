"""Checks of laws beside a run, with their progress on the terminal."""

from rnnbench.cli.output import console, note
from rnnbench.driver import Prepared


def check_laws(prepared: Prepared) -> None:
    """Check the laws of other distributions' cells; where a check cannot be had or kept, a line
    says so."""
    err = console(stderr=True)
    with err.status("checking laws") as status:

        def watch(name: str) -> None:
            status.update(f"checking the laws of {name} ...")

        notices = prepared.check_laws(watch)
    for notice in notices:
        note(notice)
