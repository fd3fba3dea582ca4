"""Optimisers: the rates and the weight decay that recipe and cell ask for, schedules, rules that
end a training run."""

import math
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.errors import CellContractError
from rnnbench.model import Model
from rnnbench.records import CellUse, Epoch, MetricNote, Recipe
from rnnbench.runner import run_trial
from rnnbench.training import open_feed
from rnnbench.training.history import EXPLOSION, TrainingHistory
from rnnbench.training.optimiser import make_optimiser, set_rates
from rnnbench_tasks.long_range.adding import Adding
from tests.builders.records import learning_trial
from tests.builders.training import SMALL
from tests.conftest import MakePlugin

MSE = MetricNote("mse", "", "lower")


class Grouped(nn.GRU):
    """A cell whose recurrent weights learn at a tenth of the rate, and whose biases learn at a rate
    of their own."""

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        return [
            rnnbench.ParameterGroup([self.weight_hh_l0], learning_rate_factor=0.1),
            rnnbench.ParameterGroup(
                [self.bias_ih_l0, self.bias_hh_l0], learning_rate=0.5, weight_decay=False
            ),
        ]


def model_of(kind: type[nn.RNNBase], recipe: Recipe = SMALL) -> Model:
    task = Adding(10)
    example = open_feed(task, learning_trial(recipe=SMALL), {}).example()
    return Model(lambda i, h: kind(i, h, batch_first=True), task, recipe, example, 5)


def rates(optimiser: torch.optim.Optimizer, model: Model) -> dict[str, tuple[float, float]]:
    """Rate and weight decay by name of parameter; each stands in one group."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = []
    for group in optimiser.param_groups:
        settings = (group["lr"], group["weight_decay"])
        found += [(names[id(parameter)], settings) for parameter in group["params"]]
    assert len(found) == len(names) == len(dict(found))
    return dict(found)


def test_groups_that_a_cell_declares_are_honoured_in_every_layer() -> None:
    """Own rate, factor on the trial's rate, no weight decay; all else as the recipe says."""
    recipe = msgspec.structs.replace(SMALL, layers=2, optimiser="adamw", weight_decay=0.2)
    model = model_of(Grouped, recipe)
    found = rates(make_optimiser(model, recipe, 0.01), model)
    for layer in (0, 1):
        cell = f"layers.{layer}.cell"
        assert found[f"{cell}.weight_hh_l0"] == (0.001, 0.2)
        assert found[f"{cell}.bias_ih_l0"] == found[f"{cell}.bias_hh_l0"] == (0.5, 0.0)
        assert found[f"{cell}.weight_ih_l0"] == (0.01, 0.2)
    assert found["readout.weight"] == (0.01, 0.2)


@pytest.mark.parametrize(
    ("optimiser", "decay"), [("adam", 0.0), ("adamw", 0.01), ("sgd", 0.0), ("rmsprop", 0.0)]
)
def test_weight_decay_is_the_optimisers_own_unless_set(optimiser: str, decay: float) -> None:
    """As torch has it."""
    recipe = msgspec.structs.replace(SMALL, optimiser=optimiser)
    model = model_of(nn.GRU)
    assert {d for _, d in rates(make_optimiser(model, recipe, 0.01), model).values()} == {decay}
    theirs = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    plain = theirs.get(optimiser, torch.optim.RMSprop)(model.parameters(), lr=0.01)
    assert plain.param_groups[0]["weight_decay"] == decay


def test_groups_are_felt_in_the_weights(make_plugin: MakePlugin, tmp_path: Path) -> None:
    """A trial of a cell whose groups have rate zero leaves its recurrent weights as they were."""
    make_plugin(f"""
        import rnnbench
        import torch
        from torch import nn

        class Frozen(nn.GRU):
            def param_groups(self):
                return [rnnbench.ParameterGroup([self.weight_hh_l0], learning_rate_factor=0.0)]

            def forward(self, x, state=None):
                torch.save((self.weight_hh_l0.detach(), self.weight_ih_l0.detach()), {str(tmp_path / "now")!r})
                return super().forward(x, state)

            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                torch.save((self.weight_hh_l0.detach(), self.weight_ih_l0.detach()), {str(tmp_path / "first")!r})

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("frozen", lambda i, h: Frozen(i, h, batch_first=True), "made for a test")]
    """)
    assert (
        run_trial(
            learning_trial(cell=CellUse(name="frozen"), recipe=SMALL, learning_rate=0.1)
        ).status
        == "ok"
    )
    (frozen, free), (frozen_now, free_now) = (
        torch.load(tmp_path / name) for name in ("first", "now")
    )
    assert torch.equal(frozen, frozen_now)
    assert not torch.equal(free, free_now)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (
            lambda cell: [{"params": [cell.bias_hh_l0]}],
            "should give rnnbench.ParameterGroup, got dict",
        ),
        (
            lambda cell: [rnnbench.ParameterGroup([nn.Parameter(torch.zeros(2))])],
            "none of the cell's parameters",
        ),
        (lambda cell: [rnnbench.ParameterGroup([cell.bias_hh_l0])] * 2, "holds a parameter twice"),
        (
            lambda cell: [
                rnnbench.ParameterGroup(
                    [cell.bias_hh_l0], learning_rate_factor=2.0, learning_rate=1.0
                )
            ],
            "has both learning_rate and learning_rate_factor",
        ),
    ],
)
def test_groups_that_make_no_sense_are_told(groups: object, said: str) -> None:
    """In the words of the contract, with the name of the cell."""

    class Odd(nn.GRU):
        def param_groups(self) -> object:
            return groups(self)  # type: ignore[operator]

    with pytest.raises(CellContractError, match=f"Odd: .*{said}"):
        make_optimiser(model_of(Odd), SMALL, 0.01)


