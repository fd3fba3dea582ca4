"""Measurements as claims use them: figures by cell, task and seed; costs by cell and shape."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from rnnbench.findings.claims.evaluations import (
    ONE_RATE,
    ByRate,
    Evaluated,
    Figures,
    first_seeds,
    rate_of,
    side_of,
)
from rnnbench.findings.claims.trial_figures import (
    LOST,
    claim_absences,
    claim_figures,
    counted_figures,
)
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


@dataclass
class Measurements:
    """Figures by the identity of a side, which is a cell under a setting.

    learning: by side, learning rate and seed: the evaluation.
    absent:   by side, learning rate and seed: why figures are absent, by their names; "" means
              all of them.
    times:    by side and trial: the replicate.
    counted:  by side and trial: threads and device in words, with bytes, parameters, operations.
    left:     by side, filled on demand: the rates that its search left, the best first.
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
        """Return the measurements of these results; a later evaluation of a seed replaces it."""
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
        """Add an evaluation, with the reasons why figures are absent."""
        key = identity(side_of(trial))
        rate = rate_of(trial)
        self.learning[key][rate][trial.seed] = Evaluated(trial_id(trial), figures, read)
        self.absent[key][rate][trial.seed] = absent
        self.left.pop(key, None)

    def up_to(self, seeds: int | None) -> "Measurements":
        """Return the measurements of the first seeds; None keeps all of them."""
        if seeds is None:
            return self
        learning = {key: first_seeds(seeds, by_rate) for key, by_rate in self.learning.items()}
        absent = {key: first_seeds(seeds, by_rate) for key, by_rate in self.absent.items()}
        return Measurements(
            learning=learning, absent=absent, times=self.times, counted=self.counted
        )

    def rates(self, side: LearningSide) -> tuple[float, ...]:
        """Return the learning rates that a search left, the best first."""
        key = identity(side)
        if key not in self.left:
            table: dict[float, dict[int, Scored]] = {}
            for rate, by_seed in self.learning.get(key, {}).items():
                if by_seed:
                    table[rate] = {seed: one.scored for seed, one in by_seed.items()}
            raced = bool(table) and is_raced(side.recipe)
            self.left[key] = rates_left(table, side.recipe) if raced else (ONE_RATE,)
        return self.left[key]

    def asked(self, sides: Iterable[LearningSide]) -> int | None:
        """Return the number of seeds, counted from 0, for which each of these sides was run.

        None where none was run.
        """
        counts = []
        for side in sides:
            ran = [self.ran(side, rate) for rate in self.learning.get(identity(side), {})]
            if any(ran):
                counts.append(1 + max(set().union(*ran)))
        return min(counts, default=None)

    def complete(self, sides: Iterable[LearningSide]) -> int:
        """Return the number of seeds, counted from 0 without a gap, that every side was run at."""
        counts = []
        for side in sides:
            by_rate = self.learning.get(identity(side), {})
            ran = set().union(*(self.ran(side, rate) for rate in by_rate))
            counts.append(next(seed for seed in count() if seed not in ran))
        return min(counts, default=0)

    def figures(self, side: LearningSide, rate: float, figure: str) -> dict[int, tuple[str, float]]:
        """Return the trial's id and the figure, by seed, of the seeds that have this figure."""
        return {
            seed: (one.trial, one.figures[figure])
            for seed, one in self.learning.get(identity(side), {}).get(rate, {}).items()
            if figure in one.figures
        }

    def ran(self, side: LearningSide, rate: float) -> set[int]:
        """Return the seeds that were run, whatever their outcome."""
        key = identity(side)
        evaluated = self.learning.get(key, {}).get(rate, {})
        absent = self.absent.get(key, {}).get(rate, {})
        return set(evaluated) | set(absent)

    def lost(self, side: LearningSide, rate: float, seed: int) -> bool:
        """Whether a seed was run and gave no figure at all."""
        return self.why_absent(side, rate, seed, "").startswith(LOST)

    def why_absent(self, side: LearningSide, rate: float, seed: int, figure: str) -> str:
        """Return why a seed has no such figure; "" where no reason was recorded."""
        reasons = self.absent.get(identity(side), {}).get(rate, {}).get(seed, {})
        return reasons.get(figure) or reasons.get("", "")

    def paired(self, first: CostSide, second: CostSide) -> dict[str, dict[str, float]]:
        """Return log-ratios of the times of two cells that were measured in one process.

        They are by place, and by trial: a place is a session with its threads and device, which all
        have to agree, like sessions.
        """
        ours = self.times.get(identity(first), {})
        theirs = self.times.get(identity(second), {})
        logs: dict[str, dict[str, float]] = defaultdict(dict)
        for name in sorted(set(ours) & set(theirs)):
            step_by_step = np.log(ours[name].seconds) - np.log(theirs[name].seconds)
            trial = ours[name].trial
            logs[f"{trial.session}{place_words(trial)}"][name] = float(np.median(step_by_step))
        return logs

    def _note_learning(self, result: Result, trial: LearningTrial) -> None:
        if trial.phase != "evaluation":
            return
        if was_tried(result):
            self.note(trial, claim_figures(result), scored(result), claim_absences(result))
            return
        key = identity(side_of(trial))
        rate = rate_of(trial)
        # An earlier evaluation of this seed is outdated.
        self.learning[key][rate].pop(trial.seed, None)
        self.absent[key][rate][trial.seed] = claim_absences(result)

    def _note_cost(self, result: Result, trial: CostTrial) -> None:
        cells = {cell.row: cell for cell in trial.cells}
        for row in result.costs:
            cell = cells[row.row]
            key = identity(CostSide(cell=cell, measurement=trial.measurement, shape=trial.shape))
            if isinstance(row, TimeRow):
                self.times[key][trial_id(trial)] = TimedRow(trial, cell, row)
            elif isinstance(row, OperationsRow | MemoryRow):
                self.counted[key][trial_id(trial)] = place_words(trial), counted_figures(row)
