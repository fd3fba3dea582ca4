"""Weights of trained models: those that the scores belong to, whole or absent, and no part of any
result."""

import signal
import subprocess
from pathlib import Path

import msgspec
import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load, load_file, save

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import ExecutorContext
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import LocalPool
from rnnbench.model import Model, Needs
from rnnbench.records import CellUse, Checkpoints, LearningTrial, trial_id
from rnnbench.runner import RunOptions, run_trial
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite
from rnnbench.training import keep_weights, open_feed
from rnnbench.training.evaluation import evaluate
from tests.builders.campaign import command, learning_figures, run, wait_until, write_suite
from tests.builders.cli import call, start
from tests.builders.executors import finish
from tests.builders.records import learning_trial
from tests.builders.training import SMALL
from tests.conftest import MakePlugin
from tests.test_disk import fill, small_disk

__all__ = ["small_disk"]
KEEP = Choices(keep_weights=True)


def weights_of(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (folder / "weights").iterdir()}


def model_of(trial: LearningTrial, hidden: int) -> tuple[Model, float]:
    """The model of a trial with other weights, and its score on test data."""
    catalogue = Catalogue.present()
    spec = catalogue.cells[trial.cell.name].item
    task = catalogue.tasks[trial.task].item(**trial.dials)  # type: ignore[arg-type]
    feed = open_feed(task, trial, {})
    needs = Needs(spec.inputs == "frames", spec.same_size, spec.carries_state)
    build = spec.load(trial.cell.options, trial.cell.implementation)
    model = Model(build, task, trial.recipe, feed.example(), hidden, needs)
    return model, lambda: evaluate(model, task, feed.test, torch.device("cpu")).scores  # type: ignore[return-value]


def test_weights_are_those_of_the_scores(tmp_path: Path) -> None:
    """Loaded into the same model, they give the test scores of the result to the last bit; the best
    epoch is not the last one here."""
    recipe = replace(SMALL, epochs=8, learning_rate=0.3, stop_when_solved=False)
    trial = learning_trial(recipe=recipe, learning_rate=0.3)
    checkpoints = Checkpoints(weights=str(tmp_path))
    result = run_trial(trial, options=RunOptions(checkpoints=checkpoints))
    learning = result.learning
    assert learning
    assert learning.chosen_epoch != learning.epochs_run
    path = checkpoints.weights_of(trial)
    assert path
    model, scores = model_of(trial, learning.hidden_size)
    model.load_state_dict(load_file(path), strict=True)
    assert scores() == learning.test  # type: ignore[operator]


def test_a_run_keeps_weights_and_gives_the_same_results(tmp_path: Path) -> None:
    """A file for each trial; ids and figures are those of a run that keeps none."""
    suite = write_suite(tmp_path)
    progress, ran = run(suite, tmp_path / "kept", choices=KEEP)
    assert progress.notices == []
    run(suite, tmp_path / "plain")
    assert sorted(weights_of(tmp_path / "kept")) == sorted(ran)
    assert learning_figures(tmp_path / "kept") == learning_figures(tmp_path / "plain")
    assert not (tmp_path / "plain" / "weights").exists()


def test_a_suite_may_ask_for_weights(tmp_path: Path) -> None:
    """As a key of its file, which no trial depends on."""
    path = write_suite(tmp_path)
    plain = read_suite(str(path), Catalogue.present())
    path.write_text("keep_weights = true\n" + path.read_text())
    asking = read_suite(str(path), Catalogue.present())
    assert (plain.keep_weights, asking.keep_weights) == (False, True)
    assert replace(asking, keep_weights=False) == plain


def test_what_a_search_tries_leaves_no_weights(tmp_path: Path) -> None:
    """Trials on tuning seeds have no test score."""
    tuned = 'recipe.tune=true recipe.learning_rates=[0.01,0.02] recipe.search="tuning-seeds"'
    choices = Choices(
        keep_weights=True, cells=("rnn",), settings=(*tuned.split(), "tasks.*.horizons=[4]")
    )
    _, ran = run(write_suite(tmp_path), tmp_path / "run", choices=choices)
    kept = weights_of(tmp_path / "run")
    assert len(ran) == 5
    assert [trial for trial in ran if ".tune" not in trial] == list(kept)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    """The second run resumes trials from their checkpoints; nothing half-written is left."""
    suite = write_suite(tmp_path, steps=60)
    folder = tmp_path / "run"
    one = Choices(cells=("rnn",), settings=("tasks.*.horizons=[4]",), keep_weights=True)
    line = [*command(suite, folder), "--keep-weights", "-c", "rnn", "--set", *one.settings]
    line += ["--set", "executor.checkpoint_seconds=0.0"]
    driver = start(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(list(folder.glob("checkpoints/*.pt"))))
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    (folder / "weights").mkdir(exist_ok=True)
    (folder / "weights" / ".cut.safetensors.123.part").write_bytes(b"half")
    again = call(line)
    assert again.returncode == 0, again.stderr
    assert any(result.resumed_at for result in Store(folder).read())
    run(suite, tmp_path / "undisturbed", choices=one)
    assert weights_of(folder) == weights_of(tmp_path / "undisturbed")