def test_a_cosine_falls_from_the_rate_of_each_group_to_zero() -> None:
    """Half a period over the budget of steps: full at first, half in the middle, next to nothing at
    last."""
    recipe = msgspec.structs.replace(SMALL, schedule="cosine")
    model = model_of(Grouped)
    optimiser = make_optimiser(model, recipe, 0.01)
    for step in range(101):
        set_rates(optimiser, recipe, step, 100)
        share = (1 + math.cos(math.pi * step / 100)) / 2
        assert [g["lr"] for g in optimiser.param_groups] == pytest.approx(
            [0.01 * share, 0.001 * share, 0.5 * share]
        )
    constant = make_optimiser(model, SMALL, 0.01)
    set_rates(constant, SMALL, 99, 100)
    assert constant.param_groups[0]["lr"] == 0.01


def test_of_equally_good_epochs_it_is_the_last_at_the_target_and_the_first_below_it() -> None:
    """What is solved may still learn what is not asked on validation data; what is not must not
    seem to progress."""
    for scores, best in (
        ((3, 0, 0, 1, 0, 2), 5),
        ((3, 2, 2, 4, 2, 3), 2),
        ((1, -1, 0, -1, 0, 0), 4),
    ):
        course = TrainingHistory()
        for number, score in enumerate(scores, 1):
            course.record(epoch(number, score), MSE, 0.0)
        assert course.best_epoch == best


def epoch(number: int, score: float) -> Epoch:
    return Epoch(number, number, 0.1, {"mse": score})


def follow(scores: Sequence[float], recipe: Recipe) -> TrainingHistory:
    """A course along these validation scores, until it is over; the target is 0."""
    course = TrainingHistory()
    for number, score in enumerate(scores, 1):
        course.record(epoch(number, score), MSE, 0.0)
        if course.is_over(recipe):
            break
    return course


@pytest.mark.parametrize(
    ("scores", "epochs", "futile"),
    [
        ((5, 4, 4, 4, 4, 4, 4, 4), 5, True),  # three epochs no better than the second
        ((5, 4, 4, 4, 3, 3, 3, 2), 8, False),
        ((5, 6, 7, 8, 1, 1, 1, 1), 4, True),
        ((4, 3, 2, 1, 1, 1, 1, 1), 7, True),
        ((8, 7, 6, 5, 4, 4, 4, 4), 8, False),  # out of budget in the same epoch: ran to its end
    ],
)
def test_futility_ends_what_no_longer_improves(
    scores: Sequence[float], epochs: int, futile: bool
) -> None:
    """After so many epochs without a better validation score; never otherwise."""
    course = follow(scores, Recipe(epochs=8, futility_epochs=3))
    assert (course.epoch, bool(course.futile)) == (epochs, futile)
    assert follow(scores, Recipe(epochs=8)).epoch == 8
    if futile:
        assert (
            course.futile
            == f"given up in epoch {epochs}: no better on validation data for 3 epochs"
        )


def test_what_is_solved_is_not_futile() -> None:
    """A trial that is at the target goes on to its end where it does not stop there."""
    recipe = Recipe(epochs=8, futility_epochs=2, stop_when_solved=False)
    course = follow((3, 0, 0, 0, 0, 0, 0, 0), recipe)
    assert (course.epoch, course.futile, course.epochs_to_target) == (8, "", 2)


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((2.0, 2.0 * EXPLOSION), ""),
        ((2.0, 2.1 * EXPLOSION), "loss exploded to 21,000 in epoch 1, from 2 at first"),
        ((1e-6, 0.5 * EXPLOSION), ""),
        ((1e-6, 1.1 * EXPLOSION), "loss exploded to 11,000 in epoch 1, from 10⁻⁶ at first"),
        ((2.0, math.nan), "loss not finite in epoch 1"),
        ((math.inf,), "loss not finite in epoch 1"),
    ],
)
def test_divergence_is_a_loss_that_leaves_the_finite_numbers_or_explodes(
    losses: Sequence[float], said: str
) -> None:
    """Ten thousand times the first one, or ten thousand where that was below one."""
    course = TrainingHistory()
    fine = [course.accept_loss(loss) for loss in losses]
    assert course.diverged == said
    assert all(fine) == (not said)
