"""Whole runs that search learning rates and climb ladders."""

from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

import rnnbench
from rnnbench.archives import DataUnavailable
from rnnbench.campaign import Progress
from rnnbench.findings import find
from rnnbench.records import FIRST_TUNING_SEED, LearningTrial, Result, trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices
from rnnbench.training import open_feed
from rnnbench_tasks.long_range.adding import Adding
from tests.builders.campaign import run
from tests.conftest import MakePlugin

TUNED = """
version = 1
summary = "made for a test"
cells = {cells}
seeds = {seeds}
[recipe]
parameters = 300
batch_size = 8
steps_per_epoch = 3
epochs = 3
validation_examples = 16
test_examples = 16
learning_rates = [0.001, 0.01]
{search}
[[tasks]]
name = "{task}"
horizons = {horizons}
ladder = {ladder}
"""


def write(folder: Path, **changes: object) -> Path:
    words = {
        "cells": ["rnn", "gru"],
        "seeds": 2,
        "task": "adding",
        "horizons": [4],
        "ladder": "false",
    }
    words |= {"search": 'search = "tuning-seeds"', **changes}
    path = folder / "tuned.toml"
    path.write_text(TUNED.format(**words))
    return path


def stored(folder: Path) -> list[Result]:
    return list(Store(folder).read())


def trials(folder: Path, phase: str) -> list[LearningTrial]:
    return [
        r.trial
        for r in stored(folder)
        if isinstance(r.trial, LearningTrial) and r.trial.phase == phase
    ]


def test_in_a_race_all_rates_are_tried_on_evaluation_seeds_and_the_worse_ones_given_up(
    tmp_path: Path,
) -> None:
    """Three rates on three seeds, those that are left on all; a second run has nothing to do, and
    more seeds go on."""
    suite = write(tmp_path, search='search = "race"', seeds=4)
    folder = tmp_path / "run"
    suite.write_text(suite.read_text().replace("0.01]", "0.01, 0.1]"))
    suite.write_text(
        suite.read_text().replace("[[tasks]]", "lowest_rate = 0.001\nhighest_rate = 0.1\n[[tasks]]")
    )
    progress, ran = run(suite, folder)
    (condition,) = find(stored(folder)).conditions
    left = sum(len(arm.rates_left) for arm in condition.arms)
    assert progress.total == progress.done == len(ran) == 2 * 3 * 3 + left
    assert 2 <= left < 6
    for arm in condition.arms:
        of_cell = [t for t in trials(folder, "evaluation") if t.cell.name == arm.row]
        by_rate = {
            rate: sorted(t.seed for t in of_cell if t.learning_rate == rate)
            for rate in (0.001, 0.01, 0.1)
        }
        assert set(arm.rates_left) == {rate for rate, seeds in by_rate.items() if len(seeds) == 4}
        assert all(seeds in ([0, 1, 2], [0, 1, 2, 3]) for seeds in by_rate.values())
        assert arm.learning_rate == arm.rates_left[0]
    again, nothing = run(suite, folder)
    assert (nothing, again.kept) == ([], Counter(ok=len(ran)))
    _, more = run(suite, folder, choices=Choices(seeds=5))
    assert len(more) == left


def test_a_suite_searches_by_default_and_evaluates_at_what_it_found(tmp_path: Path) -> None:
    """Search, then evaluation at one rate a cell, which is the one that ranks first by the stored
    results."""
    progress, ran = run(write(tmp_path), tmp_path / "run")
    assert (progress.total, progress.new) == (2 * 4 + 2 * 2, Counter(ok=12))
    for cell in ("rnn", "gru"):
        tuned = [".tune" in identity for identity in ran if f".{cell}." in identity]
        assert (
            tuned == [True] * 4 + [False] * 2
        )  # another cell may be evaluated before this one's search is over
        searched = [
            r
            for r in stored(tmp_path / "run")
            if r.trial.phase == "tuning" and r.trial.cell.name == cell
        ]  # type: ignore[union-attr]
        losses = {
            rate: np.mean(
                [
                    min(e.validation["mse"] for e in r.learning.curve)
                    for r in searched
                    if _rate(r) == rate
                ]
            )  # type: ignore[union-attr]
            for rate in (0.001, 0.01)
        }
        best = min(losses, key=lambda rate: losses[rate])
        evaluated = [t for t in trials(tmp_path / "run", "evaluation") if t.cell.name == cell]
        assert {(t.learning_rate, t.seed) for t in evaluated} == {(best, 0), (best, 1)}


