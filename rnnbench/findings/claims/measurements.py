"""What has been measured, by what claims ask for: learning by cell, task and seed; cost by cell and
shape."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np

from rnnbench.findings.claims.figures import LOST, claim_absences, claim_figures
from rnnbench.findings.cost.grouping import place_words
from rnnbench.findings.cost.step_times import TimedRow
from rnnbench.findings.learning.grouping import was_tried
from rnnbench.findings.learning.race import rates_left
from rnnbench.findings.learning.scored import Scored, is_raced, scored
from rnnbench.records import (
    CostSide,
    CostTrial,
    LearningSide,
    LearningTrial,
    MemoryRow,
    OperationsRow,
    Result,
    TimeRow,
    identity,
    trial_id,
)

Figures = Mapping[str, float]
ONE = 0.0
Noted = TypeVar("Noted")
ByRate = dict[float, dict[int, Noted]]
"""By learning rate and seed."""


class Evaluated(NamedTuple):
    """What an evaluation said: the trial's id, its figures, and what a search reads of it."""

    trial: str
    figures: Figures
    scored: Scored


@dataclass
class Measurements:
    """Figures by side.

    learning: by learning rate and seed: what an evaluation said. Where a cell is evaluated at one
              rate alone, it is noted as `ONE`.
    absent:   likewise: why figures are not there, by their names; "" stands for all of them.
    times:    by trial: the replicate.
    counted:  by trial: threads and device in words, and bytes, parameters, operations.
    left:     by side, of those that were asked for: the rates that its search left, the best first.
    """

    learning: dict[bytes, ByRate[Evaluated]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    absent: dict[bytes, ByRate[Mapping[str, str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    times: dict[bytes, dict[str, TimedRow]] = field(default_factory=lambda: defaultdict(dict))
    counted: dict[bytes, dict[str, tuple[str, Figures]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    left: dict[bytes, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Measurements":
        """All that these results hold; of several evaluations of one seed, the newest."""
        measurements = cls()
        for result in sorted(results, key=lambda result: result.started):
            if isinstance(result.trial, LearningTrial):
                measurements._note_learning(result, result.trial)
            else:
                measurements._note_cost(result, result.trial)
        return measurements

    def note(
        self, trial: LearningTrial, figures: Figures, read: Scored, absent: Mapping[str, str]
    ) -> None:
        """Take in an evaluation, with the reasons why figures are not there."""
        self.learning[identity(_side(trial))][_rate(trial)][trial.seed] = Evaluated(
            trial_id(trial), figures, read
        )
        self.absent[identity(_side(trial))][_rate(trial)][trial.seed] = absent
        self.left.pop(identity(_side(trial)), None)

    def up_to(self, seeds: int | None) -> "Measurements":
        """The same without what is known of further seeds."""
        if seeds is None:
            return self
        learning = {side: _first(seeds, found) for side, found in self.learning.items()}
        absent = {side: _first(seeds, found) for side, found in self.absent.items()}
        return Measurements(
            learning=learning, absent=absent, times=self.times, counted=self.counted
        )

    def rates(self, side: LearningSide) -> tuple[float, ...]:
        """The rates that a search left, as this book notes them, the best first."""
        name = identity(side)
        if name not in self.left:
            found = self.learning.get(name, {})
            table = {
                rate: {s: one.scored for s, one in by_seed.items()}
                for rate, by_seed in found.items()
                if by_seed
            }
            raced = bool(table) and is_raced(side.recipe)
            self.left[name] = rates_left(table, side.recipe) if raced else (ONE,)
        return self.left[name]

    def asked(self, sides: Iterable[LearningSide]) -> int | None:
        """The number of seeds, counted up from 0, up to which each of these sides was run; None
        where none was."""
        ran = [
            [self.ran(side, rate) for rate in self.learning.get(identity(side), {})]
            for side in sides
        ]
        return min((1 + max(set().union(*found)) for found in ran if any(found)), default=None)

    def figures(self, side: LearningSide, rate: float, figure: str) -> dict[int, tuple[str, float]]:
        """Of each seed that has this figure the trial's id, and the figure."""
        found = self.learning.get(identity(side), {}).get(rate, {})
        return {
            seed: (one.trial, one.figures[figure])
            for seed, one in found.items()
            if figure in one.figures
        }

    def ran(self, side: LearningSide, rate: float) -> set[int]:
        """Seeds that were run, with whatever came of them."""
        return set(self.learning.get(identity(side), {}).get(rate, {})) | set(
            self.absent.get(identity(side), {}).get(rate, {})
        )

    def lost(self, side: LearningSide, rate: float, seed: int) -> bool:
        """Whether a seed was run and came to nothing."""
        return self.why_absent(side, rate, seed, "").startswith(LOST)

    def why_absent(self, side: LearningSide, rate: float, seed: int, figure: str) -> str:
        """Why a seed has no such figure; "" where nothing is known of that."""
        reasons = self.absent.get(identity(side), {}).get(rate, {}).get(seed, {})
        return reasons.get(figure) or reasons.get("", "")

    def _note_learning(self, result: Result, trial: LearningTrial) -> None:
        if trial.phase != "evaluation":
            return
        if was_tried(result):
            self.note(trial, claim_figures(result), scored(result), claim_absences(result))
        else:  # an older one is not what it gives now
            self.learning[identity(_side(trial))][_rate(trial)].pop(trial.seed, None)
            self.absent[identity(_side(trial))][_rate(trial)][trial.seed] = claim_absences(result)

    def _note_cost(self, result: Result, trial: CostTrial) -> None:
        cells = {cell.row: cell for cell in trial.cells}
        for row in result.costs:
            cell = cells[row.row]
            side = identity(CostSide(cell=cell, measurement=trial.measurement, shape=trial.shape))
            if isinstance(row, TimeRow):
                self.times[side][trial_id(trial)] = TimedRow(trial, cell, row)
            elif isinstance(row, OperationsRow):
                operations = {"parameters": row.parameters, "operations": row.flops}
                self.counted[side][trial_id(trial)] = place_words(trial), operations
            elif isinstance(row, MemoryRow):
                known = {
                    "peak-memory": row.peak_bytes,
                    "saved-memory": row.saved_bytes,
                    "state-memory": row.state_bytes,
                }
                bytes_ = {name: b for name, b in known.items() if b is not None}
                self.counted[side][trial_id(trial)] = place_words(trial), bytes_

    def paired(self, first: CostSide, second: CostSide) -> dict[str, dict[str, float]]:
        """Log of the first's time over the second's in each process that has both, by trial and by
        session, threads and device, which have to agree like days."""
        ours, theirs = self.times.get(identity(first), {}), self.times.get(identity(second), {})
        logs: dict[str, dict[str, float]] = defaultdict(dict)
        for name in sorted(set(ours) & set(theirs)):
            in_turns = np.log(ours[name].seconds) - np.log(theirs[name].seconds)
            trial = ours[name].trial
            logs[f"{trial.session}{place_words(trial)}"][name] = float(np.median(in_turns))
        return logs


def _first(seeds: int, found: ByRate[Noted]) -> ByRate[Noted]:
    return {
        rate: {s: one for s, one in by_seed.items() if s < seeds} for rate, by_seed in found.items()
    }


def _rate(trial: LearningTrial) -> float:
    return trial.learning_rate if is_raced(trial.recipe) else ONE


def _side(trial: LearningTrial) -> LearningSide:
    return LearningSide(cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe)
