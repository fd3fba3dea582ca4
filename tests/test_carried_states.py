"""Training from carried states: which states a batch starts from, and what stays as it was."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.errors import Refused, RnnbenchError
from rnnbench.model import Model, Needs
from rnnbench.records import CellUse, LearningTrial, Recipe, trial_id
from rnnbench.suite import check_suite
from rnnbench.training import Checkpoint, open_feed
from rnnbench.training.carried_states import CarriedStates
from rnnbench.training.losses import on_device
from rnnbench.training.state_batches import StateBatches
from rnnbench.training.trainer import Trainer
from tests.builders.modes import lstm
from tests.builders.records import learning_trial
from tests.builders.training import SMALL
from tests.test_modes import Lengths, Masked, Written

CPU = torch.device("cpu")
CARRIED = msgspec.structs.replace(SMALL, start="carried", epochs=2)


class Counts(nn.Module):
    """h_t = h_{t-1} + the first feature; it notes the states that it starts from and leaves."""

    def __init__(self, _: int, hidden: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(hidden))
        self.started: list[list[float] | None] = []
        self.left: list[list[float]] = []

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Tensor]:
        h = torch.zeros(len(x), 1) if state is None else state
        h_BT = h + x[..., 0].cumsum(1)
        self.started.append(None if state is None else state.flatten().tolist())
        self.left.append(h_BT[:, -1].tolist())
        return h_BT.unsqueeze(-1) * self.scale, h_BT[:, -1:]


class Ones(Lengths):
    """One at each real step, and 99 behind it."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        made = super().generate(rng, count)
        return rnnbench.Batch(
            np.where(made.inputs == 99, 99, 1).astype(np.float32),
            made.targets,
            lengths=made.lengths,
        )


def trial(task: rnnbench.Task, recipe: Recipe = CARRIED, **changes: Any) -> LearningTrial:
    return learning_trial(task=task.name, dials={"horizon": task.horizon}, recipe=recipe, **changes)


def carrying(task: rnnbench.Task, cell: Any = lstm) -> tuple[CarriedStates, Model]:
    torch.manual_seed(0)
    feed = open_feed(task, trial(task), {})
    model = Model(cell, task, CARRIED, feed.example(), 4)
    return CarriedStates(trial(task), model, feed.example(), CPU), model


def counting(task: rnnbench.Task) -> tuple[CarriedStates, Counts]:
    carried, model = carrying(task, Counts)
    cell = model.cells[0]
    assert isinstance(cell, Counts)
    cell.started.clear()
    cell.left.clear()
    return carried, cell


def batch_of(values: list[float], steps: int = 3) -> rnnbench.Batch:
    """Sequences that add up to these values."""
    inputs = np.zeros((len(values), steps, 2), np.float32)
    inputs[:, 0, 0] = values
    return rnnbench.Batch(inputs, np.zeros((len(values), 2), np.float32))


def test_a_batch_starts_from_the_final_states_of_the_one_before_in_another_order() -> None:
    """The first one starts from the initial state; each final state is passed on once."""
    carried, cell = counting(Lengths())
    values = [float(2**row) for row in range(8)]
    for _ in range(3):
        carried.outputs(on_device(batch_of(values), CPU))
    assert cell.started[0] is None
    assert cell.left[0] == values
    for before, after in ((0, 1), (1, 2)):
        started = cell.started[after]
        assert started is not None
        assert sorted(started) == sorted(cell.left[before])
        assert started != cell.left[before]
        assert cell.left[after] == [a + b for a, b in zip(started, values, strict=True)]


def test_batches_of_another_size_take_some_states_or_some_of_them_twice() -> None:
    """A last batch may be smaller; each state then starts about as many sequences as any other."""
    carried, cell = counting(Lengths())
    for size in (8, 3, 8):
        carried.outputs(on_device(batch_of([float(10**row) for row in range(size)]), CPU))
    few, many = cell.started[1:]
    assert few is not None
    assert many is not None
    assert len(set(few)) == 3
    assert set(few) < set(cell.left[0])
    assert set(many) == set(cell.left[1])
    assert sorted(many.count(value) for value in set(many)) == [2, 3, 3]


def test_padding_touches_no_state() -> None:
    """A cell that counts steps has counted the real ones alone."""
    task = Ones()
    carried, _ = carrying(task, Counts)
    feed = open_feed(task, trial(task), {})
    counted = 0.0
    for batch in feed.epoch():
        assert batch.lengths is not None
        carried.outputs(on_device(batch, CPU))
        counted += batch.lengths.sum()
        (left,) = carried.content()["leaves"]
        assert left.sum() == counted


@pytest.mark.parametrize("task", [Lengths(), Masked(), Written()])
def test_the_first_batch_has_the_outputs_of_a_run_from_zero(task: rnnbench.Task) -> None:
    """At every step that is asked, whatever the lengths; and so have its gradients."""
    carried, model = carrying(task)
    model.double()
    batch = on_device(next(open_feed(task, trial(task), {}).epoch()), CPU)
    if batch.inputs.is_floating_point():
        batch = batch._replace(inputs=batch.inputs.double())
    expected = model(batch.inputs, batch.tokens, batch.lengths)
    outputs = carried.outputs(batch)
    if batch.asked is not None and task.asks_at_steps:
        expected = expected[batch.asked]
        outputs = outputs[batch.asked]
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    weights = list(model.parameters())
    ours = torch.autograd.grad(outputs.square().sum(), weights)
    theirs = torch.autograd.grad(expected.square().sum(), weights)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


