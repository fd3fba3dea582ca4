"""Tasks on a user's file: what their dials say, what they score, and how they refuse a file."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from rnnbench import Batch, DataUnavailable, RnnbenchError, Splits, Task, score
from rnnbench.catalogue import Catalogue
from rnnbench.suite.uses import resolve_dials
from rnnbench.training.contract import check_batch
from rnnbench_tasks.own_file import OwnFile
from rnnbench_tasks.series.csv_classify import CsvClassify
from rnnbench_tasks.series.csv_forecast import CsvForecast
from rnnbench_tasks.text.csv_texts import CsvTexts
from rnnbench_tasks.text.text_file import TextFile
from tests.builders import clean_files as clean
from tests.builders.clean_files import write

TASKS: tuple[type[OwnFile], ...] = (CsvForecast, CsvClassify, TextFile, CsvTexts)


def of_file(task: type[OwnFile], folder: Path) -> OwnFile:
    """A task on a clean file of its kind."""
    if task is TextFile:
        path = folder / "data.txt"
        path.write_text(clean.prose())
        return TextFile(20, str(path))
    rows = {CsvForecast: clean.panel, CsvClassify: clean.visits, CsvTexts: clean.reviews}[task]()  # type: ignore[index]
    return task(20, str(write(folder / "data.csv", rows)))


def parts_of(splits: Splits) -> tuple[Batch, Batch, Batch]:
    return splits.train, splits.validation, splits.test


@pytest.mark.parametrize("task", TASKS)
def test_a_file_alone_makes_a_task(task: type[OwnFile], tmp_path: Path) -> None:
    """Nothing else is said; the parts are as the harness needs them, and the trivial forecast has
    each score."""
    one = of_file(task, tmp_path)
    splits = one.load({})
    for part in parts_of(splits):
        check_batch(one, part)
    trivial = one.trivial(splits.train, splits.test)
    assert set(trivial) == {metric.name for metric in one.metrics}
    assert one.target_here is None
    assert one.own_files == (Path(one.path),)


@pytest.mark.parametrize("kind", ["panel", "growth"])
def test_scores_of_forecasts_are_in_units_of_the_level(kind: str, tmp_path: Path) -> None:
    """Also where changes of logarithms are forecast: an answer without error has none, twice the
    error has twice the MAE, and the last value has skill 0."""
    rows = clean.panel()
    if kind == "growth":
        rng = np.random.default_rng(0)
        level = 5 * np.exp(np.cumsum(rng.normal(0.01, 0.05, 300)))
        rows = [["close"], *([f"{one:.5f}"] for one in level)]
    task = CsvForecast(20, str(write(tmp_path / "data.csv", rows)), ahead=2)
    splits = task.load({})
    test = splits.test
    assert test.extra["logarithmic"].all() == (kind == "growth")
    perfect = score(task.metrics, test.targets, test)
    assert perfect == pytest.approx({"skill": 1, "mae": 0, "mape": 0, "mase": 0}, abs=1e-3)
    stays = -test.extra["offset"] / test.extra["scale"]
    last = score(task.metrics, stays, test)
    assert last == pytest.approx(task.trivial(splits.train, test))
    assert last["skill"] == pytest.approx(0)
    actual = test.extra["actual"]
    trivial = test.extra["trivial"]
    assert last["mae"] == pytest.approx(np.abs(actual - trivial).mean())
    assert last["mape"] == pytest.approx(100 * np.abs(trivial / actual - 1).mean())
    train = splits.train
    naive = np.abs(train.extra["actual"] - train.extra["trivial"]).mean()
    assert last["mase"] == pytest.approx(last["mae"] / naive)
    shown = task.example(test.take(np.array([0])), test.targets[:1])
    assert shown.target == shown.answer
    assert shown.error == pytest.approx(0, abs=1e-3)


def test_a_forecast_that_overflows_is_a_large_number(tmp_path: Path) -> None:
    """A model that has not learned may answer anything, and its score is finite."""
    rng = np.random.default_rng(0)
    level = 5 * np.exp(np.cumsum(rng.normal(0.01, 0.05, 300)))
    rows = [["close"], *([f"{one:.5f}"] for one in level)]
    task = CsvForecast(20, str(write(tmp_path / "data.csv", rows)))
    test = task.load({}).test
    found = score(task.metrics, np.full_like(test.targets, 1e30), test)
    assert all(map(np.isfinite, found.values()))


@pytest.mark.parametrize("task", [CsvClassify, CsvTexts])
def test_the_majority_class_has_scaled_accuracy_zero(task: type[OwnFile], tmp_path: Path) -> None:
    """Who always names the most frequent class of the training data has just the trivial scores;
    the example has the class as the file names it."""
    one = of_file(task, tmp_path)
    splits = one.load({})
    majority = np.bincount(splits.train.targets).argmax()
    constant = np.eye(one.output_size)[np.full(len(splits.test), majority)]
    trivial = one.trivial(splits.train, splits.test)
    assert score(one.metrics, constant, splits.test) == pytest.approx(trivial)
    shown = one.example(splits.test.take(np.array([0])), constant[:1])
    assert shown is not None
    assert shown.answer in ("ill", "well", "good", "bad")


@pytest.mark.parametrize("task", TASKS)
def test_a_task_on_an_own_file_can_be_listed_without_one(task: type[OwnFile]) -> None:
    """It says which dial is missing; a path must be absolute."""
    assert task.name in Catalogue.present().tasks
    with pytest.raises(DataUnavailable, match=f"{task.name}: no file is named: set the dial `path"):
        task().load({})  # type: ignore[call-arg]
    with pytest.raises(
        ValueError, match=r"path must be absolute, got 'a\.csv'. Is it '/.*/a\.csv'"
    ):
        task(20, "a.csv")


@pytest.mark.parametrize("task", [CsvForecast, CsvClassify, CsvTexts])
def test_an_own_file_has_a_target_where_somebody_sets_one(task: type[OwnFile]) -> None:
    """It is a dial; a score that needs no learning, or that nothing reaches, is refused."""
    assert task.target is None
    assert task(24, target=0.3).target_here == 0.3
    for wrong in (0.0, -1.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="target must be above 0 and at most 1, got"):
            task(24, target=wrong)
    assert TextFile(target=4.5).target_here == 4.5
    with pytest.raises(ValueError, match="target must be above 0 bits, got -1"):
        TextFile(target=-1.0)


@pytest.mark.parametrize(
    ("task", "dial", "said"),
    [
        (CsvForecast, "time", "csv-forecast: the dial `time` is called `order` now"),
        (CsvForecast, "separator", "the dial `separator` is no more: separators are recognised"),
        (CsvForecast, "columns", "the dial `columns` is no more: all columns of numbers are read"),
        (CsvClassify, "answer", "csv-classify: the dial `answer` is called `label` now"),
        (CsvClassify, "sequence", "the dial `sequence` is called `group` now"),
    ],
)
def test_a_dial_that_was_renamed_is_answered_with_its_new_name(
    task: type[Task], dial: str, said: str
) -> None:
    """In one sentence that begins with the suite."""
    with pytest.raises(RnnbenchError, match=f"^own.toml: .*{said}"):
        resolve_dials(task, {dial: "x"}, "own.toml")


@pytest.mark.parametrize(
    ("dials", "said"),
    [
        ({"answer": "clsoe"}, "no column called 'clsoe'. Did you mean 'close'?"),
        ({"answer": "symbol"}, "column 'symbol' holds words, expected numbers"),
        ({"order": "symbol"}, "column 'symbol' holds words, expected times or numbers"),
        ({"horizon": 110}, "120 rows of a series are too few for a window of 110 rows"),
        ({"ahead": 30}, "120 rows of a series are too few for a window of 20 rows and a horizon"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(
    dials: Mapping[str, str | int], said: str, tmp_path: Path
) -> None:
    """In one sentence that begins with the file."""
    path = str(write(tmp_path / "data.csv", clean.panel()))
    task = CsvForecast(**{"horizon": 20, "path": path, **dials})  # type: ignore[arg-type]
    with pytest.raises(DataUnavailable, match=rf"data\.csv: {said}") as caught:
        task.load({})
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_refused_with_the_task_for_it(tmp_path: Path) -> None:
    """And one that is not there, or that changes nothing in its last part."""
    path = str(write(tmp_path / "data.csv", clean.visits()))
    with pytest.raises(DataUnavailable, match=r"data\.csv: .* use the task csv-classify, or set"):
        CsvForecast(20, path).load({})
    with pytest.raises(DataUnavailable, match=r"none\.csv: cannot be read: No such file"):
        CsvForecast(20, str(tmp_path / "none.csv")).load({})
    rows = clean.prices()
    for row in rows[240:]:
        row[2] = "7"
    path = str(write(tmp_path / "flat.csv", rows))
    with pytest.raises(DataUnavailable, match=r"flat\.csv: column 'close' is the same in all rows"):
        CsvForecast(20, path, answer="close").load({})


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    """What is remembered of it lasts until then."""
    path = write(tmp_path / "data.csv", clean.prices(200))
    task = CsvForecast(20, str(path))
    before = len(task.load({}).train)
    write(path, clean.prices(300))
    os.utime(path, ns=(1, 1))
    assert len(task.load({}).train) > before
