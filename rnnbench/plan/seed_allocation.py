"""How many seeds each cell needs on each task: those of the suite, or as many as its claims need to
be decided.

Claims are looked at each time a batch of seeds is complete, and the error that is allowed in all is
spent over these looks, so that looking often does not decide by luck (docs/decisions/0014).
"""

from collections.abc import Iterable
from itertools import product

from rnnbench.findings import Measurements, is_raced, is_settled, looks_ahead
from rnnbench.plan.known import Index
from rnnbench.plan.search import scored
from rnnbench.plan.search_state import SearchState
from rnnbench.plan.trials import learning_trial
from rnnbench.records import CellUse, Claim, LearningSide, Suite, TaskUse, identity, trial_id


class SeedAllocation:
    """Seeds by what is known."""

    def __init__(self, suite: Suite, index: Index, standing: SearchState) -> None:
        self._suite, self._index, self._search_state = suite, index, standing
        self._uses = {
            identity(_side(use, cell)): use for use in suite.tasks for cell in suite.cells_on(use)
        }
        self._counts: dict[bytes, int] = {}
        for claim in suite.claims if suite.until_decided else ():
            count = self._count(claim)
            for side in claim.sides:
                self._counts[identity(side)] = max(self._counts.get(identity(side), 0), count)

    def seeds(self, use: TaskUse, cell: CellUse) -> tuple[int, ...]:
        """The seeds at which a cell is to be evaluated on a task, as far as is known."""
        if self._suite.until_decided is None:
            return self._suite.seeds
        return tuple(range(self._counts[identity(_side(use, cell))]))

    def _count(self, claim: Claim) -> int:
        """Seeds up to the first look that is not complete, or at which the claim is settled."""
        looks = looks_ahead(claim, len(self._suite.seeds))
        for seeds in looks:
            measurements = self._measurements(claim, seeds)
            if measurements is None or is_settled(claim, measurements, seeds):
                return seeds
        return looks[-1]

    def _measurements(self, claim: Claim, seeds: int) -> Measurements | None:
        """The figures of a claim at so many seeds; None where some evaluation is not done."""
        measurements = Measurements()
        for side in claim.sides:
            use = self._uses[identity(side)]
            trainings = self._trainings(use, side.cell, seeds)
            if trainings is None:
                return None
            for rate, seed in trainings:
                trial = learning_trial(self._suite, use, side.cell, seed, rate)
                outcome = self._index.get(trial_id(trial))
                if outcome is None:
                    return None
                measurements.note(trial, outcome.figures, scored(outcome), outcome.absences)
        return measurements

    def _trainings(
        self, use: TaskUse, cell: CellUse, seeds: int
    ) -> Iterable[tuple[float, int]] | None:
        """The rates and seeds of a cell's evaluation at so many seeds; None while its search is not
        complete."""
        if is_raced(use.recipe):
            found = self._search_state.raced(use, cell, range(seeds))
            return found.trainings if found.complete else None
        rates = self._search_state.rates(use, cell)
        return None if rates is None else product(rates, range(seeds))


def _side(use: TaskUse, cell: CellUse) -> LearningSide:
    return LearningSide(cell=cell, task=use.name, dials=use.dials, recipe=use.recipe)