def test_a_trained_epoch_goes_on_from_the_last_one_and_is_evaluated_from_zero() -> None:
    """All training batches in one chain; evaluations see no carried state, and leave none."""
    task = Lengths()
    feed = open_feed(task, trial(task), {})
    model = Model(Counts, task, CARRIED, feed.example(), 4)
    trainer = Trainer(trial(task), task, model, feed, Checkpoint(None))
    cell = model.cells[0]
    assert isinstance(cell, Counts)
    cell.started.clear()
    cell.left.clear()
    trainer.run()
    calls = list(zip(cell.started, cell.left, strict=True))
    whole = [started for started, left in calls if len(left) == CARRIED.batch_size]
    evaluations = [started for started, left in calls if len(left) > CARRIED.batch_size]
    batches = CARRIED.epochs * CARRIED.steps_per_epoch
    assert [started is None for started in whole] == [True, *[False] * (batches - 1)]
    assert evaluations == [None] * CARRIED.epochs


@pytest.mark.parametrize("start", ["zero", "carried"])
def test_no_gradient_flows_into_the_batch_before(start: str) -> None:
    """The states are cut off; a second backward pass finds its own graph alone."""
    recipe = msgspec.structs.replace(CARRIED, start=start)
    task = Lengths()
    feed = open_feed(task, trial(task, recipe), {})
    model = Model(lstm, task, recipe, feed.example(), 4)
    trainer = Trainer(trial(task, recipe), task, model, feed, Checkpoint(None))
    assert np.isfinite(trainer.train_epoch())
    assert (trainer.carried is not None) == (start == "carried")
    if trainer.carried:
        assert not any(leaf.requires_grad for leaf in trainer.carried.content()["leaves"])


def test_all_cells_start_in_the_same_order() -> None:
    """It depends on task, dials and seed alone."""

    def order(**changes: Any) -> list[int]:
        task = Lengths()
        feed = open_feed(task, trial(task), {})
        model = Model(lstm, task, CARRIED, feed.example(), 4)
        carried = CarriedStates(trial(task, **changes), model, feed.example(), CPU)
        return carried.stream.permutation(30).tolist()

    assert order() == order(cell=CellUse(name="lstm"), learning_rate=0.5)
    assert order() != order(seed=1)


class Named(NamedTuple):
    """A state with names."""

    h: Tensor
    steps: int


def test_sequences_are_taken_along_the_axis_on_which_they_lie() -> None:
    """Of any kind of state: lists, names, mappings; what no sequence owns is common to all."""

    def states(sequences: int) -> list[Any]:
        h = torch.arange(2.0 * sequences).reshape(2, sequences)
        shared = torch.tensor(7.0)
        return [Named(h, 5), {"c": h.T, "shared": shared, "none": None}]

    batches = StateBatches(states(2), states(3))
    (h, steps), rest = batches.take(states(4), torch.tensor([3, 3, 0]))
    assert h.tolist() == [[3, 3, 0], [7, 7, 4]]
    assert steps == 5
    assert rest["c"].tolist() == [[3, 7], [3, 7], [0, 4]]
    assert (rest["shared"], rest["none"]) == (torch.tensor(7.0), None)
    joined = batches.join([states(2), batches.take(states(3), torch.tensor([2]))])
    assert joined[0].h.tolist() == [[0, 1, 2], [2, 3, 5]]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (lambda sequences: torch.zeros(2 * sequences, 4), r"has shape \(4, 4\) for two sequences"),
        (lambda sequences: torch.zeros(sequences, sequences), r"has shape \(2, 2\) for two"),
        (lambda _: object(), "an object of a class of its own"),
    ],
)
def test_states_whose_sequences_cannot_be_told_apart_are_refused(state: Any, says: str) -> None:
    with pytest.raises(Refused, match=says):
        StateBatches(state(2), state(3))


def test_a_cell_that_carries_no_state_is_refused() -> None:
    """Its training would be another one than that of the others."""
    task = Lengths()
    example = open_feed(task, trial(task), {}).example()
    with pytest.raises(Refused, match="the cell carries no state from call to call"):
        Model(lstm, task, CARRIED, example, 4, Needs(carries_state=False))


def suite_of(task: str, recipe: Mapping[str, object]) -> dict[str, Any]:
    return {
        "version": 1,
        "summary": "made for a test",
        "cells": ["gru"],
        "tasks": [{"name": task, "recipe": recipe}],
    }


def test_a_suite_takes_the_key_for_sequences_and_refuses_it_for_streams() -> None:
    """In one sentence, with what to do."""
    catalogue = Catalogue.present()
    suite = check_suite(suite_of("adding", {"start": "carried"}), "s.toml", catalogue)
    assert suite.tasks[0].recipe.start == "carried"
    streams = [name for name, found in catalogue.tasks.items() if found.item.mode == "stream"]
    assert streams
    with pytest.raises(RnnbenchError, match="the windows of a stream carry their states anyway"):
        check_suite(suite_of(streams[0], {"start": "carried"}), "s.toml", catalogue)


def test_a_trial_that_starts_at_zero_is_called_as_before() -> None:
    """Stored results stay valid: the key is left out of the hash at its default."""
    zero = msgspec.structs.replace(SMALL, start="zero")
    assert trial_id(trial(Lengths(), zero)) == "lengths.h7.gru.s0.f1df2e0a037d"
    assert trial_id(trial(Lengths(), CARRIED)) != trial_id(
        trial(Lengths(), msgspec.structs.replace(CARRIED, start="zero"))
    )
