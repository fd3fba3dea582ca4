"""All paired measurements as a comparison of two sides, for a gate to rule on."""

from collections.abc import Sequence
from itertools import chain

from rnnbench.compare.circumstances import differing_circumstances
from rnnbench.compare.paired import PairedMeasurement, without_figures
from rnnbench.compare.records import Comparison, Side


def paired_comparison(
    measurements: Sequence[PairedMeasurement], folders: tuple[str, str], commits: tuple[str, str]
) -> Comparison:
    """Return all that was measured as a comparison of two sides, for a gate to rule on.

    folders: names of both sides, BASE first.
    commits: "" where no commit was asked for.
    """
    in_base = [without_figures(measurement.base) for measurement in measurements]
    in_head = [without_figures(measurement.head) for measurement in measurements]
    replicates = sum(len(measurement.replicates) for measurement in measurements)
    suites = {f"{m.trial.suite} {m.trial.suite_version}" for m in measurements}
    sides = [
        Side(
            folder=folder,
            suites=tuple(sorted(suites)),
            commits=(commit,) if commit else (),
            results=max(1, replicates),  # both were looked at, so that neither is missing
        )
        for folder, commit in zip(folders, commits, strict=True)
    ]
    return Comparison(
        base=sides[0],
        head=sides[1],
        circumstances=tuple(differing_circumstances(in_base, in_head)),
        changes=tuple(chain.from_iterable(one.changes() for one in measurements)),
        notes=tuple(filter(None, (one.control() for one in measurements))),
    )
