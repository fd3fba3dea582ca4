"""What a tryout says of predictions on the test part: errors, verdicts, looks, what is drawn."""

from pathlib import Path

import numpy as np
import pytest

from rnnbench.baselines import BaselineScore
from rnnbench.datafile import Choices, Dataset, load
from rnnbench.driver import RunContents
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.tryout.records import Tryout
from rnnbench.records import CellUse, Look, Looked
from rnnbench.tryout.evaluating import evaluate
from rnnbench.tryout.evaluation import Evaluation
from rnnbench.tryout.losses import Losses
from rnnbench.tryout.reading import looks_of
from tests.builders import clean_files as clean

SEEDS = 9


def panel(folder: Path) -> Dataset:
    """Three series, of which three rows are forecast at once."""
    return load(clean.write(folder / "panel.csv", clean.panel()), Choices(window=10, horizon=3))


def visits(folder: Path) -> Dataset:
    """Sequences of two classes."""
    return load(clean.write(folder / "visits.csv", clean.visits()), Choices())


def found(dataset: Dataset, off: float, baseline: np.ndarray, seeds: int = SEEDS) -> Tryout:
    """What is found where a cell's outputs are off by this much, with noise by seed."""
    losses = Losses(dataset)
    rng = np.random.default_rng(0)
    predictions = {}
    for seed in range(seeds):
        outputs = dataset.test.targets + off + 0.01 * rng.normal(size=dataset.test.targets.shape)
        predictions[seed] = losses.predicted(outputs)
    baselines = (
        BaselineScore("ridge regression", predictions=baseline),
        BaselineScore("seasonal value", reason="no season fits"),
    )
    evaluation = Evaluation(losses, ["gru", "lstm"], {"gru": predictions}, baselines)
    looks = {row: Schedule(seeds, planned=SEEDS) for row in ("gru", "lstm")}
    return evaluate(evaluation, looks, None, SEEDS)


def test_a_cell_that_forecasts_better_is_recommended_and_drawn(tmp_path: Path) -> None:
    """In each series over its own rows, and at each of the three steps."""
    dataset = panel(tmp_path)
    assert dataset.test.actual is not None
    shown = found(dataset, 0.0, dataset.test.actual + 2.0)
    assert shown.answer[0].startswith("gru is worth it: with it, forecasts are typically off by")
    assert [line.title for line in shown.forecasts] == ["aa", "bb", "cc"]
    for line in shown.forecasts:
        assert list(line.places) == sorted(set(line.places))
        assert line.is_time
        assert np.allclose(line.cell, line.actual, rtol=1e-2)
        assert np.allclose(np.subtract(line.baseline, line.actual), 2.0)
    (of_cell, of_baseline) = shown.by_step
    assert len(of_cell.errors) == 3
    assert max(of_cell.errors) < min(of_baseline.errors)


def test_a_baseline_that_forecasts_better_leaves_no_cell_worth_it(tmp_path: Path) -> None:
    dataset = panel(tmp_path)
    assert dataset.test.actual is not None
    shown = found(dataset, 1.0, dataset.test.actual + 1e-3)
    assert shown.answer[0] == (
        "So far no recurrent cell is shown to be worth it here: use ridge regression."
    )
    assert shown.cells[0].answer == "worse"
    assert shown.answer[-1].startswith("0 of 9 seeds have finished for every cell")


def test_answers_by_class_are_counted(tmp_path: Path) -> None:
    """A row for each right class; a baseline that names one class has one column."""
    dataset = visits(tmp_path)
    losses = Losses(dataset)
    right = np.eye(2)[dataset.test.targets]
    evaluation = Evaluation(
        losses,
        ["gru"],
        {"gru": {0: losses.predicted(right)}},
        (BaselineScore("majority class", predictions=np.zeros(len(right), dtype=int)),),
    )
    shown = evaluate(evaluation, {"gru": Schedule(1, planned=SEEDS)}, None, SEEDS)
    (ours, theirs) = shown.confusions
    counts = np.bincount(dataset.test.targets).tolist()
    assert ours.counts == ((counts[0], 0), (0, counts[1]))
    assert theirs.counts == ((counts[0], 0), (counts[1], 0))
    assert shown.measure.says == "{} of all answers are wrong"
    assert shown.baselines[0].error == pytest.approx(100 * counts[1] / sum(counts))


def test_looks_before_are_counted_for_each_cell() -> None:
    """Those at other numbers of seeds; a look at as many as now is this one."""
    cells = [CellUse(name="gru"), CellUse(name="lstm")]
    looks = (
        Look(condition="one", seeds={"gru: gru default": 5, "lstm: lstm default": 9}),
        Look(condition="one", seeds={"gru: gru default": 9, "lstm: lstm default": 9}),
    )
    contents = RunContents((), (), (), Looked(planned=9, looks=looks), {})
    predictions = {row: {seed: np.zeros(1) for seed in range(9)} for row in ("gru", "lstm")}
    schedules = looks_of(contents, cells, predictions, 9)
    assert {row: schedules[row].before for row in schedules} == {"gru": (5,), "lstm": ()}