def test_results_from_before_have_no_weights_until_they_are_run_again(tmp_path: Path) -> None:
    """A sentence counts them; `--fresh` makes them, and a later one without the option removes
    them."""
    suite = write_suite(tmp_path)
    run(suite, tmp_path / "run")
    progress, ran = run(suite, tmp_path / "run", choices=KEEP)
    assert ran == []
    assert progress.notices == [
        "4 results from before have no weights; --fresh runs their trials again"
    ]
    progress, ran = run(suite, tmp_path / "run", choices=KEEP, fresh=True)
    assert progress.notices == []
    assert sorted(weights_of(tmp_path / "run")) == sorted(ran)
    run(suite, tmp_path / "run", fresh=True)
    assert weights_of(tmp_path / "run") == {}


def test_a_full_disk_ends_the_run_in_a_sentence(tmp_path: Path, small_disk: Path) -> None:
    """The trial whose weights could not be written counts as not run, and the same command runs it
    once there is room."""
    suite = write_suite(tmp_path)
    folder = small_disk / "run"
    (folder / "weights").mkdir(parents=True)
    line = [*command(suite, folder), "--keep-weights"]
    settings = ["--set", "recipe.parameters=100000", "--set", "tasks.*.horizons=[4]"]
    filler = fill(small_disk, leave=300_000)
    full = call([*line, *settings])
    assert full.returncode == 2, full.stdout + full.stderr
    assert ".safetensors: cannot be written: No space left on device. What finished" in full.stderr
    assert list(folder.glob("trials/*.json")) == []
    assert weights_of(folder) == {}
    filler.unlink()
    again = call([*line, *settings])
    assert "2 trials: 0 kept from before, 2 ok." in again.stdout, again.stderr
    assert len(weights_of(folder)) == 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file lies in its place."""
    (tmp_path / "weights").write_text("in the way")
    with pytest.raises(RnnbenchError, match=r"weights/.*\.safetensors: cannot be written: "):
        run(write_suite(tmp_path), tmp_path, choices=KEEP)


ODD = """
    import rnnbench
    from torch import nn

    class Odd(nn.GRU):
        def get_extra_state(self):
            return "words"

        def set_extra_state(self, state):
            pass

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("odd", lambda i, h: Odd(i, h, batch_first=True), "made for a test")]
"""


def test_a_state_that_is_no_tensor_is_told(make_plugin: MakePlugin, tmp_path: Path) -> None:
    """The result is kept, and a notice says why it has no weights."""
    make_plugin(ODD, distribution="odd-cell")
    suite = write_suite(tmp_path)
    choices = replace_cells(KEEP, "odd")
    progress, ran = run(suite, tmp_path / "run", choices=choices)
    reason = "the state of the model holds str, and no tensor"
    assert progress.new == {"ok": 2}
    assert progress.notices == [f"the weights of {trial} are not kept: {reason}" for trial in ran]
    assert run(suite, tmp_path / "run", choices=choices)[0].notices == []


def replace_cells(choices: Choices, *cells: str) -> Choices:
    return Choices(cells=cells, keep_weights=choices.keep_weights)


def test_a_training_that_diverges_leaves_no_weights(tmp_path: Path) -> None:
    """There is no score that they would belong to."""
    recipe = replace(SMALL, optimiser="sgd", clip_norm=0.0)
    trial = learning_trial(recipe=recipe, learning_rate=1e9)
    checkpoints = Checkpoints(weights=str(tmp_path))
    with LocalPool(jobs=1, checkpoints=checkpoints) as pool:
        (result,) = finish(pool, trial).values()
    assert result.status == "diverged"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64, torch.bool, torch.int64])
def test_every_kind_of_number_comes_back_to_the_last_bit(
    tmp_path: Path, dtype: torch.dtype
) -> None:
    """Also where two names share a tensor, or it is not contiguous."""
    table = (
        torch.arange(12.0).reshape(3, 4).to(dtype) / 3
        if dtype.is_floating_point or dtype.is_complex
        else torch.arange(12).reshape(3, 4).to(dtype)
    ).T
    weights = {"a": table, "b": table, "c": table[0, 0]}
    keep_weights(tmp_path / "weights" / "w.safetensors", weights, "")
    back = load_file(tmp_path / "weights" / "w.safetensors")
    assert all(torch.equal(back[name], table) for name in "ab")
    assert torch.equal(back["c"], table[0, 0])
    assert back["a"].dtype == dtype


def test_weights_do_not_depend_on_where_they_are_kept(tmp_path: Path) -> None:
    """The file of a trial is named by its id, in the folder of its run."""
    trial = learning_trial(cell=CellUse(name="gru"))
    context = ExecutorContext(tmp_path, keep_weights=True)
    assert context.checkpoints().weights_of(trial) == (
        tmp_path / "weights" / f"{trial_id(trial)}.safetensors"
    )
    assert ExecutorContext(tmp_path).checkpoints().weights_of(trial) is None
    assert load(save({"a": torch.ones(2)}))["a"].tolist() == [1, 1]
    assert msgspec.json.decode(msgspec.json.encode(context.checkpoints()), type=Checkpoints)
