"""A trial that is killed at any epoch and resumed gives the same bits as one that was not
disturbed."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from rnnbench.executors.local import LocalPool
from rnnbench.records import CellUse, Checkpoints, LearningTrial, Result
from rnnbench.runner import RunOptions, run_trial
from rnnbench.training import Checkpoint
from rnnbench.training.checkpoint import restore_streams
from tests.builders.executors import finish
from tests.builders.matrix import each
from tests.builders.records import learning_trial
from tests.builders.training import SMALL
from tests.conftest import MakePlugin

EPOCHS = 5
STEPS = 4
CALLS_AN_EPOCH = STEPS + 1
"""Training batches, and one of validation."""

DYING = """
    import os, random, signal
    from pathlib import Path
    import numpy
    import rnnbench
    import torch
    from torch import nn

    class Dying(nn.Module):
        '''Draws from every generator there is; at its n-th call it is killed, unless it was before.'''

        def __init__(self, inputs, hidden, at, mark):
            super().__init__()
            self.gru = nn.GRU(inputs, hidden, batch_first=True)
            self.drop = nn.Dropout(0.3)
            self.register_buffer("seen", torch.zeros(()))
            self.calls, self.at, self.mark = 0, at, Path(mark)

        def forward(self, x, state=None):
            if x.shape[0] > 3:
                self.calls += 1
                if self.calls == self.at and not self.mark.exists():
                    self.mark.write_text("killed once")
                    os.kill(os.getpid(), signal.SIGKILL)
            y, state = self.gru(x, state)
            if self.training:
                self.seen += 1
                y = self.drop(y) + 0.01 * (random.random() + numpy.random.rand()) * torch.rand_like(y)
            return y + 0.001 * self.seen, state

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("dying", Dying, "made for a test", options={"at": 0, "mark": ""})]
"""


@pytest.fixture(autouse=True)
def dying_cell(make_plugin: MakePlugin) -> None:
    """A cell that is killed once."""
    make_plugin(DYING, distribution="dying-cell")


def dying(mark: Path, at: int, **recipe: object) -> LearningTrial:
    changed = msgspec.structs.replace(
        SMALL, epochs=EPOCHS, steps_per_epoch=STEPS, stop_when_solved=False, **recipe
    )
    return learning_trial(
        cell=CellUse(name="dying", options={"at": at, "mark": str(mark)}),
        recipe=changed,
        learning_rate=0.01,
    )


def one(pool: LocalPool, trial: LearningTrial) -> Result:
    return finish(pool, trial)["dying"]


def places() -> Iterator[int]:
    """In the middle of each epoch, and at its evaluation."""
    for epoch in range(EPOCHS):
        yield epoch * CALLS_AN_EPOCH + 2
        yield (epoch + 1) * CALLS_AN_EPOCH


@pytest.mark.parametrize("at", each(list(places()), 3))
def test_killed_at_any_epoch_and_resumed_it_gives_the_same_bits(tmp_path: Path, at: int) -> None:
    """In the middle of training and of an evaluation: weights, optimiser, schedule and every random
    stream go on."""
    trial = dying(tmp_path / "mark", at, optimiser="adamw", schedule="cosine")
    with LocalPool(jobs=1, checkpoints=Checkpoints(str(tmp_path / "kept"), 0.0)) as pool:
        killed = one(pool, trial)
        assert killed.status == "killed"
        resumed = one(pool, trial)
    with LocalPool(jobs=1) as pool:
        undisturbed = one(pool, trial)
    assert (resumed.status, undisturbed.status) == ("ok", "ok"), resumed.reason
    behind = (at - 1) // CALLS_AN_EPOCH
    assert resumed.resumed_at == ((behind,) if behind else ())
    assert undisturbed.resumed_at == ()
    assert msgspec.json.encode(resumed.learning) == msgspec.json.encode(undisturbed.learning)


@pytest.mark.parametrize("optimiser", ["adam", "sgd", "rmsprop"])
def test_every_optimiser_goes_on_where_it_was(tmp_path: Path, optimiser: str) -> None:
    """Its moments are kept."""
    trial = dying(tmp_path / "mark", 3 * CALLS_AN_EPOCH + 1, optimiser=optimiser)
    with LocalPool(jobs=1, checkpoints=Checkpoints(str(tmp_path / "kept"), 0.0)) as pool:
        one(pool, trial)
        resumed = one(pool, trial)
    assert resumed.resumed_at == (3,)
    assert resumed.learning == run_trial(trial).learning


def test_carried_states_go_on_where_they_were(tmp_path: Path) -> None:
    """With the order in which they are passed on."""
    trial = dying(tmp_path / "mark", 3 * CALLS_AN_EPOCH + 1, start="carried")
    with LocalPool(jobs=1, checkpoints=Checkpoints(str(tmp_path / "kept"), 0.0)) as pool:
        one(pool, trial)
        resumed = one(pool, trial)
    assert resumed.resumed_at == (3,)
    assert resumed.learning == run_trial(trial).learning


def test_seconds_in_all_processes_count_against_the_limit(tmp_path: Path) -> None:
    """A trial that is cut off again and again does not live for ever."""
    trial = dying(tmp_path / "mark", 2 * CALLS_AN_EPOCH + 1)
    options = RunOptions(checkpoints=Checkpoints(str(tmp_path), 0.0))
    (tmp_path / "mark").write_text("not this time")
    run_trial(trial, options=options)
    checkpoint = options.checkpoints.of(trial)
    assert checkpoint
    content = torch.load(checkpoint, weights_only=True)
    course = json.loads(content["course"])
    course["seconds_training"] = trial.recipe.limit_seconds + 1
    torch.save({**content, "course": json.dumps(course)}, checkpoint)
    again = run_trial(trial, options=options)
    assert (again.status, again.reason) == (
        "timeout",
        "longer than its limit of 600 s, in several processes",
    )


@pytest.mark.parametrize("damage", ["cut", "zeros", "other trial", "other versions"])
def test_a_checkpoint_that_does_not_fit_is_not_used(
    tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged, or written under other conditions: the trial starts anew, says so, and gives the
    same bits."""
    (tmp_path / "mark").write_text("not this time")
    trial = dying(tmp_path / "mark", 1)
    options = RunOptions(checkpoints=Checkpoints(str(tmp_path), 0.0))
    checkpoint = options.checkpoints.of(trial)
    assert checkpoint
    undisturbed = run_trial(trial, options=options)
    whole = checkpoint.read_bytes()
    if damage == "cut":
        checkpoint.write_bytes(whole[: len(whole) // 2])
    elif damage == "zeros":
        checkpoint.write_bytes(bytes(len(whole)))
    elif damage == "other trial":
        trial = msgspec.structs.replace(trial, seed=1)
        undisturbed = run_trial(trial)
        own = options.checkpoints.of(trial)
        assert own
        checkpoint.rename(own)
    else:
        monkeypatch.setattr("rnnbench.environment.versions", lambda: {"torch": "0.1"})
    again = run_trial(trial, options=options)
    assert again.resumed_at == ()
    assert again.learning == undisturbed.learning
    assert "the checkpoint is not used: it" in capsys.readouterr().out


def test_no_checkpoint_is_written_before_its_period(tmp_path: Path) -> None:
    """A trial of seconds leaves none behind."""
    (tmp_path / "mark").write_text("not this time")
    trial = dying(tmp_path / "mark", 1)
    for seconds, kept in ((60.0, False), (0.0, True)):
        checkpoints = Checkpoints(str(tmp_path), seconds)
        run_trial(trial, options=RunOptions(checkpoints=checkpoints))
        path = checkpoints.of(trial)
        assert path
        assert path.exists() == kept


def test_a_checkpoint_runs_no_code_when_it_is_read(tmp_path: Path) -> None:
    """`weights_only`: a pickle that would call something is refused."""

    class Calls:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "called",))

    path = tmp_path / "checkpoint.pt"
    path.write_bytes(pickle.dumps({"conditions": "", "streams": Calls()}, protocol=2))
    assert Checkpoint(path).read() is None
    torch.save({"conditions": "", "streams": Calls()}, path)
    assert Checkpoint(path).read() is None
    assert not (tmp_path / "called").exists()


