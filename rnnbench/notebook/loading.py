"""The folder of a run as an object: its results, what they say, and its figures as frames."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from rnnbench import text
from rnnbench.catalogue import Catalogue
from rnnbench.driver import RunContents, open_run, read_run, with_descriptions
from rnnbench.findings import Findings
from rnnbench.notebook.frames import frame
from rnnbench.records import Result
from rnnbench.tables import COSTS, EPOCHS, TRIALS


@dataclass(frozen=True, repr=False)
class Run:
    """A run as it lay in its folder when it was read.

    notices: what there was to say while it ran; nothing of a run that was only read.
    """

    folder: Path
    contents: RunContents
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = Counter(result.status for result in self.results)
        statuses = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        trials = text.counted(len(self.results), "trial")
        return f"<rnnbench.Run {self.folder}: {trials}: {statuses}>"

    @property
    def results(self) -> tuple[Result, ...]:
        """All that could be read, in the order of their names, whatever version of the suite."""
        return self.contents.results

    @property
    def unreadable(self) -> Mapping[Path, str]:
        """The files of results that are left out, with what is wrong with each."""
        return self.contents.unreadable

    @cached_property
    def findings(self) -> Findings:
        """What the results of the newest version say, with the claims, failed checks and looks that
        lie beside them, as reports are made from it. It is made once, which takes minutes where
        there are many claims. Raises RnnbenchError where there are no results.
        """
        return with_descriptions(self.contents.findings, Catalogue.present())

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial, of learning and of cost; made once."""
        return frame(TRIALS, self.results)

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """One row an epoch of a learning trial; made once."""
        return frame(EPOCHS, self.results)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """One row a figure of a cell in a cost trial; made once."""
        return frame(COSTS, self.results)


def load(folder: str | os.PathLike[str]) -> Run:
    """The run in a folder. It only reads: reading the verdicts here is *not* recorded as a look, as
    `rnnbench report` records it. Make that report before you add seeds because of a verdict, so
    that later verdicts allow for it.

    Results that are damaged are left out, and named in `unreadable`. Raises RnnbenchError where
    there is no run, where a later version of rnnbench wrote a result, or where what lies beside the
    results cannot be read. A run that is still at work has the results so far.
    """
    store = open_run(Path(folder))
    return Run(store.folder, read_run(store))
