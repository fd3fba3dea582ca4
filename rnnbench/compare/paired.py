"""What paired replicates say of each cell of a measurement, as changes that a gate rules on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from statistics import median

from rnnbench import text
from rnnbench.compare.circumstances import causes
from rnnbench.compare.paired_judging import PairedRuling, interval, judge_paired
from rnnbench.compare.records import OUTCOME, Change, Verdict
from rnnbench.compare.subjects import of_cell
from rnnbench.records import (
    REFERENCE_ROW,
    CostTrial,
    GatePolicy,
    PairedReplicate,
    PairedTimes,
    PartOfTrial,
    Result,
)
from rnnbench.sources import CORE

FAILURES = 2
"""A cell that fails in so many replicates is measured no more."""
PRECISION = 0.015
"""Half the width that an interval is wanted to have, as a share."""
FIGURES = {
    "train-step-time": "time of a training step",
    "inference-time": "time of a forward pass",
    "streaming-time": "time of a streaming step",
}


@dataclass(frozen=True)
class PairedMeasurement:
    """One measurement at one shape, with what both environments hold of it.

    trial: with all its cells.
    """

    trial: CostTrial
    base: PartOfTrial
    head: PartOfTrial
    replicates: tuple[PairedReplicate, ...]
    policy: GatePolicy
    precision: float = PRECISION

    @property
    def common(self) -> tuple[str, ...]:
        """The rows of the cells that both environments have."""
        missing = {*self.base.missing, *self.head.missing}
        return tuple(cell.row for cell in self.trial.cells if cell.row not in missing)

    def open_rows(self) -> tuple[str, ...]:
        """The rows that another replicate may decide."""
        return tuple(row for row in self.common if self._is_open(row))

    def _is_open(self, row: str) -> bool:
        return not self._failed(row) and self.ruling(row).is_open

    def ruling(self, row: str) -> PairedRuling:
        """What the replicates say of a row."""
        tolerance = self.policy.tolerance("time", cell=row)
        return judge_paired(self.log_ratios(row), tolerance, self.precision)

    def log_ratios(self, row: str) -> list[float]:
        """The logarithm of HEAD over BASE in each replicate that has it."""
        times = [replicate.times.get(row) for replicate in self.replicates]
        return [log_ratio(pair) for pair in times if pair is not None]

    def _failed(self, row: str) -> tuple[str, str] | None:
        """What a row failed with in BASE, and in HEAD, over its replicates; None where it hardly
        did."""
        failures = [r.absent[row] for r in self.replicates if row in r.absent]
        if len(failures) < FAILURES:
            return None
        in_base, in_head = zip(*failures, strict=True)
        return _last(in_base), _last(in_head)

    def changes(self) -> list[Change]:
        """One change for each cell."""
        return [self._change(cell.row) for cell in self.trial.cells]

    def _change(self, row: str) -> Change:
        title = f"ab.{self.trial.measurement}.{row} at {self.trial.shape}"
        lacking = self._lacking(row)
        if lacking is not None:
            verdict, reason = lacking
            return Change(
                trial=title,
                title=title,
                row=row,
                figure=OUTCOME,
                kind="outcome",
                verdict=verdict,
                reason=reason,
            )
        ruling = self.ruling(row)
        base, head = self._medians(row)
        found = ruling.interval
        return Change(
            trial=title,
            title=title,
            row=row,
            figure=FIGURES[self.trial.measurement],
            kind="time",
            verdict=ruling.verdict,
            base=base,
            head=head,
            unit="seconds",
            direction="lower",
            reason="; ".join(part for part in (ruling.reason, self._causes(row)) if part),
            ratio=found.ratio if found else None,
            low=found.low if found else None,
            high=found.high if found else None,
        )

    def _lacking(self, row: str) -> tuple[Verdict, str] | None:
        """The verdict on a cell that has no times in an environment, with the reason."""
        in_base = self.base.missing.get(row, "")
        in_head = self.head.missing.get(row, "")
        if row in self.common:
            failed = self._failed(row)
            if failed is None:
                return None
            in_base, in_head = failed
            if not in_base:
                return "worse", f"HEAD: {in_head}"
            if not in_head:
                return "undecided", f"BASE has it, and it failed there: {in_base}"
        if in_base and in_head:
            return "undecided", f"BASE: {in_base}; HEAD: {in_head}"
        return ("new", f"BASE: {in_base}") if in_base else ("missing", f"HEAD: {in_head}")

    def _medians(self, row: str) -> tuple[float | None, float | None]:
        """The median seconds of a step in each environment, over all turns."""
        times = [replicate.times[row] for replicate in self.replicates if row in replicate.times]
        if not times:
            return None, None
        base = chain.from_iterable(pair.base for pair in times)
        head = chain.from_iterable(pair.head for pair in times)
        return median(base), median(head)

    def _causes(self, row: str) -> str:
        """Recorded changes that may explain a difference."""
        name = next(cell.name for cell in self.trial.cells if cell.row == row)
        before = without_figures(self.base, name)
        after = without_figures(self.head, name)
        return causes([before], [after]) or self._versions() or f"{row} is the same code in both"

    def _versions(self) -> str:
        """The packages whose versions differ, rnnbench itself by its source."""
        base = self.base.provenance
        head = self.head.provenance
        names = {**base.versions, **head.versions}
        differing = [n for n in names if base.versions.get(n) != head.versions.get(n)]
        if base.definitions.get(CORE) != head.definitions.get(CORE):
            differing.append(CORE)
        return f"other versions of {text.listed(sorted(set(differing)))}" if differing else ""

    def control(self) -> str:
        """A sentence on the reference cell, which is torch's in both environments; "" with fewer
        replicates than an interval takes."""
        found = interval(self.log_ratios(REFERENCE_ROW))
        if found is None:
            return ""
        figure = FIGURES[self.trial.measurement]
        return f"The {figure} of torch's LSTM, measured beside them at {self.trial.shape}: {found}."


def _last(reasons: Sequence[str]) -> str:
    """The last of these reasons that is one; "" where none is."""
    return next((reason for reason in reversed(reasons) if reason), "")


def log_ratio(pair: PairedTimes) -> float:
    """Return the median over turns of the logarithm of HEAD over BASE."""
    turns = zip(pair.base, pair.head, strict=True)
    return median(log(head / base) for base, head in turns)


def without_figures(part: PartOfTrial, cell: str = "") -> Result:
    """Return a result without figures, whose circumstances can be compared; of one cell alone, if
    that is named."""
    provenance = of_cell(part.provenance, cell) if cell else part.provenance
    return Result(trial=part.trial, status="ok", provenance=provenance, started="")
