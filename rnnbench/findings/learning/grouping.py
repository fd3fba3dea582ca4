"""Groups results that may be compared: their trials are equal but for the cell and the seed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rnnbench.findings.learning.race import rates_left
from rnnbench.findings.learning.scored import is_raced, scored
from rnnbench.findings.rows import rows
from rnnbench.records import CellUse, Dial, Learning, LearningTrial, Result, canonical

SIZES = {"parameters": "parameters", "state": "state_floats", "hidden": "hidden_size"}
"""The key of the recipe that has the size of models, by what it matches."""


def learning_trial(result: Result) -> LearningTrial:
    """Return the trial of a learning result."""
    assert isinstance(result.trial, LearningTrial)
    return result.trial


def learning_of(result: Result) -> Learning | None:
    """Return the figures of a trial that ran to its end, diverged, or was given up by a rule.

    A trial that was cut short gives none.
    """
    return result.learning if result.status in ("ok", "diverged", "stopped") else None


def records_of(results: Sequence[Result]) -> list[Learning]:
    """Return the figures of those trials that give some."""
    records = [learning_of(result) for result in results]
    return [learning for learning in records if learning]


def by_setting(results: Sequence[Result]) -> list[list[Result]]:
    """Group results whose trials share everything but cell and seed.

    Learning rates may differ too, where each cell has its own by a search. Groups are in the order
    of task and horizon.
    """
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        groups[canonical(setting_of(learning_trial(result)))].append(result)

    def order(item: tuple[bytes, list[Result]]) -> tuple[str, int, bytes]:
        setting, group = item
        trial = learning_trial(group[0])
        return trial.task, horizon(trial) or 0, setting

    return [group for _, group in sorted(groups.items(), key=order)]


def setting_of(trial: LearningTrial) -> LearningTrial:
    """Return what all trials of a group share.

    Left out are cell and seed, and a learning rate that a search found.
    """
    return msgspec.structs.replace(
        trial, cell=CellUse(name=""), seed=0, learning_rate=common_rate(trial) or 1.0
    )


def by_cell(group: Sequence[Result]) -> dict[str, list[Result]]:
    """Return the results of each cell at the rate that its search chose, in the order of rows."""
    return {row: tried.results[0] for row, tried in by_cell_and_rate(group).items()}


class Tried(NamedTuple):
    """The evaluations of a cell under one setting.

    results: at each rate that its search left, the best rate first; the newest result of each seed.
    all:     results at every rate.
    """

    results: tuple[list[Result], ...]
    all: list[Result]


def by_cell_and_rate(group: Sequence[Result]) -> dict[str, Tried]:
    """Return the evaluations of each cell, by the rates that its search left."""
    named = rows([learning_trial(result).cell for result in group])
    cells: dict[str, list[Result]] = defaultdict(list)
    for result in group:
        cells[named[canonical(learning_trial(result).cell)]].append(result)
    return {row: tried_rates(results) for row, results in sorted(cells.items())}


def tried_rates(results: Sequence[Result]) -> Tried:
    """Return the evaluations of one cell under one setting, by the rates that its search left."""
    recipe = learning_trial(results[0]).recipe
    newest: dict[float, dict[int, Result]] = defaultdict(dict)
    for result in sorted(results, key=lambda result: result.started):
        trial = learning_trial(result)
        rate = trial.learning_rate if is_raced(recipe) else 0.0
        newest[rate][trial.seed] = result
    everything: list[Result] = []
    trained = {}
    for rate, by_seed in newest.items():
        everything += by_seed.values()
        scores = {seed: scored(result) for seed, result in by_seed.items() if was_tried(result)}
        if scores:
            trained[rate] = scores
    if not is_raced(recipe) or not trained:
        one_by_seed = {learning_trial(result).seed: result for result in everything}
        return Tried((list(one_by_seed.values()),), everything)
    left = rates_left(trained, recipe)
    return Tried(tuple(list(newest[rate].values()) for rate in left), everything)


def was_tried(result: Result) -> bool:
    """Whether a trial was run.

    A trial without its data was not, and neither was one on a rung that was not climbed.
    """
    return result.status != "skipped" and not is_unclimbed(result)


def is_unclimbed(result: Result) -> bool:
    """Whether a trial was not run, as its cell does not solve a shorter horizon."""
    return result.status == "stopped" and result.learning is None


def titles(groups: Sequence[Sequence[Result]]) -> list[str]:
    """Return a title for each group: its task, and the settings in which its groups differ.

    Sizes that are not matched are left out, unless nothing else tells groups apart.
    """
    trials = [learning_trial(group[0]) for group in groups]
    short = _titles(trials, [_without_idle_sizes(_settings(trial)) for trial in trials])
    if len(set(short)) == len(short):
        return short
    return _titles(trials, [_settings(trial) for trial in trials])


def _titles(trials: Sequence[LearningTrial], settings: Sequence[Mapping[str, Dial]]) -> list[str]:
    by_task: dict[str, list[Mapping[str, Dial]]] = defaultdict(list)
    for trial, setting in zip(trials, settings, strict=True):
        by_task[trial.task].append(setting)
    texts = []
    for trial, setting in zip(trials, settings, strict=True):
        parts = [trial.task]
        for key, value in setting.items():
            if any(other.get(key, value) != value for other in by_task[trial.task]):
                parts.append(_in_words(key, value))
        texts.append(", ".join(filter(None, parts)))
    return texts


def _without_idle_sizes(settings: Mapping[str, Dial]) -> dict[str, Dial]:
    """Return settings without the sizes that `match` does not make equal."""
    idle = {key for match, key in SIZES.items() if match != settings["match"]}
    return {key: value for key, value in settings.items() if key not in idle}


def _in_words(key: str, value: Dial) -> str:
    """Return a setting as titles have it; a label is shown as it is."""
    return str(value) if key == "label" else f"{key.replace('_', ' ')} {value}"


def horizon(trial: LearningTrial) -> int | None:
    """Return the horizon of a trial, where its task has such a dial."""
    value = trial.dials.get("horizon")
    return int(value) if isinstance(value, int | float) else None


def common_rate(trial: LearningTrial) -> float | None:
    """Return the learning rate of all cells; None where each has its own by a search."""
    return None if trial.recipe.tune else trial.learning_rate


def _settings(trial: LearningTrial) -> dict[str, Dial]:
    """Return everything in which two trials of one task may differ, without nesting."""
    return {
        **trial.dials,
        **msgspec.structs.asdict(trial.recipe),
        "learning_rate": common_rate(trial),
        "threads": trial.threads,
        "device": trial.device,
        "label": trial.label,
    }
