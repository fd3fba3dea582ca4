"""`rnnbench report --watch`: the reports are made again whenever results have changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from rnnbench import text
from rnnbench.cli.output import console

PAUSE_SECONDS = 3.0
"""Least time between two reports; a report that took longer is followed by as long a pause."""
State = tuple[tuple[int, int], ...]


def watch(
    folders: Sequence[Path],
    make: Callable[[], bool],
    page: Path,
    opened: Callable[[], None],
) -> None:
    """Make reports until the user interrupts it.

    make:   makes the reports, and returns whether all could be made.
    page:   the page that is made.
    opened: is called once, when the page is there.
    """
    before: State = ()
    out = console()
    out.print("Watching; Ctrl-C ends it.", markup=False)
    while True:
        state = tuple(map(_state, folders))
        results = sum(count for _, count in state)
        if state == before or not results:
            sleep(PAUSE_SECONDS)
            continue
        began = monotonic()
        make()
        took = monotonic() - began
        now = datetime.now().strftime("%H:%M:%S")
        out.print(
            f"{now}  {text.counted(results, 'result')}, made in {took:.1f} s: {page}",
            markup=False,
            soft_wrap=True,
        )
        if not before:
            opened()
        before = state
        sleep(max(PAUSE_SECONDS, took))


def _state(folder: Path) -> tuple[int, int]:
    """Return when a result of a run was last written or removed, and how many there are."""
    trials = folder / "trials"
    try:
        return trials.stat().st_mtime_ns, sum(1 for _ in trials.glob("*.json"))
    except OSError:
        return 0, 0
