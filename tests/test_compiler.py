"""Trials whose cells torch.compile runs: the second one of a kind compiles nothing."""

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.contracts import COMPILED
from rnnbench.executors import compiler
from rnnbench.executors.needs import compiles
from rnnbench.executors.preloading import CACHE, default_cache
from rnnbench.records import CellUse, CostTrial, Shape, Trial
from rnnbench.step_cell import IMPLEMENTATIONS
from tests.builders.cli import rnnbench
from tests.builders.records import learning_trial

ONE_TRIAL = (
    *("run", "trial", "rnn:compiled", "adding", "--dial", "horizon=12", "--json"),
    *("--set", "recipe.epochs=1", "--set", "recipe.steps_per_epoch=2"),
)
"""Ten steps and more are compiled."""
EAGER = CellUse(name="gru", implementation="eager")
COMPILES = CellUse(name="gru", implementation=COMPILED, label="compiled")


def costs(*cells: CellUse) -> CostTrial:
    """A measurement of these cells side by side."""
    return CostTrial(
        suite="test",
        suite_version=1,
        cells=cells,
        measurement="train-step-time",
        shape=Shape(),
        repeats=3,
        round=0,
        limit_seconds=60.0,
    )


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        (learning_trial(cell=EAGER), False),
        (learning_trial(cell=COMPILES), True),
        (costs(EAGER), False),
        (costs(EAGER, COMPILES), True),
    ],
)
def test_a_trial_compiles_where_one_of_its_cells_does(trial: Trial, expected: bool) -> None:
    assert compiles(trial) is expected


def test_the_name_is_that_of_step_cells() -> None:
    assert COMPILED in IMPLEMENTATIONS


@pytest.fixture
def _unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is loaded, and no object of the tests is left out of searches for cycles."""
    monkeypatch.setattr(compiler, "_load", lambda: None)
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_unloaded")
@pytest.mark.parametrize("chosen", ["", "default", "own"])
def test_what_is_compiled_is_kept_beside_archives_unless_a_user_has_chosen_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    """Torch sets the variable to its default folder when the compiler is imported."""
    folders = {"": "", "default": default_cache(), "own": str(tmp_path / "own")}
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    monkeypatch.setenv(CACHE, folders[chosen])
    compiler.prepare_compiler.__wrapped__()
    kept = Path(os.environ[CACHE])
    assert kept.parent == (tmp_path if chosen == "own" else tmp_path / "compiled")


@pytest.mark.usefixtures("_unloaded")
def test_a_home_that_cannot_be_written_leaves_torchs_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path / "file"))
    monkeypatch.setenv(CACHE, default_cache())
    compiler.prepare_compiler.__wrapped__()
    assert os.environ[CACHE] == default_cache()


@pytest.mark.slow
def test_the_second_trial_compiles_nothing_and_has_the_same_bits(tmp_path: Path) -> None:
    """In a run of its own: what is compiled outlives processes."""
    learned = []
    kept: list[set[Path]] = []
    for _ in range(2):
        done = rnnbench(*ONE_TRIAL, cwd=tmp_path, TORCHINDUCTOR_CACHE_DIR="")
        assert done.returncode == 0, done.stderr
        learned.append(json.loads(done.stdout)["learning"])
        kept.append(set((tmp_path / "home" / "compiled").rglob("*.so")))
    assert kept[0]
    assert kept[0] == kept[1]
    assert learned[0] == learned[1]
