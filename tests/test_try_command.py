"""`rnnbench try` from its command to its answer, as docs/your-data.md walks through it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import msgspec
import numpy as np
import pytest

from rnnbench.datafile import load
from rnnbench.driver import Prepared
from rnnbench.records import Result, Shape
from rnnbench.saved_model import open_model
from rnnbench.tryout import Attempt, RunEnd, StepTimes
from rnnbench.tryout.losses import Losses
from rnnbench.tryout.workload import PART_BATCH
from tests.builders import clean_files as clean
from tests.builders.cli import rnnbench
from tests.builders.inside import rnnbench_here
from tests.builders.pages import fenced

PAGE = (Path(__file__).parents[1] / "docs" / "your-data.md").read_text()
BLOCKS = fenced(PAGE)
(MAKING,) = [text for language, text in BLOCKS if language == "python"]
COMMANDS = "".join(text for language, text in BLOCKS if language == "sh").splitlines()


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder in which the page was walked, and what each of its commands printed."""
    folder = tmp_path_factory.mktemp("walked")
    subprocess.run([sys.executable, "-c", MAKING], cwd=folder, check=True)
    printed = {}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path, "RNNBENCH_HOME": str(folder / "home")}
    for line in COMMANDS:
        done = subprocess.run(
            shlex.split(line), cwd=folder, env=variables, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        printed[line] = done.stdout
    return folder, printed


def results(folder: Path) -> dict[str, Result]:
    """The results of a run by the names of their files."""
    decode = msgspec.json.Decoder(Result).decode
    return {path.name: decode(path.read_bytes()) for path in (folder / "trials").glob("*.json")}


@pytest.mark.slow
def test_the_page_is_walked_from_a_file_to_an_answer(walked: tuple[Path, dict[str, str]]) -> None:
    """The answer has the error of a cell and of the best baseline; the page shows both."""
    folder, printed = walked
    (tried,) = [line for line in COMMANDS if " try " in line and "--dry-run" not in line]
    run = folder / "runs" / "try-river"
    (found,) = json.loads((run / "tryout.json").read_text())
    assert found["answer"][0] in printed[tried]
    assert {row["name"] for row in found["baselines"]} >= {"last value", "ridge regression"}
    page = (run / "report" / "index.html").read_text()
    assert 'id="your-file"' in page
    assert 'id="forecasts-on-test"' in page
    assert found["answer"][0].replace("'", "&#39;") in page


@pytest.mark.slow
def test_the_recommended_model_is_written(walked: tuple[Path, dict[str, str]]) -> None:
    """Of the cell whose forecasts are drawn, in one line of what is printed; the command and the
    program forecast by it, in units of the file."""
    folder, printed = walked
    (tried,) = [line for line in COMMANDS if " try " in line and "--dry-run" not in line]
    run = folder / "runs" / "try-river"
    (found,) = json.loads((run / "tryout.json").read_text())
    saved, weights = open_model(run)
    assert weights == run / "model" / "model.safetensors"
    assert saved.architecture.cell.name == found["drawn_cell"]
    (line,) = [line for line in printed[tried].splitlines() if line.startswith("Model:")]
    assert str(Path("runs/try-river/model")) in line
    done = rnnbench("predict", "runs/try-river", "river.csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    *_, last = done.stdout.splitlines()
    program = [sys.executable, str(run / "model" / "predict.py"), "river.csv"]
    alone = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)
    assert float(alone.stdout.split()[-1]) == pytest.approx(float(last.split(",")[-1]), rel=1e-6)


@pytest.mark.slow
def test_the_suite_repeats_the_tryout(walked: tuple[Path, dict[str, str]]) -> None:
    """To the last bit, in another folder, by the ordinary command."""
    folder, _ = walked
    tried = results(folder / "runs" / "try-river")
    again = results(folder / "runs" / "suite")
    assert tried.keys() == again.keys()
    assert {name: one.learning for name, one in tried.items()} == {
        name: one.learning for name, one in again.items()
    }
    assert {name: one.provenance.variables for name, one in tried.items()} == {
        name: one.provenance.variables for name, one in again.items()
    }


@pytest.mark.slow
def test_kept_predictions_give_the_stored_scores(walked: tuple[Path, dict[str, str]]) -> None:
    """The error of each file, in units, is that of the trial's own metric."""
    folder, _ = walked
    run = folder / "runs" / "try-river"
    (attempt,) = msgspec.json.decode((run / "try.json").read_bytes(), type=list[Attempt])
    losses = Losses(load(folder / "river.csv", attempt.request.choices))
    checked = 0
    for name, result in results(run).items():
        if result.learning is None or not result.learning.test:
            continue
        outputs = np.load(run / "predictions" / name.replace(".json", ".npy"))
        skill = 1 - float(losses.of(losses.predicted(outputs)).mean()) / _of_last(losses)
        assert skill == pytest.approx(result.learning.test["skill"], abs=1e-4)
        checked += 1
    assert checked == attempt.plan.seeds * len(attempt.plan.cells)


def _of_last(losses: Losses) -> float:
    """The mean squared error of the last value."""
    dataset = losses.dataset
    test = dataset.test
    assert dataset.levels is not None
    assert test.start is not None
    assert test.actual is not None
    last = np.repeat(dataset.levels[test.start - 1], test.actual.shape[1], axis=1)
    return float(losses.of(last).mean())


@pytest.mark.slow
def test_the_same_command_runs_nothing_twice(walked: tuple[Path, dict[str, str]]) -> None:
    """And says the same; as JSON too. With other options the folder is refused."""
    folder, printed = walked
    (tried,) = [line for line in COMMANDS if " try " in line and "--dry-run" not in line]
    words = shlex.split(tried)[1:]
    before = results(folder / "runs" / "try-river")
    again = rnnbench(*words, "--json", cwd=folder)
    assert again.returncode == 0, again.stderr
    said = json.loads(again.stdout)
    assert said["tryout"]["answer"][0] in printed[tried]
    assert results(folder / "runs" / "try-river") == before
    other = rnnbench(*words, "--window", "5", cwd=folder)
    assert other.returncode == 2
    assert "choose another -o" in other.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("constant", "never changes"),
        ("short", "are too few for a window of 60 rows"),
        ("missing", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_before_anything_is_written(
    name: str, said: str, tmp_path: Path
) -> None:
    rows = clean.prices(40 if name == "short" else 300)
    if name == "constant":
        rows = [[date, volume, "close" if date == "date" else "7"] for date, volume, _ in rows]
    if name != "missing":
        clean.write(tmp_path / "data.csv", rows)
    done = rnnbench_here("try", "data.csv", "--target", "close", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_file_with_too_many_examples_is_tried_on_some_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as fit into the minutes, by steps at the smaller batch; the plan says how many, and
    what uses more. The suite that is written has them."""
    clean.write(tmp_path / "data.csv", clean.prices())
    batches = []

    def measured(names: tuple[str, ...], shape: Shape, _catalogue: object) -> StepTimes:
        batches.append(shape.batch)
        return StepTimes(seconds=dict.fromkeys(names, 1.0 if shape.batch == PART_BATCH else 0.5))

    monkeypatch.setattr("rnnbench.tryout.preparing.measure_steps", measured)
    monkeypatch.setattr("rnnbench.tryout.session.fit_baselines", interrupted)
    for module in ("preparing", "planning"):
        monkeypatch.setattr(f"rnnbench.tryout.{module}.LEAST_EXAMPLES", 20)
    words = ("try", "data.csv", "--target", "close", "-c", "gru", "-j", "2")
    shown = rnnbench_here(*words, "--dry-run", cwd=tmp_path)
    assert batches == [32, PART_BATCH]
    said = " ".join(shown.stdout.split())
    assert "examples 120 of 150 windows of the training part are used; more do not fit" in said
    assert rnnbench_here(*words, cwd=tmp_path).returncode == 130
    run = tmp_path / "runs" / "try-data"
    assert "train_examples = 120" in (run / "suite.toml").read_text()
    assert "150 windows for training, of which 120 are used" in (run / "suite.toml").read_text()
    goes_on = rnnbench_here(*words, "--dry-run", cwd=tmp_path)
    assert "120 of 150 windows" in " ".join(goes_on.stdout.split())
    named = (*words, "--train-examples", "50", "-o", "other", "--dry-run")
    chosen = " ".join(rnnbench_here(*named, cwd=tmp_path).stdout.split())
    assert (
        "50 of 150 windows of the training part are used; that is what --train-examples" in chosen
    )


@pytest.mark.parametrize(("late", "seeds"), [(False, [3, 7]), (True, [3])])
def test_time_that_is_left_goes_into_the_seeds_that_a_verdict_needs(
    late: bool, seeds: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trainings that end early leave it. The suite that is written has what was run."""
    clean.write(tmp_path / "data.csv", clean.prices())
    times = StepTimes(seconds={"gru": 0.4})
    monkeypatch.setattr("rnnbench.tryout.preparing.measure_steps", lambda *_: times)
    monkeypatch.setattr("rnnbench.tryout.session.fit_baselines", lambda *_: ())
    ran = []

    def run(prepared: Prepared, deadline: float, _watch: object) -> RunEnd:
        ran.append(len(prepared.suite.seeds))
        if late:
            monkeypatch.setattr("rnnbench.cli.trying.monotonic", lambda: deadline + 1)
        return RunEnd("complete", None)

    monkeypatch.setattr("rnnbench.cli.trying.run_until", run)
    words = ("try", "data.csv", "--target", "close", "-c", "gru", "-j", "2", "--minutes", "2")
    done = rnnbench_here(*words, cwd=tmp_path)
    assert ran == seeds
    assert ("time is left: up to 7 seeds a cell" in done.stdout) is not late
    assert f"seeds = {seeds[-1]}" in (tmp_path / "runs" / "try-data" / "suite.toml").read_text()


def interrupted(*_arguments: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize("phase", ["plan", "baselines"])
def test_ctrl_c_before_any_training_is_one_sentence(
    phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With code 130. While the plan is made nothing is written yet; while baselines are fitted, the
    folder holds the whole plan, with which the same command goes on."""
    clean.write(tmp_path / "data.csv", clean.prices())
    times = StepTimes(seconds={"gru": 1e-4})
    measured = interrupted if phase == "plan" else lambda *_: times
    monkeypatch.setattr("rnnbench.tryout.preparing.measure_steps", measured)
    monkeypatch.setattr("rnnbench.tryout.session.fit_baselines", interrupted)
    words = ("try", "data.csv", "--target", "close", "-c", "gru")
    done = rnnbench_here(*words, cwd=tmp_path)
    assert done.returncode == 130
    (sentence,) = [line for line in done.stderr.splitlines() if line and not line.endswith("...")]
    assert sentence.startswith("Interrupted.")
    run = tmp_path / "runs" / "try-data"
    assert not (run / "tryout.json").exists()
    if phase == "plan":
        assert not run.exists()
        return
    assert {file.name for file in run.iterdir()} >= {"suite.toml", "try.json"}
    again = rnnbench_here(*words, "--dry-run", cwd=tmp_path)
    assert "goes on from what" in again.stdout
