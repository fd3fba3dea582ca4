"""Which results may be compared: those of trials that are equal but for the cell and the seed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rnnbench.findings.learning.race import rates_left
from rnnbench.findings.learning.scored import is_raced, scored
from rnnbench.findings.rows import rows
from rnnbench.records import CellUse, Dial, Learning, LearningTrial, Result, canonical


def learning_trial(result: Result) -> LearningTrial:
    """The trial of a learning result."""
    assert isinstance(result.trial, LearningTrial)
    return result.trial


def learning_of(result: Result) -> Learning | None:
    """The figures of a trial that ran to its end, diverged, or was given up by a rule; one cut
    short gives none."""
    return result.learning if result.status in ("ok", "diverged", "stopped") else None


def by_setting(results: Sequence[Result]) -> list[list[Result]]:
    """Groups of results whose trials share everything but cell and seed (and the learning rate,
    where each cell has its own by a search), in the order of task and horizon."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        groups[canonical(setting_of(learning_trial(result)))].append(result)

    def place(item: tuple[bytes, list[Result]]) -> tuple[str, int, bytes]:
        trial = learning_trial(item[1][0])
        return trial.task, horizon(trial) or 0, item[0]

    return [group for _, group in sorted(groups.items(), key=place)]


def setting_of(trial: LearningTrial) -> LearningTrial:
    """What all trials of a group share: without cell and seed, nor a learning rate that a search
    found."""
    return msgspec.structs.replace(
        trial, cell=CellUse(name=""), seed=0, learning_rate=common_rate(trial) or 1.0
    )


def by_cell(group: Sequence[Result]) -> dict[str, list[Result]]:
    """The results of each cell by its row, at the rate that its search chose, in the order of
    rows."""
    return {row: found.results[0] for row, found in by_cell_and_rate(group).items()}


class Tried(NamedTuple):
    """The evaluations of a cell under one setting.

    results: of each rate that its search left, the best first; of several of one seed, the one that
             is newest.
    all:     those at other rates too.
    """

    results: tuple[list[Result], ...]
    all: list[Result]


def by_cell_and_rate(group: Sequence[Result]) -> dict[str, Tried]:
    """The same at each rate that the search of a cell left."""
    named = rows([learning_trial(result).cell for result in group])
    cells: dict[str, list[Result]] = defaultdict(list)
    for result in group:
        cells[named[canonical(learning_trial(result).cell)]].append(result)
    return {row: tried(results) for row, results in sorted(cells.items())}


def tried(results: Sequence[Result]) -> Tried:
    """The evaluations of one cell under one setting, by the rates that its search left."""
    recipe = learning_trial(results[0]).recipe
    newest: dict[float, dict[int, Result]] = defaultdict(dict)
    for result in sorted(results, key=lambda result: result.started):
        trial = learning_trial(result)
        newest[trial.learning_rate if is_raced(recipe) else 0.0][trial.seed] = result
    everything = [result for by_seed in newest.values() for result in by_seed.values()]
    table = {
        rate: {seed: scored(result) for seed, result in by_seed.items() if was_tried(result)}
        for rate, by_seed in newest.items()
    }
    trained = {rate: found for rate, found in table.items() if found}
    if not is_raced(recipe) or not trained:
        alone = {learning_trial(result).seed: result for result in everything}
        return Tried((list(alone.values()),), everything)
    return Tried(
        tuple(list(newest[rate].values()) for rate in rates_left(trained, recipe)), everything
    )


def was_tried(result: Result) -> bool:
    """Whether a trial was run; one without its data, or on a rung that was not climbed, was not."""
    return result.status != "skipped" and not (
        result.status == "stopped" and result.learning is None
    )


def titles(groups: Sequence[Sequence[Result]]) -> list[str]:
    """A title for each group: its task, and those settings in which groups of this task differ."""
    trials = [learning_trial(group[0]) for group in groups]
    settings = [_settings(trial) for trial in trials]
    made = []
    for trial, setting in zip(trials, settings, strict=True):
        others = [s for t, s in zip(trials, settings, strict=True) if t.task == trial.task]
        different = {
            key: value for key, value in setting.items() if any(s.get(key) != value for s in others)
        }
        made.append(
            ", ".join(
                [
                    trial.task,
                    *(f"{key.replace('_', ' ')} {value}" for key, value in different.items()),
                ]
            )
        )
    return made


def horizon(trial: LearningTrial) -> int | None:
    """The horizon, where it is a dial."""
    value = trial.dials.get("horizon")
    return int(value) if isinstance(value, int | float) else None


def common_rate(trial: LearningTrial) -> float | None:
    """The learning rate that cells have in common; None where each has its own by a search."""
    return None if trial.recipe.tune else trial.learning_rate


def _settings(trial: LearningTrial) -> dict[str, Dial]:
    """Everything that two trials of one task may differ in, flat."""
    return {
        **trial.dials,
        **msgspec.structs.asdict(trial.recipe),
        "learning_rate": common_rate(trial),
        "threads": trial.threads,
        "device": trial.device,
        "label": trial.label,
    }
