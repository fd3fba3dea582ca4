"""Cost results of several folders: pooled where they were measured on one kind of machine with the
same software, each folder as a session of its own."""

import re
from collections import defaultdict
from collections.abc import Sequence

from rnnbench import text
from rnnbench.combine.groups import (
    Apart,
    Group,
    grouped,
    labels,
    other_sources,
    relabelled,
    replace_trial,
)
from rnnbench.combine.parts import Held, Part
from rnnbench.compare.circumstances import NOT_RECORDED, PROPERTIES_HELD_TO
from rnnbench.findings.cost.grouping import by_setting, cost_trial, place_words
from rnnbench.records import CostTrial


def pooled_cost(
    held: Sequence[Held], parts: Sequence[Part]
) -> tuple[list[Held], list[Held], list[Apart], list[str]]:
    """Return the results as they are compared, those of the largest groups, and what is apart.

    The last list names the folders that became sessions, in a sentence for each set of them.
    """
    by_result = {id(one.result): one for one in held}
    shown: list[Held] = []
    largest: list[Held] = []
    apart = []
    sessions = []
    for of_setting in by_setting(one.result for one in held):
        groups, obstacles = grouped([by_result[id(result)] for result in of_setting], _obstacle)
        trial = cost_trial(of_setting[0])
        subject = f"cost at {trial.shape}{place_words(trial)}"
        apart += [Apart(subject, first, second, why) for first, second, why in obstacles]
        named = labels(groups, parts) if len(groups) > 1 else [""]
        for place, (group, label) in enumerate(zip(groups, named, strict=True)):
            made = _by_session(group, parts)
            if len(group.parts) > 1:
                names = text.enumerated([parts[part].name for part in group.parts])
                sessions.append(
                    f"Cost measurements of {names} are sessions of their own: they were made under"
                    " the same circumstances, and times move from one session to another."
                )
            if label:
                made = [relabelled(one, label) for one in made]
            shown += made
            if place == 0:
                largest += made
    return shown, largest, apart, list(dict.fromkeys(sessions))


def _by_session(group: Group, parts: Sequence[Part]) -> list[Held]:
    """Return the results of a group, those of each folder in a session of its own.

    A session that has a name keeps it, unless two folders hold other results of one of its trials.
    """
    if len(group.parts) == 1:
        return group.held
    holders: dict[str, set[int]] = defaultdict(set)
    for one in group.held:
        holders[one.identity].add(one.part)
    collided = {_session(one.trial) for one in group.held if len(holders[one.identity]) > 1}
    made = []
    for one in group.held:
        session = _session(one.trial)
        if session and session not in collided:
            made.append(one)
            continue
        folder = re.sub(r"[^A-Za-z0-9_]+", "-", parts[one.part].name).strip("-")
        made.append(replace_trial(one, session="-".join(filter(None, (session, folder)))))
    return made


def _session(trial: object) -> str:
    assert isinstance(trial, CostTrial)
    return trial.session


def _obstacle(ours: Sequence[Held], theirs: Sequence[Held]) -> str:
    differing = []
    for name, property_of in PROPERTIES_HELD_TO.items():
        in_ours = _known({property_of(one.result) for one in ours})
        in_theirs = _known({property_of(one.result) for one in theirs})
        if in_ours and in_theirs and in_ours != in_theirs:
            differing.append(f"{name} ({', '.join(in_ours)} and {', '.join(in_theirs)})")
    if differing:
        return f"they were measured under other circumstances: {text.listed(differing)}"
    return other_sources(ours, theirs)


def _known(values: set[str]) -> list[str]:
    """Return the values that were recorded; counts are made without the accelerator."""
    return sorted(values - {"", NOT_RECORDED})
