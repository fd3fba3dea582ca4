"""Saved models answer about a new file what they answered in training, with and without rnnbench."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.datafile import Choices, load, read_new
from rnnbench.errors import RnnbenchError
from rnnbench.records import Result, trial_id, weights_file
from rnnbench.saved_model import (
    SavedModel,
    answer,
    best_result,
    load_model,
    open_model,
    save_model,
    saved_model_of,
)
from rnnbench.saved_model.program import program as program_of
from rnnbench.store import Store
from tests.builders.cli import call, rnnbench
from tests.builders.matrix import slow
from tests.builders.own_files import sequences, series, texts, trained

FORECAST = ', answer = "sales", horizon = 10, ahead = 2'
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def answers(run: Store, file: Path) -> tuple[SavedModel, dict[str, list[str]], np.ndarray]:
    """The saved model of a run, what each answer is about, and the answers."""
    saved, weights = open_model(run.folder)
    assert saved.preparation is not None
    asked = read_new(file, saved.preparation)
    found = answer(load_model(saved, weights), saved.preparation, asked)
    return saved, {name: list(of) for name, of in asked.keys.items()}, found.values


def program(folder: Path, *arguments: str | Path) -> list[list[str]]:
    """What `predict.py` prints, in a process of its own."""
    done = call([sys.executable, str(folder / "predict.py"), *map(str, arguments)])
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))


def columns_of(file: Path) -> dict[str, np.ndarray]:
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.parametrize(
    ("growth", "cell", "recipe"),
    [
        (0.0, '"gru"', ""),
        slow((0.01, '"lstm"', "layers = 2")),
        slow((0.0, '"lem"', 'backbone = "residual"')),
    ],
)
def test_forecasts_are_those_of_training(
    tmp_path: Path, growth: float, cell: str, recipe: str
) -> None:
    """The test scores follow from them and the file alone; `predict.py` gives the same numbers."""
    file = series(tmp_path, growth=growth)
    run = trained(tmp_path, "csv-forecast", file, FORECAST, cell=cell, recipe=recipe)
    saved, keys, values = answers(run, file)
    sales = columns_of(file)["sales"].astype(float)
    test = load(file, Choices(target="sales", window=10, horizon=2)).test
    assert test.lines is not None
    first = test.lines - 2  # line 2 is the first row of the file
    asked = [keys["line"].index(str(line - 1)) for line in test.lines]
    actual = np.stack([sales[first], sales[first + 1]], axis=1)
    naive = actual - sales[first - 1][:, None]
    skill = 1 - np.square(values[asked] - actual).mean() / np.square(naive).mean()
    assert skill == pytest.approx(saved.test["skill"], rel=1e-6)
    assert keys["day"][-1] == columns_of(file)["day"][-1]
    result = next(iter(run.read()))
    files, reason = save_model(run, result, tmp_path / "model")
    assert reason == ""
    assert len(files[2].read_text().splitlines()) <= 30
    printed = np.array(program(tmp_path / "model", file), dtype=float)
    np.testing.assert_allclose(printed, values, **CLOSE)


@pytest.mark.parametrize(
    ("task", "make"), [("csv-classify", sequences), slow(("csv-texts", texts))]
)
def test_classes_are_those_of_training(tmp_path: Path, task: str, make: object) -> None:
    """The share of right ones of the test part is the accuracy of the result; their names are those
    of the data, and the new file needs no classes."""
    file = make(tmp_path)  # type: ignore[operator]
    run = trained(tmp_path, task, file, "")
    saved, keys, values = answers(run, file)
    dataset = load(file)
    lines = [keys["line"].index(str(line)) for line in dataset.test.lines]  # type: ignore[union-attr]
    right = values[lines].argmax(axis=1) == dataset.test.targets
    assert right.mean() == pytest.approx(saved.test["accuracy"])
    np.testing.assert_allclose(values.sum(axis=1), 1, **CLOSE)
    save_model(run, next(iter(run.read())), tmp_path / "model")
    printed = program(tmp_path / "model", file)
    assert {row[1] for row in printed} <= set(dataset.preparation.classes)
    np.testing.assert_allclose(np.array([row[2:] for row in printed], float), values, **CLOSE)
    unread = () if task == "csv-classify" else ("column 'number' is not read: the model was trained"
                                                " without.",)  # fmt: skip
    assert saved.preparation
    assert read_new(file, saved.preparation).notices == unread
    label = "outcome" if task == "csv-classify" else "label"
    table = columns_of(file)
    table.pop(label)
    names = list(table)[::-1]
    other = tmp_path / "other.csv"
    with other.open("w", newline="") as stream:
        csv.writer(stream).writerows([names, *zip(*(table[name] for name in names), strict=True)])
    _, _, again = answers(run, other)
    np.testing.assert_array_equal(again, values)


@pytest.mark.slow
def test_several_series_have_one_model(tmp_path: Path) -> None:
    """Each is forecast from its own rows, whichever way they lie in the file; the program prints
    the name of the series."""
    rng = np.random.default_rng(4)
    level = {"north": 10.0, "south": 50.0}
    lines = ["day,shop,sales"]
    for day in range(120):
        for shop, base in level.items():
            lines.append(f"{day},{shop},{base + np.sin(day / 5) + 0.1 * rng.normal():.4f}")
    file = tmp_path / "shops.csv"
    file.write_text("\n".join(lines) + "\n")
    dials = ', answer = "sales", horizon = 10, group = "shop", order = "day"'
    run = trained(tmp_path, "csv-forecast", file, dials)
    _, keys, values = answers(run, file)
    assert keys["shop"].count("north") == keys["shop"].count("south") == 111
    save_model(run, next(iter(run.read())), tmp_path / "model")
    printed = program(tmp_path / "model", file)
    assert [row[0] for row in printed] == keys["shop"]
    np.testing.assert_allclose(np.array([row[1:] for row in printed], float), values, **CLOSE)
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("\n".join([lines[0], *rng.permutation(lines[1:])]) + "\n")
    _, again, moved = answers(run, mixed)
    order = [again["shop"].index("north"), again["shop"].index("south")]
    names = ["north", "south"] if order[0] < order[1] else ["south", "north"]
    expected = np.concatenate([values[np.array(keys["shop"]) == name] for name in names])
    np.testing.assert_allclose(moved, expected, **CLOSE)  # rows lie elsewhere in their batches


def test_sequences_of_an_archive_are_read_as_in_training(tmp_path: Path) -> None:
    """Inputs and lengths of a `.ts` file, line by line."""
    rng = np.random.default_rng(5)
    lines = ["@problemName toy", "@data"]
    for number in range(24):
        values = rng.normal(size=4 + number % 3)
        lines.append(f"{','.join(f'{value:.4f}' for value in values)}:{'ab'[number % 2]}")
    file = tmp_path / "toy.ts"
    file.write_text("\n".join(lines) + "\n")
    dataset = load(file)
    asked = read_new(file, dataset.preparation)
    read = asked.read(0, len(asked))
    for part in dataset.parts:
        assert part.lines is not None
        places = [asked.keys["line"].index(str(line)) for line in part.lines]
        steps = part.inputs.shape[1]
        np.testing.assert_array_equal(read.inputs[places, :steps], part.inputs)
        assert read.lengths is not None
        if part.lengths is not None:
            np.testing.assert_array_equal(read.lengths[places], part.lengths)


ARFF = "@relation toy\n@attribute x relational\n@attribute s1 numeric\n@end x\n"


@pytest.mark.parametrize(
    ("name", "head", "line", "steps"),
    [
        ("one class.ts", "@classLabel true a b\n", "{0}:{1}:a", 3),
        ("asked.ts", "@classLabel true a b\n", "{0}:{1}:?", 3),
        ("none.ts", "@classLabel false\n", "{0}:{1}", 1),
        ("no head.ts", "", "{0}:{1}", 3),
        ("one class.arff", f"{ARFF}@attribute class {{a,b}}\n", "'{0}\\n{1}',b", 3),
        ("none.arff", ARFF, "'{0}\\n{1}'", 3),
    ],
)
def test_sequences_of_a_new_archive_need_no_classes(
    name: str, head: str, line: str, steps: int, tmp_path: Path
) -> None:
    """One class, none, or a question mark; a single sequence, of which a dimension is constant."""
    train = "".join(f"{n},2,{n % 5}:{n % 3},1,0:{'ab'[n % 2]}\n" for n in range(24))
    (tmp_path / "toy.ts").write_text(f"@data\n{train}")
    preparation = load(tmp_path / "toy.ts").preparation
    values = [[7, 7, 7][:steps], [3, 4, 5][:steps]]
    fields = [",".join(map(str, of)) for of in values]
    (tmp_path / name).write_text(f"{head}@data\n{line.format(*fields)}\n")
    asked = read_new(tmp_path / name, preparation)
    (read,) = asked.read(0, len(asked)).inputs
    for place, channel in enumerate(preparation.channels):
        expected = (np.array(values[place]) - channel.offset) / channel.scale
        np.testing.assert_allclose(read[:, place], expected, rtol=1e-6)


def test_a_new_archive_without_a_dimension_is_named(tmp_path: Path) -> None:
    train = "".join(f"{n},2,{n % 5}:{n % 3},1,0:{'ab'[n % 2]}\n" for n in range(24))
    (tmp_path / "toy.ts").write_text(f"@data\n{train}")
    (tmp_path / "new.ts").write_text("@data\n1,2,3:a\n")
    with pytest.raises(RnnbenchError, match="'dimension 2' is missing: sequences have 1 dimension"):
        read_new(tmp_path / "new.ts", load(tmp_path / "toy.ts").preparation)


@pytest.fixture(scope="module")
def forecaster(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("forecaster")
    return trained(folder, "csv-forecast", series(folder), FORECAST)


def write(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "new.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


ROWS = [f"2022-01-{day:02},1.5,{30 + day}" for day in range(1, 13)]


def test_a_forecast_of_what_nobody_knows_yet(forecaster: Store, tmp_path: Path) -> None:
    """By the command, in units of the file, after each window that the file has; columns are in
    another order."""
    rows = [",".join(row.split(",")[::-1]) for row in ROWS]
    new = write(tmp_path, "sales,warm,day", *rows)
    done = rnnbench("predict", str(forecaster.folder), str(new), "-o", "out.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    out = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [row["line"] for row in out] == ["11", "12", "13"]
    assert [row["day"] for row in out] == ["2022-01-10", "2022-01-11", "2022-01-12"]
    assert all(20 < float(row["sales+2"]) < 60 for row in out)
    printed = rnnbench("predict", str(forecaster.folder), str(new), cwd=tmp_path)
    assert printed.stdout == (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("day,warm,Sales", "column 'sales' is missing, and column 'Sales' would not be read."
         " Is 'Sales' meant to be 'sales'?"),
        ("date,warm,x", "columns 'sales' and 'day' are missing, and columns 'date' and 'x' would"
         " not be read. Is 'date' meant to be 'day'?"),
    ],
)  # fmt: skip
def test_missing_columns_are_named(
    forecaster: Store, tmp_path: Path, header: str, sentence: str
) -> None:
    """In one sentence with those that nothing reads; exit code 2."""
    new = write(tmp_path, header, *ROWS)
    done = rnnbench("predict", str(forecaster.folder), str(new), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_further_columns_are_named_and_not_read(forecaster: Store, tmp_path: Path) -> None:
    """A note on standard error, and the same forecasts."""
    plain = rnnbench(
        "predict",
        str(forecaster.folder),
        str(write(tmp_path, "day,warm,sales", *ROWS)),
        cwd=tmp_path,
    )
    new = write(tmp_path, "day,warm,sales,rain", *[f"{row},wet" for row in ROWS])
    done = rnnbench("predict", str(forecaster.folder), str(new), cwd=tmp_path)
    assert done.stderr == "note: column 'rain' is not read: the model was trained without.\n"
    assert done.stdout == plain.stdout


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS[:9], "no 10 rows of a series are without a gap and without a missing value"),
        ([row.replace("1.5", "warm") for row in ROWS], "column 'warm' holds words"),
        ([row.replace("2022-", "no ") for row in ROWS], "column 'day' holds words"),
        ([*ROWS[:6], *[row.replace("-01-", "-03-") for row in ROWS[6:]]], "without a gap"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    forecaster: Store, tmp_path: Path, rows: list[str], sentence: str
) -> None:
    """With what is wrong with it."""
    saved, _ = open_model(forecaster.folder)
    assert saved.preparation
    with pytest.raises(RnnbenchError, match=sentence):
        read_new(write(tmp_path, "day,warm,sales", *rows), saved.preparation)


def test_windows_with_a_missing_value_are_left_out(forecaster: Store, tmp_path: Path) -> None:
    """And counted."""
    rows = [*ROWS, "2022-01-13,,43", "2022-01-14,1,44"]
    saved, _ = open_model(forecaster.folder)
    assert saved.preparation
    asked = read_new(write(tmp_path, "day,warm,sales", *rows), saved.preparation)
    assert len(asked) == 3
    assert asked.notices == ("2 windows with a gap or a value that cannot be read are left out.",)


def at_uneven_times(folder: Path, times: str) -> Path:
    """Two series at uneven times: dates, hours, or seconds since 1970."""
    rng = np.random.default_rng(6)
    lines = ["at,shop,sales"]
    for shop in ("north", "south"):
        between = np.round(np.exp(rng.uniform(4, 9, size=110)))
        seconds = np.cumsum(between)
        sales = 30 + np.append(0.0, np.log(between)[:-1]) + rng.normal(0, 0.3, 110)
        for second, value in zip(seconds, sales, strict=True):
            date = np.datetime64("2024-01-01T00:00:00") + np.timedelta64(int(second), "s")
            at = {
                "dates": str(date),
                "numbers": f"{second / 3600:.6f}",
                "seconds": f"{1_700_000_000 + second:.0f}",
            }[times]
            lines.append(f"{at},{shop},{value:.5f}")
    path = folder / "uneven.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("times", ["dates", slow("numbers"), slow("seconds")])
def test_a_program_reads_the_time_since_the_row_before(times: str, tmp_path: Path) -> None:
    """As the command does, in the first row of a series too; and it has at most thirty lines."""
    file = at_uneven_times(tmp_path, times)
    dials = ', answer = "sales", horizon = 10, group = "shop", order = "at"'
    run = trained(tmp_path, "csv-forecast", file, dials)
    saved, keys, values = answers(run, file)
    assert saved.preparation is not None
    assert saved.preparation.reads_elapsed
    assert saved.preparation.written == ("dates" if times == "dates" else "numbers")
    files, reason = save_model(run, next(iter(run.read())), tmp_path / "model")
    assert reason == ""
    assert len(files[2].read_text().splitlines()) <= 30
    printed = program(tmp_path / "model", file)
    assert [row[0] for row in printed] == keys["shop"]
    np.testing.assert_allclose(np.array([row[1:] for row in printed], float), values, **CLOSE)
    even = replace(saved, preparation=replace(saved.preparation, resample="1h"))
    with pytest.raises(RnnbenchError, match="for a model of rows on even steps of time"):
        program_of(even, [(2, 4)])
    other = replace(saved, preparation=replace(saved.preparation, written="other"))
    with pytest.raises(RnnbenchError, match="in column 'at', which are not written as 2021-01-31"):
        program_of(other, [(2, 4)])
    several = replace(saved, preparation=replace(saved.preparation, order="day, hour"))
    with pytest.raises(RnnbenchError, match="for times in several columns, 'day, hour'"):
        program_of(several, [(2, 4)])


@pytest.mark.slow
def test_a_model_of_several_targets_answers_for_each(tmp_path: Path) -> None:
    """Both are as in training, by the command and by the program, which keeps to its length."""
    file = series(tmp_path, growth=0.01)
    options = ', answer = "sales, warm", horizon = 10, ahead = 2'
    run = trained(tmp_path, "csv-forecast", file, options)
    saved, keys, values = answers(run, file)
    dataset = load(file, Choices(target="sales, warm", window=10, horizon=2))
    test = dataset.test
    assert test.actual is not None
    assert test.lines is not None
    asked = [keys["line"].index(str(line - 1)) for line in test.lines]
    squares = dataset.by_target(np.square(values[asked] - test.actual)).mean(axis=(0, 2))
    naive = dataset.by_target(np.square(dataset.last_values(test) - test.actual)).mean(axis=(0, 2))
    assert np.mean(1 - squares / naive) == pytest.approx(saved.test["skill"], rel=1e-6)
    assert "mae" not in saved.test
    files, reason = save_model(run, next(iter(run.read())), tmp_path / "model")
    assert reason == ""
    assert len(files[2].read_text().splitlines()) <= 30
    printed = np.array(program(tmp_path / "model", file), dtype=float)
    np.testing.assert_allclose(printed, values, **CLOSE)


def test_the_saved_model_is_taken_before_the_weights(forecaster: Store, tmp_path: Path) -> None:
    """A folder with `model.json` needs no run; `model.json` says what was measured."""
    result = next(iter(forecaster.read()))
    files, reason = save_model(forecaster, result, tmp_path / "model")
    assert reason == ""
    assert [file.name for file in files] == ["model.safetensors", "model.json", "predict.py"]
    saved, weights = open_model(tmp_path)
    assert weights == tmp_path / "model" / "model.safetensors"
    assert saved == saved_model_of(forecaster, result)
    assert saved.test == result.learning.test  # type: ignore[union-attr]
    assert saved.versions["torch"]
    assert open_model(tmp_path / "model")[0] == saved


def with_score(store: Store, result: Result, seed: int, score: float) -> str:
    """A copy of a result at another seed, with another validation score."""
    trial = replace(result.trial, seed=seed)
    learning = result.learning
    assert learning
    curve = []
    for epoch in learning.curve:
        curve.append(replace(epoch, validation={"skill": score}))
    changed = replace(learning, curve=tuple(curve))
    path = store.write(replace(result, trial=trial, learning=changed))
    source = weights_file(store.weights, result.trial)
    weights_file(store.weights, trial).write_bytes(source.read_bytes())
    return path.stem


def test_the_best_model_is_that_of_validation(tmp_path: Path) -> None:
    """Not of test data; one without weights is never it."""
    store = trained(tmp_path, "csv-forecast", series(tmp_path), FORECAST)
    first = next(iter(store.read()))
    best = with_score(store, first, 7, 0.99)
    with_score(store, first, 8, 0.5)
    lost = with_score(store, first, 9, 0.999)
    (store.weights / f"{lost}.safetensors").unlink()
    found = best_result(store)
    assert store.path(best).stem == best
    assert found.trial.seed == 7  # type: ignore[union-attr]
    assert best_result(store, row="gru") == found
    assert open_model(store.folder)[0].trial == best
    save_model(store, first, store.folder / "model")
    assert open_model(store.folder)[0].trial == store.path(trial_id(first.trial)).stem
    assert open_model(store.folder, row="gru")[0].trial == best
    assert open_model(store.folder, trial=best)[0].trial == best
    with pytest.raises(RnnbenchError, match="no cell with weights called 'lstm'"):
        best_result(store, row="lstm")
    with pytest.raises(RnnbenchError, match="has no weights"):
        best_result(store, trial=lost)


def test_a_run_without_weights_says_how_to_keep_them(forecaster: Store, tmp_path: Path) -> None:
    """And a folder without a run that there is none."""
    (tmp_path / "trials").mkdir()
    with pytest.raises(RnnbenchError, match="`--keep-weights` keeps them"):
        open_model(tmp_path)
    with pytest.raises(RnnbenchError, match="neither a run nor a saved model"):
        open_model(tmp_path / "trials")


def test_a_damaged_file_of_weights_is_named(forecaster: Store, tmp_path: Path) -> None:
    """In a sentence."""
    save_model(forecaster, next(iter(forecaster.read())), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"half")
    saved, weights = open_model(tmp_path)
    with pytest.raises(RnnbenchError, match=r"model\.safetensors: does not fit the cell 'gru'"):
        load_model(saved, weights)
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(RnnbenchError, match=r"model\.json: cannot be read"):
        open_model(tmp_path)


WITHOUT_RNNBENCH = """
import sys, types
sys.modules["rnnbench"] = None
torch = __import__("torch")
plain = types.ModuleType("rnnbench_cells.gru")
plain.build_gru = lambda inputs, hidden: torch.nn.GRU(inputs, hidden, batch_first=True)
sys.modules["rnnbench_cells"] = types.ModuleType("rnnbench_cells")
sys.modules["rnnbench_cells.gru"] = plain
sys.argv = sys.argv[1:]
__import__("runpy").run_path(sys.argv[0], run_name="__main__")
"""


def test_the_program_imports_the_package_of_the_cell_alone(
    forecaster: Store, tmp_path: Path
) -> None:
    """With a package in its place that has torch's GRU under the same name, nothing of rnnbench is
    imported, and the numbers are equal."""
    save_model(forecaster, next(iter(forecaster.read())), tmp_path)
    file = write(tmp_path, "day,warm,sales", *ROWS)
    code = [sys.executable, "-c", WITHOUT_RNNBENCH, str(tmp_path / "predict.py"), str(file)]
    done = subprocess.run(code, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(csv.reader(io.StringIO(done.stdout))) == program(tmp_path, file)
    assert json.loads((tmp_path / "model.json").read_text())["format"] == 1
