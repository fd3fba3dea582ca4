"""The folder of a run as an object: its results, what they say, and its figures as frames."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from rnnbench.findings import Findings
from rnnbench.notebook.costs import costs
from rnnbench.notebook.epochs import epochs
from rnnbench.notebook.trials import trials
from rnnbench.records import Result
from rnnbench.session import findings_of, open_run


@dataclass(frozen=True, repr=False)
class Run:
    """A run as it lay in its folder when it was read.

    results:    all that could be read, in the order of their names; those of older versions of the
                suite too.
    findings:   what the results of the newest version say, as reports are made from it.
    unreadable: the files that are left out, with what is wrong with each.
    notices:    what there was to say while it ran; nothing of a run that was only read.
    """

    folder: Path
    results: tuple[Result, ...]
    findings: Findings
    unreadable: Mapping[Path, str]
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = Counter(result.status for result in self.results)
        told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        return f"<rnnbench.Run {self.folder}: {len(self.results)} trials: {told}>"

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial, of learning and of cost; made once."""
        return trials(self.results)

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """One row an epoch of a learning trial; made once."""
        return epochs(self.results)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """One row a figure of a cell in a cost trial; made once."""
        return costs(self.results)


def load(folder: str | os.PathLike[str]) -> Run:
    """The run in a folder. It only reads: that its verdicts are seen is *not* recorded as a look,
    as `rnnbench report` records it. Who adds seeds by what is seen here should make the report
    first, so that later verdicts allow for it.

    Results that are damaged are left out, and named in `unreadable`. Raises RnnbenchError where
    there is no run, or none of its results can be read, or a later version of rnnbench wrote one.
    """
    store = open_run(Path(folder))
    results = tuple(store.read())
    findings = findings_of(store.folder, results)
    return Run(store.folder, results, findings, dict(store.unreadable))