def _rate(result: Result) -> float:
    assert isinstance(result.trial, LearningTrial)
    return result.trial.learning_rate


def test_the_search_leaves_test_data_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test score, no trivial score; the stream of test data is never drawn."""
    from rnnbench.runner import run_trial
    from rnnbench.training import generated_feed

    run(write(tmp_path), tmp_path / "run")
    tuning = [r for r in stored(tmp_path / "run") if r.trial.phase == "tuning"]  # type: ignore[union-attr]
    assert len(tuning) == 8
    assert all(r.learning and r.learning.test == r.learning.trivial == {} for r in tuning)
    assert {r.learning.absent["test"] for r in tuning if r.learning} == {
        "the learning-rate search leaves test data alone"
    }
    drawn: list[str] = []
    stream = generated_feed.data_stream
    monkeypatch.setattr(
        generated_feed,
        "data_stream",
        lambda trial, purpose: drawn.append(purpose) or stream(trial, purpose),
    )
    run_trial(tuning[0].trial)
    assert "test" not in drawn
    run_trial(trials(tmp_path / "run", "evaluation")[0])
    assert "test" in drawn


def test_cells_and_rates_of_a_search_see_the_same_batches(tmp_path: Path) -> None:
    """Common randomness: the stream depends on task and tuning seed, on nothing else; and no
    evaluation repeats it."""
    run(write(tmp_path), tmp_path / "run")
    streams = {
        (trial.phase, trial.seed): b"".join(
            batch.inputs.tobytes() for batch in open_feed(Adding(4), trial, {}).epoch()
        )
        for trial in [*trials(tmp_path / "run", "tuning"), *trials(tmp_path / "run", "evaluation")]
    }
    assert len(set(streams.values())) == len(streams) == 4
    for trial in trials(tmp_path / "run", "tuning"):
        again = b"".join(
            batch.inputs.tobytes() for batch in open_feed(Adding(4), trial, {}).epoch()
        )
        assert again == streams["tuning", trial.seed]
    assert {seed for phase, seed in streams if phase == "tuning"} == {
        FIRST_TUNING_SEED,
        FIRST_TUNING_SEED + 1,
    }


def test_a_search_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    """More seeds are evaluated at the rate that was found; --fresh searches anew."""
    suite = write(tmp_path)
    folder = tmp_path / "run"
    _, first = run(suite, folder)
    progress, more = run(suite, folder, choices=Choices(seeds=3))
    assert len(more) == 2
    assert not any(".tune" in identity for identity in more)
    assert progress.kept == Counter(ok=12)
    again, fresh = run(suite, folder, fresh=True)
    assert sorted(fresh) == sorted(first)
    assert again.kept == Counter()


def test_evaluations_at_a_rate_that_is_no_longer_found_are_discarded(tmp_path: Path) -> None:
    """Otherwise two results would stand for one seed of one cell."""
    suite = write(tmp_path, cells=["gru"])
    folder = tmp_path / "run"
    run(suite, folder)
    (found,) = {t.learning_rate for t in trials(folder, "evaluation")}
    for result in stored(folder):
        if result.trial.phase == "tuning" and _rate(result) == found:  # type: ignore[union-attr]
            Store(folder).write(msgspec.structs.replace(result, status="diverged"))
    progress, ran = run(suite, folder)
    assert len(ran) == 2
    assert {t.learning_rate for t in trials(folder, "evaluation")} == {0.001, 0.01} - {found}
    assert (
        sum(
            "was discarded: the search now finds another rate" in notice
            for notice in progress.notices
        )
        == 2
    )
    (condition,) = find(stored(folder)).conditions
    assert condition.arms[0].seeds == (0, 1)


@pytest.mark.usefixtures("hostile_cells")
def test_a_cell_that_fails_its_search_is_evaluated_at_the_recipes_rate_and_shows_why(
    tmp_path: Path,
) -> None:
    """Its evaluations fail likewise, and the others are as ever."""
    progress, _ = run(write(tmp_path, cells=["raises", "gru"]), tmp_path / "run")
    assert progress.new == Counter(ok=6, error=6)
    failed = [t for t in trials(tmp_path / "run", "evaluation") if t.cell.name == "raises"]
    assert {t.learning_rate for t in failed} == {0.001}


def test_a_search_without_data_is_skipped_with_its_evaluations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line a trial that was to be evaluated; when the data are there, the search comes
    first."""

    def unavailable(_: object) -> Path:
        raise DataUnavailable("no network on this island")

    monkeypatch.setattr("rnnbench.campaign.data.fetch", unavailable)
    suite = write(tmp_path)
    suite.write_text(suite.read_text() + '[[tasks]]\nname = "bitcoin"\n')
    progress, _ = run(suite, tmp_path / "run")
    assert progress.new == Counter(ok=12, skipped=4)
    assert progress.total == progress.done == 16
    assert run(suite, tmp_path / "run")[0].new == Counter(skipped=4)
    assert len([r for r in stored(tmp_path / "run") if r.status == "skipped"]) == 4