def test_where_no_checkpoint_can_be_kept_the_trial_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk or a folder that is gone is no reason to lose a trial."""
    (tmp_path / "file").write_text("stands where the folder should be")
    (tmp_path / "mark").write_text("not this time")
    options = RunOptions(checkpoints=Checkpoints(str(tmp_path / "file"), 0.0))
    assert run_trial(dying(tmp_path / "mark", 1), options=options).status == "ok"
    assert "rnnbench: no checkpoint: " in capsys.readouterr().out


def test_legacy_numpy_streams_go_on_to_the_bit(tmp_path: Path) -> None:
    """The state of numpy's global generator survives the round trip through text."""
    np.random.seed(5)
    np.random.standard_normal()  # leaves a number in the generator's hand
    checkpoint = Checkpoint(tmp_path / "checkpoint.pt")
    checkpoint.write({})
    expected = np.random.standard_normal(7)
    np.random.seed(6)
    content = checkpoint.read()
    assert content
    restore_streams(content)
    assert np.array_equal(np.random.standard_normal(7), expected)


def test_a_cell_whose_state_cannot_be_written_has_no_checkpoint_and_the_same_result(
    make_plugin: MakePlugin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How often checkpoints are written changes no figure and no status."""
    make_plugin(
        """
        import rnnbench
        from torch import nn

        class Odd(nn.GRU):
            def get_extra_state(self):
                return lambda: None

            def set_extra_state(self, state):
                pass

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("odd", lambda i, h: Odd(i, h, batch_first=True), "made for a test")]
        """,
        distribution="odd-cell",
    )
    trial = learning_trial(cell=CellUse(name="odd"), recipe=SMALL, learning_rate=0.01)
    often = run_trial(trial, options=RunOptions(checkpoints=Checkpoints(str(tmp_path), 0.0)))
    assert (often.status, often.learning) == ("ok", run_trial(trial).learning)
    assert "rnnbench: no checkpoint: " in capsys.readouterr().out
