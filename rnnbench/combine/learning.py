"""Learning results of several folders: seeds are pooled, from any machines, unless the source of a
cell or task differs, or one trial gave other figures in two folders."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from msgspec.structs import replace

from rnnbench.combine.groups import Apart, Group, grouped, labels, other_sources, relabelled
from rnnbench.combine.parts import Held, Part
from rnnbench.findings.learning.grouping import learning_trial, setting_of, was_tried
from rnnbench.records import Learning, Result, canonical


def pooled_learning(
    held: Sequence[Held], parts: Sequence[Part], *, leave_out: bool
) -> tuple[list[Held], list[Held], list[Apart]]:
    """Return the results as they are compared, those of the largest groups, and what is apart.

    Groups that must not be pooled get labels, by which they are conditions of their own.

    leave_out: keep the largest group alone instead: a claim takes one result of each seed.
    """
    settings: dict[bytes, list[Held]] = defaultdict(list)
    for one in held:
        settings[_setting(one.result)].append(one)
    shown: list[Held] = []
    largest: list[Held] = []
    apart = []
    for of_setting in settings.values():
        groups, obstacles = grouped(of_setting, _obstacle)
        task = learning_trial(of_setting[0].result).task
        apart += [Apart(task, first, second, why) for first, second, why in obstacles]
        if leave_out:
            groups = groups[:1]
        separate = _separate(groups, parts)
        shown += chain.from_iterable(separate)
        largest += separate[0]
    return shown, largest, apart


def _setting(result: Result) -> bytes:
    """Return what the trials of one task share whatever their horizon; searches are among them."""
    trial = learning_trial(result)
    dials = {name: value for name, value in trial.dials.items() if name != "horizon"}
    return canonical(setting_of(replace(trial, dials=dials, phase="evaluation")))


def _separate(groups: Sequence[Group], parts: Sequence[Part]) -> list[list[Held]]:
    if len(groups) == 1:
        return [_once(groups[0].held)]
    made = []
    for group, label in zip(groups, labels(groups, parts), strict=True):
        made.append([relabelled(one, label) for one in _once(group.held)])
    return made


def _once(held: Sequence[Held]) -> list[Held]:
    """Return one result of each trial: one that was tried, and of these the first."""
    by_id: dict[str, Held] = {}
    for one in sorted(held, key=lambda one: (not was_tried(one.result), one.result.started)):
        by_id.setdefault(one.identity, one)
    return list(by_id.values())


def _obstacle(ours: Sequence[Held], theirs: Sequence[Held]) -> str:
    if other := other_sources(ours, theirs):
        return other
    by_id = {one.identity: one.result for one in ours}
    for one in theirs:
        if one.identity in by_id and _differ(by_id[one.identity], one.result):
            return "both hold trials of the same id with other figures"
    return ""


def _differ(one: Result, other: Result) -> bool:
    """Whether two results of a trial that was tried twice disagree."""
    if not was_tried(one) or not was_tried(other):
        return False
    return (one.status, _figures(one)) != (other.status, _figures(other))


def _figures(result: Result) -> Learning | None:
    return result.learning.figures if result.learning else None