CLIMBERS = """
    from torch import nn
    import rnnbench
    import torch

    class Sums(nn.Module):
        '''Solves the adding problem up to so many steps, and is mute beyond.'''
        def __init__(self, inputs, hidden, up_to):
            super().__init__()
            self.weight = nn.Linear(inputs, hidden)
            self.up_to = up_to

        def forward(self, x, state=None):
            answer = (x[..., 0] * x[..., 1]).cumsum(1) if x.shape[1] <= self.up_to else x[..., 0] * 0
            return answer[..., None] + 0 * self.weight(x), None

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("sums", Sums, "made for a test", options={"up_to": 5})]
"""


def climb(folder: Path, up_to: int, **changes: object) -> tuple[Progress, list[Result]]:
    cells = f'[{{ name = "sums", options = {{ up_to = {up_to} }} }}]'
    suite = write(folder, cells=cells, horizons=[12, 4, 8], ladder="true", **changes)
    text = (
        suite.read_text()
        .replace("steps_per_epoch = 3", "steps_per_epoch = 40")
        .replace("epochs = 3", "epochs = 8")
    )
    suite.write_text(
        text.replace(
            "learning_rates = [0.001, 0.01]", "learning_rates = [0.001, 0.002]\ntuning_seeds = 1"
        )
    )
    progress, _ = run(suite, folder / "run")
    return progress, stored(folder / "run")


