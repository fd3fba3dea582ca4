"""`rnnbench try` from its command to its answer, as docs/your-data.md walks through it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rnnbench.datafile import load
from rnnbench.records import Result
from rnnbench.tryout import Attempt
from rnnbench.tryout.losses import Losses
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
