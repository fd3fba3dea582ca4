"""How each trial ended, and which figures it is part of."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench.findings.cost.costs import titled
from rnnbench.findings.cost.grouping import by_setting, cost_trial
from rnnbench.findings.learning.conditions import Groups
from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.records import TrialOutcome
from rnnbench.findings.rows import rows
from rnnbench.records import LearningTrial, Result, canonical, trial_id

TAIL_CHARACTERS = 3000
WITH_FIGURES = ("ok", "stopped")

Shown = tuple[str, str]
"""The title of a condition or of a cost finding, and the row of a cell."""


def outcomes(results: Sequence[Result], groups: Groups) -> tuple[TrialOutcome, ...]:
    """Return how each trial ended, in the order of the results.

    groups: the evaluations among them, by setting.
    """
    costly = [result for result in results if not isinstance(result.trial, LearningTrial)]
    places = dict(chain(_places(groups), _cost_places(costly)))
    return tuple(_outcome(result, *places.get(id(result), ("", ""))) for result in results)


def _places(groups: Groups) -> Iterator[tuple[int, Shown]]:
    for title, group in groups:
        named = rows([learning_trial(result).cell for result in group])
        for result in group:
            yield id(result), (title, named[canonical(learning_trial(result).cell)])


def _cost_places(results: Sequence[Result]) -> Iterator[tuple[int, Shown]]:
    """Yield where the figures of cost trials stand, and of those that failed would stand."""
    titles = {}
    with_figures = set()
    for title, group in titled(results):
        titles[id(group[0])] = title
        for result in group:
            with_figures.add(id(result))
            yield id(result), (title, _only_row(result))
    others = [result for result in results if id(result) not in with_figures]
    first = [result for result in results if id(result) in titles]
    for group in by_setting([*first, *others]):
        title = titles.get(id(group[0]), "")
        for result in group:
            if id(result) not in with_figures:
                yield id(result), (title, _only_row(result) if title else "")


def _only_row(result: Result) -> str:
    """Return the row of the cell of a cost trial; "" where it measures several."""
    cells = cost_trial(result).cells
    return cells[0].row if len(cells) == 1 else ""


def _outcome(result: Result, setting: str, row: str) -> TrialOutcome:
    trial = result.trial
    learning = result.learning
    training = trial if isinstance(trial, LearningTrial) else None
    failed = result.status not in WITH_FIGURES
    return TrialOutcome(
        trial=trial_id(trial),
        status=result.status,
        reason=result.reason,
        absent=result.absent,
        seconds=result.seconds.process,
        setting=setting,
        row=row,
        seed=training.seed if training else None,
        rate=training.learning_rate if training else None,
        score=learning.test.get(learning.metrics[0].name) if learning else None,
        epochs=learning.epochs_to_target if learning else None,
        traceback=result.traceback[-TAIL_CHARACTERS:] if failed else "",
        output=result.output[-TAIL_CHARACTERS:] if failed else "",
    )