def test_a_ladder_stops_where_most_seeds_fail_and_says_so(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """Rungs in the order of their horizons, whatever the order in the file; those above are stopped
    with the reason."""
    make_plugin(CLIMBERS, distribution="climbers")
    progress, results = climb(tmp_path, up_to=4)
    assert progress.new == Counter(ok=2 + 2 + 2, stopped=2)
    assert progress.done == progress.total == 8
    left = {(r.trial.dials["horizon"], r.reason) for r in results if r.status == "stopped"}  # type: ignore[union-attr]
    assert left == {(12, "not tried: sums up_to=4 does not solve horizon 8 in most seeds")}
    assert {r.trial.dials["horizon"] for r in results if r.trial.phase == "tuning"} == {4}  # type: ignore[union-attr]


def test_rungs_that_were_not_tried_are_planned_anew(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """They are no results: once the rung below is solved, they run."""
    make_plugin(CLIMBERS, distribution="climbers")
    _, results = climb(tmp_path, up_to=4)
    store = Store(tmp_path / "run")
    for result in results:
        if result.learning and result.trial.dials["horizon"] == 8:  # type: ignore[union-attr]
            learning = msgspec.structs.replace(result.learning, epochs_to_target=2)
            store.write(msgspec.structs.replace(result, learning=learning))
    progress, again = climb(tmp_path, up_to=4)
    assert progress.new == Counter(ok=2)
    assert not [r for r in again if r.status == "stopped"]
    assert len({trial_id(r.trial) for r in again}) == 8


def test_fresh_discards_what_the_suite_would_run_and_nothing_else(tmp_path: Path) -> None:
    """At whatever rate; so that a run which was cut off goes on with the same command without
    it."""
    suite = write(tmp_path)
    folder = tmp_path / "run"
    run(suite, folder)
    store = Store(folder)
    gru = [
        r for r in stored(folder) if r.trial.cell.name == "gru" and r.trial.phase == "evaluation"
    ]  # type: ignore[union-attr]
    other_rate = msgspec.structs.replace(gru[0].trial, learning_rate=0.5)
    store.write(msgspec.structs.replace(gru[0], trial=other_rate))
    rnn = {trial_id(r.trial): r for r in stored(folder) if r.trial.cell.name == "rnn"}  # type: ignore[union-attr]
    progress, ran = run(suite, folder, choices=Choices(cells=("gru",)), fresh=True)
    assert (progress.kept.total(), len(ran)) == (0, 6)
    left = {trial_id(r.trial): r for r in stored(folder)}
    assert len(left) == 12
    assert trial_id(other_rate) not in left
    assert {identity: left[identity] for identity in rnn} == rnn


def test_evaluations_of_other_seeds_go_with_their_rate(tmp_path: Path) -> None:
    """A search that finds another rate leaves no arm of two rates behind."""
    suite = write(tmp_path, cells=["gru"], seeds=3)
    folder = tmp_path / "run"
    run(suite, folder)
    (found,) = {t.learning_rate for t in trials(folder, "evaluation")}
    for result in stored(folder):
        if result.trial.phase == "tuning" and _rate(result) == found:  # type: ignore[union-attr]
            Store(folder).write(msgspec.structs.replace(result, status="diverged"))
    run(suite, folder, choices=Choices(seeds=2))
    assert [(t.seed, t.learning_rate != found) for t in trials(folder, "evaluation")] == [
        (0, True),
        (1, True),
    ]


def test_a_run_of_some_cells_leaves_what_is_told_of_others(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """Rungs that another cell did not reach stay in the report."""
    make_plugin(CLIMBERS, distribution="climbers")
    climb(tmp_path, up_to=4)
    progress, ran = run(tmp_path / "tuned.toml", tmp_path / "run", choices=Choices(cells=("gru",)))
    assert ran
    left = [
        r for r in stored(tmp_path / "run") if r.status == "stopped" and r.trial.cell.name == "sums"
    ]  # type: ignore[union-attr]
    assert len(left) == 2
    assert progress.done == progress.total


def test_results_are_kept_though_their_data_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what has no result is skipped."""
    suite = write(tmp_path, cells=["gru"])
    folder = tmp_path / "run"
    suite.write_text(
        suite.read_text()
        .replace('name = "adding"', 'name = "digits-rows"')
        .replace("horizons = [4]", "")
    )
    suite.write_text(suite.read_text().replace("ladder = false", ""))
    run(suite, folder)

    def unavailable(_: object) -> Path:
        raise DataUnavailable("no network on this island")

    archive = rnnbench.Archive("gone", "1", "0" * 64, 1, "", "")
    monkeypatch.setattr("rnnbench_tasks.images.digits.DigitsRows.archives", (archive,))
    monkeypatch.setattr("rnnbench.campaign.data.fetch", unavailable)
    progress, _ = run(suite, folder, choices=Choices(seeds=3))
    assert progress.new == Counter(skipped=1)
    assert progress.kept == Counter(ok=4 + 2)
    assert progress.total == progress.done == 7
    assert not progress.idle
