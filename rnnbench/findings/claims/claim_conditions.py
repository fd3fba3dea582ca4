"""The conditions of learning results, reduced to what one claim compares under each of them."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.findings.learning.conditions import evaluated
from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.learning.records import Arm, Condition
from rnnbench.findings.rows import rows
from rnnbench.records import (
    Claim,
    Figure,
    LearningSide,
    LearningTrial,
    Question,
    Reading,
    Result,
    canonical,
    identity,
)

NOT_IN_LABELS = ("threshold", "shape", "kernel")
"""Facets in which conditions of the same trainings differ."""


class ClaimConditions:
    """Finds the conditions, and the arms in them, that the questions of a claim are about.

    conditions: those of the same results, in the order of `evaluated`.
    """

    def __init__(self, results: Sequence[Result], conditions: Sequence[Condition]) -> None:
        self._conditions = conditions
        self._rows_by_side: dict[bytes, dict[int, str]] = defaultdict(dict)
        learning = [result for result in results if isinstance(result.trial, LearningTrial)]
        for place, (_, group) in enumerate(evaluated(learning)):
            row_names = rows(learning_trial(result).cell for result in group)
            for result in group:
                trial = learning_trial(result)
                side = LearningSide(
                    cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe
                )
                self._rows_by_side[identity(side)][place] = row_names[canonical(trial.cell)]

    def reduced(
        self, claim: Claim, figures: Sequence[Figure], *, deciding_metric: bool = False
    ) -> list[Condition]:
        """Return the conditions under which a claim asks for one of these figures.

        Each is reduced to the cells of the claim, and to the pairs that it compares. With
        `deciding_metric`, only readings of the metric that decides the task count.
        """
        cells: dict[int, set[str]] = defaultdict(set)
        pairs: dict[int, set[frozenset[str]]] = defaultdict(set)
        questions: dict[int, list[Question]] = defaultdict(list)
        for reading, question in _questions(claim, figures):
            for place, names in self._rows(question).items():
                if deciding_metric and not self._reads_deciding_metric(reading, place):
                    continue
                cells[place] |= set(names)
                pairs[place].add(frozenset(names))
                questions[place].append(question)
        return [
            _reduce(self._conditions[place], cells[place], pairs[place], label(questions[place]))
            for place in sorted(cells)
        ]

    def arms(self, question: Question) -> list[Arm]:
        """Return the arms of a question's cells, the first cell before the second."""
        found = []
        for side in _learning_sides(question):
            for place, row in self._rows_by_side.get(identity(side), {}).items():
                found.append(_arm(self._conditions[place], row))
        return found

    def arms_by_condition(self, question: Question) -> list[list[Arm]]:
        """Return the arms of a question's cells, those of each condition together."""
        found = []
        for place, names in self._rows(question).items():
            condition = self._conditions[place]
            found.append([_arm(condition, row) for row in names])
        return found

    def _rows(self, question: Question) -> dict[int, list[str]]:
        """Return the rows of a question's cells, by the place of their condition."""
        found: dict[int, list[str]] = defaultdict(list)
        for side in _learning_sides(question):
            for place, row in self._rows_by_side.get(identity(side), {}).items():
                found[place].append(row)
        return found

    def _reads_deciding_metric(self, reading: Reading, place: int) -> bool:
        return reading.metric in ("", self._conditions[place].metrics[0].name)


def label(questions: Sequence[Question]) -> str:
    """Return the facets that these questions share, in words: `adding, horizon 50`.

    Thresholds of the same trainings share all facets but the threshold.
    """
    words = []
    for name, value in questions[0].facets.items():
        is_shared = all(question.facets.get(name) == value for question in questions)
        if name in NOT_IN_LABELS or not is_shared:
            continue
        words.append(value if name == "task" else f"{name} {value}")
    return ", ".join(words)


def _questions(claim: Claim, figures: Sequence[Figure]) -> list[tuple[Reading, Question]]:
    """Return the questions of the readings of these figures, each with its reading."""
    found = []
    for reading in claim.readings:
        if reading.figure in figures:
            found += [(reading, question) for question in reading.questions]
    return found


def _learning_sides(question: Question) -> list[LearningSide]:
    return [side for side in (question.first, question.second) if isinstance(side, LearningSide)]


def _reduce(
    condition: Condition, cells: set[str], pairs: set[frozenset[str]], title: str
) -> Condition:
    return replace(
        condition,
        arms=tuple(arm for arm in condition.arms if arm.row in cells),
        ratios=tuple(
            pair for pair in condition.ratios if frozenset({pair.row, pair.other}) in pairs
        ),
        title=title,
    )


def _arm(condition: Condition, row: str) -> Arm:
    return next(arm for arm in condition.arms if arm.row == row)
