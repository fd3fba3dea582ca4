"""What has been measured, by what claims ask for: learning by cell, task and seed; cost by cell and shape."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from rnnbench.findings.claim_figures import claim_absences, claim_figures
from rnnbench.findings.cost import place_words
from rnnbench.findings.paces import Seen
from rnnbench.records import (
    CostSide,
    CostTrial,
    LearningSide,
    LearningTrial,
    MemoryRow,
    OperationsRow,
    Result,
    TimeRow,
    trial_id,
)

Figures = Mapping[str, float]


@dataclass
class Book:
    """Figures by side.

    learning: by seed: the trial's id and its figures.
    absent:   by seed: why figures are not there, by their names; "" stands for all of them.
    times:    by trial: the replicate.
    counted:  by trial: threads and device in words, and bytes, parameters, operations.
    """

    learning: dict[bytes, dict[int, tuple[str, Figures]]] = field(default_factory=lambda: defaultdict(dict))
    absent: dict[bytes, dict[int, Mapping[str, str]]] = field(default_factory=lambda: defaultdict(dict))
    times: dict[bytes, dict[str, Seen]] = field(default_factory=lambda: defaultdict(dict))
    counted: dict[bytes, dict[str, tuple[str, Figures]]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Book":
        """All that these results hold; of several evaluations of one seed, the newest."""
        book = cls()
        for result in sorted(results, key=lambda result: result.started):
            if isinstance(result.trial, LearningTrial):
                book._note_learning(result, result.trial)
            else:
                book._note_cost(result, result.trial)
        return book

    def note(self, trial: LearningTrial, figures: Figures) -> None:
        """Take in the figures of an evaluation."""
        self.learning[key(_side(trial))][trial.seed] = trial_id(trial), figures

    def up_to(self, seeds: int | None) -> "Book":
        """The same without what is known of further seeds."""
        if seeds is None:
            return self
        learning = {side: {s: f for s, f in found.items() if s < seeds} for side, found in self.learning.items()}
        absent = {side: {s: why for s, why in found.items() if s < seeds} for side, found in self.absent.items()}
        return Book(learning=learning, absent=absent, times=self.times, counted=self.counted)

    def why_absent(self, side: LearningSide, seed: int, figure: str) -> str:
        """Why a seed has no such figure; "" where nothing is known of that."""
        reasons = self.absent.get(key(side), {}).get(seed, {})
        return reasons.get(figure) or reasons.get("", "")

    def _note_learning(self, result: Result, trial: LearningTrial) -> None:
        if trial.phase != "evaluation":
            return
        if figures := claim_figures(result):
            self.note(trial, figures)
        else:
            self.learning[key(_side(trial))].pop(trial.seed, None)  # an older one is not what it gives now
        self.absent[key(_side(trial))][trial.seed] = claim_absences(result)

    def _note_cost(self, result: Result, trial: CostTrial) -> None:
        cells = {cell.row: cell for cell in trial.cells}
        for row in result.costs:
            cell = cells[row.row]
            side = key(CostSide(cell=cell, measurement=trial.measurement, shape=trial.shape))
            if isinstance(row, TimeRow):
                self.times[side][trial_id(trial)] = Seen(trial, cell, row)
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
        """Log of the first's time over the second's in each process that has both, by trial and by occasion, threads
        and device, which have to agree like days."""
        ours, theirs = self.times.get(key(first), {}), self.times.get(key(second), {})
        logs: dict[str, dict[str, float]] = defaultdict(dict)
        for identity in sorted(set(ours) & set(theirs)):
            in_turns = np.log(ours[identity].seconds) - np.log(theirs[identity].seconds)
            trial = ours[identity].trial
            logs[f"{trial.occasion}{place_words(trial)}"][identity] = float(np.median(in_turns))
        return logs


def _side(trial: LearningTrial) -> LearningSide:
    return LearningSide(cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe)


def key(side: LearningSide | CostSide) -> bytes:
    """Equal sides, and only those, share it; what cells are called does not matter."""
    bare = msgspec.structs.replace(side, cell=msgspec.structs.replace(side.cell, label=""))
    return msgspec.json.encode(bare, order="deterministic")
