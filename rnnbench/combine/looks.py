"""Looks at the verdicts of several folders, and the look that a combined report is.

A condition that is told apart has another id than in its folder, where it bears no label.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from rnnbench.combine.parts import Held, Part
from rnnbench.errors import RnnbenchError
from rnnbench.findings.learning.grouping import setting_of
from rnnbench.records import LearningTrial, Look, Looked, Trial, trial_id
from rnnbench.store import keep_look


class Shown(NamedTuple):
    """A condition of a folder, by the number of its part, and its id there and in the report."""

    part: int
    there: str
    here: str


def shown_conditions(held: Sequence[Held]) -> frozenset[Shown]:
    """Return the conditions of each folder that enter a report."""
    pairs: dict[tuple[int, str], Shown] = {}
    for one in held:
        trial = one.result.trial
        if isinstance(trial, LearningTrial) and trial.phase == "evaluation":
            shown = Shown(one.part, _condition(one.trial), _condition(trial))
            pairs[one.part, shown.there] = shown
    return frozenset(pairs.values())


def _condition(trial: Trial) -> str:
    assert isinstance(trial, LearningTrial)
    return trial_id(setting_of(trial))


def looked(parts: Sequence[Part], conditions: frozenset[Shown]) -> Looked:
    """Return the looks at any of these folders, with the largest planned number of seeds."""
    here = {(shown.part, shown.there): shown.here for shown in conditions}
    looks: dict[tuple[str, tuple[tuple[str, int], ...]], Look] = {}
    for number, part in enumerate(parts):
        for look in part.contents.looked.looks:
            condition = here.get((number, look.condition), look.condition)
            looks[condition, tuple(look.seeds.items())] = replace(look, condition=condition)
    planned = max(part.contents.looked.planned for part in parts)
    return Looked(planned=planned, looks=tuple(looks.values()))


def keep_looks(
    parts: Sequence[Part], conditions: frozenset[Shown], looks: Mapping[str, Look]
) -> list[str]:
    """Keep these looks, by the condition of the report, in each folder that has the condition.

    Returns a sentence for each folder where that fails.
    """
    of_part: dict[int, list[Look]] = defaultdict(list)
    for shown in sorted(conditions):
        if shown.here in looks:
            of_part[shown.part].append(replace(looks[shown.here], condition=shown.there))
    problems = []
    for number, found in of_part.items():
        try:
            keep_look(parts[number].store.folder, found)
        except RnnbenchError as error:
            problems.append(
                f"{error}; this look at the verdicts is not recorded, and the next one will not"
                " allow for it."
            )
    return problems
