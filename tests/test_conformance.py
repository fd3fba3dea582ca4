"""The checks of cells: each fails on a cell that breaks its law, and none on a sound cell that is
hard for it."""

import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench.testing import CELL_CHECKS, agreement, check_cell, run_check
from tests.builders.matrix import each

CHECKS = {check.name: check for check in CELL_CHECKS}


class Sound(nn.Module):
    """h_t = tanh(W x_t + U h_{t-1} + b). Its parts are what the broken ones below change."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.from_input, self.from_state = (
            nn.Linear(inputs, hidden),
            nn.Linear(hidden, hidden, bias=False),
        )

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            raise ValueError("no steps")
        h = self.first(x, state)
        outputs = []
        for x_t in x.unbind(1):
            h = self.move(x_t, h)
            outputs.append(h)
        return self.last(torch.stack(outputs, 1), x), self.given(h)

    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return x.new_zeros(len(x), self.from_state.in_features) if state is None else state

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(self.from_input(x) + self.from_state(h))

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y

    def given(self, h: Tensor) -> Any:
        return h


class LooksAhead(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y + 0.1 * y.flip(1)


class SeesNeighbours(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        h = super().move(x, h)
        return h - 0.1 * h.mean(0)


class SeesNeighboursInTraining(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y - 0.1 * y.mean(0) if self.training else y


class Forgets(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(self.from_input(x) + self.from_state(torch.ones_like(h)))


class Identity(nn.Module):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            raise ValueError("no steps")
        return x, x.new_zeros(len(x), 1)


class IgnoresState(Sound):
    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return super().first(x, None)


class CarriesOneStepOnly(Sound):
    """Step by step it is right, in chunks it is not."""

    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return super().first(x, state if x.shape[1] == 1 else None)


class CarriesFirstSampleOnly(Sound):
    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        h = super().first(x, None)
        return h if state is None else torch.cat([state[:1], h[1:]])


class ChangesStateInPlace(Sound):
    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        if state is None:
            return super().first(x, None)
        kept = state.clone()
        state.detach().mul_(0.5)
        return kept


class CutsGradientOfState(Sound):
    def given(self, h: Tensor) -> Any:
        return h.detach()


class NoState(Sound):
    def given(self, h: Tensor) -> Any:
        return None


class CutsGradientEachStep(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return super().move(x, h.detach())


class WrongGradient(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        h = super().move(x, h)
        return h + 0.1 * (h - h.detach())


class IdleParameter(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.idle = nn.Parameter(torch.zeros(hidden))


class ParametersInAList(nn.Module):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.inner = [Sound(inputs, hidden)]

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        return self.inner[0](x, state)


class ReadsPadding(Sound):
    """It counts the steps of zeros, wherever they stand."""

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        empty = (x == 0).all(-1).sum(1).clamp(max=1)
        return y * (1 + empty[:, None, None])


class OwnRandomness(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        with torch.no_grad():
            self.from_input.weight.mul_(random.SystemRandom().random())


class Leaks(Sound):
    """What it saw last is where it begins next."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.kept = 0.0

    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        h = super().first(x, state) + self.kept
        self.kept = float(x.detach().mean())
        return h


class Drops(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return functional.dropout(y, 0.5, self.training)


class Unregistered(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.scale = torch.rand(hidden)

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y * self.scale


class NotPickled(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.activation = lambda h: h

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return self.activation(y)


class OnlySingle(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y.float()


class AnswersNothing(Sound):
    """For T = 0 it gives an empty answer, and the state that it was given."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            return x.new_zeros(len(x), 0, self.from_state.in_features), self.first(x, state)
        return super().forward(x, state)


class AnswersWhatWasNotAsked(Sound):
    """For T = 0 it gives a step."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            return x.new_zeros(len(x), 1, self.from_state.in_features), self.first(x, state)
        return super().forward(x, state)


class LeaksAndSeeds(Leaks):
    """It seeds where it is built, and remembers earlier calls."""

    def __init__(self, inputs: int, hidden: int) -> None:
        torch.manual_seed(42)
        super().__init__(inputs, hidden)


class Seeds(Sound):
    """All seeds give one initialisation."""

    def __init__(self, inputs: int, hidden: int) -> None:
        torch.manual_seed(42)
        super().__init__(inputs, hidden)


class SeedsOthers(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        np.random.seed(1)


class SeedsAtEachStep(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        random.seed(3)
        return y


class SetsDefaultDtype(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        torch.set_default_dtype(torch.float64)


class SetsThreadsInTraining(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        if self.training:
            torch.set_num_threads(torch.get_num_threads() + 1)
        return y


class ChangesInputs(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        x.detach().mul_(0.5)
        return y


class AppendsToItsState(Sound):
    """The list that the caller holds grows."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        h, seen = (None, []) if state is None else state
        y, h = super().forward(x, h)
        seen.append(x.shape[1])
        return y, (h, seen)


class WritesIntoItsState(Sound):
    """The dict that the caller holds gets another tensor."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        state = {"h": None} if state is None else state
        y, state["h"] = super().forward(x, state["h"])
        return y, state


class Box:
    """A plain class around a tensor."""

    def __init__(self, h: Tensor) -> None:
        self.h = h


class BoxesItsState(Sound):
    def first(self, x: Tensor, state: Any) -> Tensor:
        return super().first(x, None if state is None else state.h)

    def given(self, h: Tensor) -> Any:
        return Box(h)


class MixesFrom16(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y - 0.1 * y.mean(0) if len(y) >= 16 else y


class MixesFrom16InTraining(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y - 0.1 * y.mean(0) if len(y) >= 16 and self.training else y


class LooksFarAhead(nn.Module):
    """It has no state, and sees what comes 400 steps later."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.Linear(inputs, hidden)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        y = torch.cumsum(self.layer(x), 1)
        later = functional.pad(x, (0, 0, 0, 400))[:, 400:]
        return y + 0.1 * self.layer(later) - 0.1 * self.layer(torch.zeros_like(later)), None


class AtLeast17(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        if hidden < 17:
            raise ValueError(f"proj_size has to be smaller than hidden_size, got {hidden}")
        super().__init__(inputs, hidden)


class EightHeads(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        assert hidden % 8 == 0, "eight heads"
        super().__init__(inputs, hidden)


class AsWideAsItsInputs(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        if inputs != hidden:
            raise ValueError("input size and hidden size differ")
        super().__init__(inputs, hidden)


def other_arguments(width: int) -> nn.Module:
    return Sound(width, width)


class Quantises(Sound):
    """Its outputs are rounded, and its gradients pretend that they are not."""

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        h = super().move(x, h)
        return h + (torch.round(8 * h) / 8 - h).detach()


class Exits(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        sys.exit(0)


class NeedsContiguous(Sound):
    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        return super().forward(x.view(-1).view(x.shape), state)


class BeginsElsewhere(Sound):
    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return torch.ones_like(super().first(x, None)) if state is None else state


class Explodes(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return self.from_input(x) + 1.5 * h + 0.01 * self.from_state(h)


class LeaksAndExplodes(Leaks):
    """Its state grows without bound, and it remembers earlier calls."""

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return self.from_input(x) + 1.5 * h + 0.01 * self.from_state(h)


class DropsAt64(Sound):
    """It loses its state after every 64 steps of a call."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            raise ValueError("no steps")
        parts = []
        for part in torch.split(x, 64, dim=1):
            y, after = super().forward(part, state)
            parts.append(y)
            state = None
        return torch.cat(parts, 1), after


class RescalesBatch(Sound):
    """Where one sequence is large, all are made smaller."""

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y * 0.5 if x.abs().max() > 6 else y


class ThirdOfBatch(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return torch.cat([y[:2], -y[2:]])


class SmallWrongGradient(Sound):
    """h moves by 1e-3 a step, and its gradient has the wrong sign."""

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        step = 1e-3 * torch.tanh(self.from_input(x) + self.from_state(h))
        return h + 2 * step.detach() - step


def stuck_implementations(inputs: int, hidden: int, implementation: str = "flows") -> nn.Module:
    return Sound(inputs, hidden) if implementation == "flows" else Stuck(inputs, hidden)


class Stuck(Sound):
    """Nothing below it in a stack would learn."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        return super().forward(x.detach(), state)


class NotAMethod(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.initial_state = nn.Parameter(torch.zeros(hidden))


def with_options(inputs: int, hidden: int, idle: float = 1.0, mode: str = "plain") -> nn.Module:
    """It takes two options, and minds neither."""
    return Sound(inputs, hidden)


def two_implementations(inputs: int, hidden: int, implementation: str = "slow") -> nn.Module:
    return Sound(inputs, hidden) if implementation == "slow" else Nearly(inputs, hidden)


class Nearly(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return super().move(x, h) + 1e-6 * h


def spec(build: str | Callable[..., Any], **fields: Any) -> rnnbench.CellSpec:
    return rnnbench.CellSpec(name="under-test", build=build, source="this test", **fields)


BROKEN: list[tuple[rnnbench.CellSpec, set[str], str]] = [
    (
        spec(LooksAhead, carries_state=False),
        {"causal", "pads", "declares"},
        "causal: it looks ahead: .* changed the outputs before step .* by 0",
    ),
    (
        spec(SeesNeighbours),
        {"independent", "pads", "declares"},
        "independent: a sequence with other neighbours, in eval",
    ),
    (
        spec(SeesNeighboursInTraining),
        {"independent", "repeats"},
        "with other neighbours, in training,",
    ),
    (spec(Forgets), {"remembers"}, "it uses no history"),
    (spec(Identity), {"remembers", "differentiates"}, "it has no parameters to learn"),
    (
        spec(IgnoresState),
        {"carries", "pads"},
        "carries: in chunks of 1 the outputs differ from those of the whole by",
    ),
    (spec(CarriesOneStepOnly), {"carries", "pads"}, "carries: in chunks of 7"),
    (spec(CarriesFirstSampleOnly), {"carries"}, "in sequence 1, 2 of 3 only"),
    (spec(ChangesStateInPlace), {"carries", "differentiates"}, "changed in place"),
    (spec(CutsGradientOfState), {"carries"}, "the gradients by the inputs differ"),
    (spec(NoState), {"carries", "pads"}, "declare carries_state=False"),
    (spec(DropsAt64), {"carries"}, "in chunks of 128 and 172 the outputs differ"),
    (spec(RescalesBatch), {"independent"}, "a thousand times as large"),
    (
        spec(ThirdOfBatch),
        {"independent", "pads"},
        "the other way round|with other neighbours|alone",
    ),
    (spec(SmallWrongGradient), {"differentiates"}, "by finite differences"),
    (
        spec(stuck_implementations, implementations=("flows", "stuck")),
        {"agrees"},
        "the gradients by the inputs",
    ),
    (spec(NotAMethod), {"declares", "differentiates"}, "its initial_state is no method"),
    (spec(CutsGradientEachStep), {"differentiates"}, "by finite differences, and .* by autograd"),
    (spec(WrongGradient), {"differentiates"}, "by finite differences, and .* by autograd"),
    (spec(IdleParameter), {"differentiates"}, r"no gradient reaches idle \(1 of 4 parameters\)"),
    (spec(ParametersInAList), {"differentiates", "moves"}, "are they held in a plain list"),
    (spec(ReadsPadding), {"pads"}, "steps of zeros behind a sequence of .* changed its outputs"),
    (spec(OwnRandomness), {"repeats"}, "two cells of one seed differ in from_input.weight"),
    (spec(Drops), {"repeats"}, "its dropout is to be 0 by default"),
    (spec(Unregistered), {"moves"}, "its state_dict answers otherwise"),
    (spec(NotPickled), {"moves"}, "pickle fails"),
    (spec(OnlySingle), {"moves"}, "in float64 it gives torch.float32"),
    (
        spec(AnswersWhatWasNotAsked),
        {"declares"},
        r"0 steps is answered with shape \(3, 1, 5\).*\(3, 0, 5\)",
    ),
    (
        spec(Seeds),
        {"isolated"},
        "building it seeds torch's generator: .* all seeds of a suite train from the same",
    ),
    (spec(SeedsOthers), {"isolated"}, "building it seeds numpy's generator"),
    (spec(SeedsAtEachStep), {"isolated"}, "running it seeds Python's `random`"),
    (
        spec(SetsDefaultDtype),
        {"isolated", "repeats"},
        "building it changes switches .*: default_dtype is float64, was float32",
    ),
    (
        spec(SetsThreadsInTraining),
        {"isolated"},
        r"running it in training changes switches .*: threads is \d, was",
    ),
    (spec(AppendsToItsState), {"carries"}, "was changed in place: a sequence of 1 has 2 parts now"),
    (
        spec(WritesIntoItsState),
        {"carries", "differentiates"},
        "was changed in place: a tensor differs by",
    ),
    (
        spec(BoxesItsState),
        {"carries"},
        "holds an object of class Box.*Make it a tree: .* @dataclass",
    ),
    (spec(MixesFrom16), {"independent"}, "sequence 1 of 40 with other neighbours, in evaluation"),
    (
        spec(MixesFrom16InTraining),
        {"independent"},
        "sequence 1 of 40 with other neighbours, in training",
    ),
    (
        spec(LooksFarAhead, carries_state=False),
        {"causal"},
        "it looks ahead: another input from step 1 of 1100",
    ),
    (
        spec(AtLeast17),
        {"declares"},
        "hidden size 5: ValueError: proj_size .* it takes 17, 18, 19, .*: declare smallest=17",
    ),
    (spec(EightHeads), {"declares"}, "AssertionError: eight heads.*declare hidden_multiple=8$"),
    (spec(AsWideAsItsInputs), {"declares"}, "declare same_size=True"),
    (
        spec(other_arguments),
        {"declares"},
        r"TypeError: .*Is `build` a function of \(input_size, hidden_size",
    ),
    (spec(Quantises), {"differentiates"}, "are declared with straight_through=True"),
    (spec(NeedsContiguous), {"declares"}, "declares: it raised RuntimeError"),
    (spec(BeginsElsewhere), {"declares"}, "a method initial_state"),
    (spec(Sound, parameters=lambda i, h: h), {"declares"}, "declares parameters=1 and has"),
    (
        spec(Sound, state_floats=lambda i, h: 2 * h),
        {"declares"},
        "declares state_floats=2 and has 1",
    ),
    (spec(with_options, options={"idle": 1.0}), {"declares"}, "the option idle has no effect"),
    (
        spec(with_options, options={"mode": "plain"}),
        {"declares"},
        "the option mode='no-such-choice' is taken",
    ),
    (spec(Explodes), {"finite"}, "1000 inputs of 1 .* not finite"),
    (
        spec(two_implementations, implementations=("slow", "fast")),
        {"agrees"},
        "of implementation 'fast' differ",
    ),
    (
        spec(Sound, smallest=9, parameters=lambda i, h: h),
        {"declares"},
        "hidden size 9 it declares parameters=9",
    ),
    (spec(Sound, reference=lambda cell, x: 2 * x), {"reference"}, "the shape is"),
    (
        spec(Sound, reference=lambda cell, x: 1.001 * cell(x)[0]),
        {"reference"},
        "differ from those of the reference",
    ),
]


@pytest.fixture
def short_float32_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that are written step by step spend a third of their checks on the note on float32,
    which fails none."""
    monkeypatch.setattr(agreement, "LONG_STEPS", 128)


@pytest.mark.usefixtures("short_float32_run")
@pytest.mark.parametrize(
    ("broken", "laws", "says"),
    BROKEN,
    ids=[str(n) for n in range(len(BROKEN))],
)
def test_a_broken_cell_fails_the_check_of_its_law(
    broken: rnnbench.CellSpec, laws: set[str], says: str
) -> None:
    """And only that one, or those that the law implies; in one sentence with numbers."""
    outcomes = list(check_cell(broken))
    failed = {o.check: o.sentence for o in outcomes if o.status == "failed"}
    assert failed.keys() == laws, failed
    assert any(re.search(says, f"{check}: {sentence}") for check, sentence in failed.items()), (
        failed
    )


class CountsPlacesOfFew(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        places = torch.arange(len(y), dtype=y.dtype)[:, None, None]
        return y + 0.1 * places if len(y) < 10 else y


class LosesItsStateAfterManySteps(Sound):
    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Any]:
        y, after = super().forward(x, state)
        lost = state is not None and 20 < x.shape[1] < 30
        return y, 0.9 * after if lost else after


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:  # type: ignore[override]
        return 2 * gradient


class LearnsTwiceAsFastFromInputs(Sound):
    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(Doubled.apply(self.from_input(x)) + self.from_state(h))  # type: ignore[no-untyped-call]


class HasARoot(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.from_input = nn.Linear(inputs, hidden, bias=False)

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(self.from_input(x).abs().sqrt() + self.from_state(h))


class Turns(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:  # type: ignore[override]
        torch.backends.cudnn.benchmark = not torch.backends.cudnn.benchmark
        return gradient


class TurnsASwitchBackward(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        turned: Tensor = Turns.apply(y)  # type: ignore[no-untyped-call]
        return turned


class ReadsRowsFirst(Sound):
    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y + 0.1 if x.stride(0) < x.stride(1) else y


@pytest.mark.parametrize(
    ("kind", "law", "says"),
    [
        (CountsPlacesOfFew, "independent", "a sequence alone is answered otherwise"),
        (LosesItsStateAfterManySteps, "carries", "in chunks of 5, 25 the outputs after the last"),
        (LearnsTwiceAsFastFromInputs, "differentiates", "the derivative by the inputs is"),
        (HasARoot, "finite", "with inputs of 0 the outputs are finite, and a gradient is not"),
        (TurnsASwitchBackward, "isolated", "cudnn_benchmark is on, was off"),
        (ReadsRowsFirst, "declares", "a non-contiguous input is answered otherwise"),
    ],
)
def test_each_part_of_a_law_is_asked_for(kind: type[Sound], law: str, says: str) -> None:
    """Where nothing else of the law would find the fault."""
    outcome = run_check(CHECKS[law], spec(kind))
    assert outcome.status == "failed"
    assert says in outcome.sentence


def test_a_cell_that_remembers_the_last_call_is_found_out() -> None:
    """It is asked first, and explains every other failure: no failure speaks of looking ahead."""
    remembered = "after a run on other inputs the same inputs are answered otherwise"
    outcomes = list(check_cell(spec(Leaks)))
    assert outcomes[0].check == "repeats"
    assert outcomes[0].sentence.startswith(remembered)
    others = [o for o in outcomes[1:] if o.status == "failed"]
    assert {o.check for o in others} >= {"causal", "carries", "pads"}
    explained = f"it remembers earlier calls, so that this law cannot be decided: {remembered}"
    assert all(o.sentence.startswith(explained) for o in others if o.check != "declares")
    assert all(remembered in o.sentence for o in others)
    assert run_check(CHECKS["causal"], spec(Leaks)).sentence.startswith(explained)


@pytest.mark.parametrize(
    ("law", "broken", "says"),
    [
        ("declares", spec(Leaks, parameters=lambda i, h: h), "it declares parameters=1 and has 5"),
        ("isolated", spec(LeaksAndSeeds), "seeds torch's generator"),
        ("finite", spec(LeaksAndExplodes), "not finite"),
    ],
)
def test_a_law_that_compares_no_calls_keeps_its_sentence(
    law: str, broken: rnnbench.CellSpec, says: str
) -> None:
    """Also for a cell that remembers earlier calls, which is no reason for its failure."""
    outcome = run_check(CHECKS[law], broken)
    assert outcome.status == "failed"
    assert says in outcome.sentence
    assert "cannot be decided" not in outcome.sentence


def test_a_cell_that_changes_its_inputs_is_found_out() -> None:
    """What other laws say of it follows from that."""
    outcome = run_check(CHECKS["repeats"], spec(ChangesInputs))
    assert outcome.status == "failed"
    assert "the inputs that it is given are changed in place, by" in outcome.sentence


def test_a_cell_that_exits_fails_each_law() -> None:
    """An exit with code 0 in the middle of a law is not its end in peace."""
    outcomes = list(check_cell(spec(Exits)))
    assert [o.check for o in outcomes] == list(CHECKS)
    assert {o.sentence for o in outcomes if o.check != "reference"} == {"it raised SystemExit: 0"}
    assert {o.status for o in outcomes} == {"failed"}


def test_a_constructor_that_refuses_a_size_says_so_once() -> None:
    """The other laws are not decided, and point to the one that says why."""
    outcomes = {o.check: o for o in check_cell(spec(AtLeast17))}
    assert [name for name, o in outcomes.items() if o.status == "failed"] == ["declares"]
    others = {o.sentence for name, o in outcomes.items() if name != "declares"}
    assert others == {"it cannot be built, as the law 'declares' says"}


def test_a_cell_that_replaces_a_part_of_torch_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs in its process after it is another layer than its name says."""
    monkeypatch.setattr(nn.LSTM, "reset_parameters", nn.LSTM.reset_parameters)

    def another(self: nn.LSTM) -> None: ...

    class Patches(Sound):
        def __init__(self, inputs: int, hidden: int) -> None:
            super().__init__(inputs, hidden)
            nn.LSTM.reset_parameters = another  # type: ignore[method-assign]

    outcomes = {o.check: o for o in check_cell(spec(Patches))}
    assert outcomes["isolated"].status == "failed"
    assert re.search(
        r"replaces parts of torch for the whole process: torch.nn.LSTM.reset_parameters by"
        r" .*another of tests",
        outcomes["isolated"].sentence,
    )


def test_what_the_import_of_a_cell_turns_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place is imported when a trial needs it, and may turn a switch for all cells that
    follow."""
    (tmp_path / "turns_a_switch.py").write_text(
        "import torch\nfrom tests.test_conformance import"
        " Sound\ntorch.set_default_dtype(torch.float64)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    outcomes = {o.check: o for o in check_cell(spec("turns_a_switch:Sound"))}
    assert [name for name, o in outcomes.items() if o.status == "failed"] == ["isolated"]
    assert "importing or building it changes switches of torch" in outcomes["isolated"].sentence
    assert "default_dtype is float64, was float32" in outcomes["isolated"].sentence
    assert torch.get_default_dtype() == torch.float32


@dataclass
class Builder:
    """A build function with fields, which cannot be hashed."""

    gain: float = 1.0

    def __call__(self, inputs: int, hidden: int) -> nn.Module:
        return Sound(inputs, hidden)


def test_whatever_can_be_called_can_build() -> None:
    """Also what cannot be hashed."""
    assert run_check(CHECKS["isolated"], spec(Builder())).status == "passed"


def test_what_a_cell_turns_is_turned_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next cell is checked as if it had come first."""
    list(check_cell(spec(SetsDefaultDtype)))
    assert torch.get_default_dtype() == torch.float32


class Fourier(nn.Module):
    """A causal convolution over the whole sequence by FFT; it has no state to carry."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.project, self.decay = nn.Linear(inputs, hidden), nn.Parameter(torch.rand(hidden))

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        steps = x.shape[1]
        if not steps:
            raise ValueError("no steps")
        kernel = torch.exp(-self.decay.abs() * torch.arange(steps, dtype=x.dtype)[:, None])
        both = torch.fft.rfft(self.project(x), 2 * steps, dim=1) * torch.fft.rfft(
            kernel, 2 * steps, dim=0
        )
        return torch.fft.irfft(both, 2 * steps, dim=1)[:, :steps], None


class Complex(Sound):
    """A rotating complex state."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.turn = nn.Parameter(torch.randn(hidden, dtype=torch.complex64))

    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return super().first(x, None) + 0j if state is None else state

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return self.turn / (1 + self.turn.abs()) * h + self.from_input(x)

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return self.from_state(y.real) + y.imag


class Attends(nn.Module):
    """Its state is all that it has seen, and grows."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(inputs, hidden) for _ in range(3))

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            raise ValueError("no steps")
        keys = self.key(x)
        values = self.value(x)
        if state is not None:
            keys, values = (
                torch.cat([state["keys"], keys], 1),
                torch.cat([state["values"], values], 1),
            )
        seen = torch.ones(x.shape[1], keys.shape[1], dtype=torch.bool).tril(
            keys.shape[1] - x.shape[1]
        )
        y = functional.scaled_dot_product_attention(self.query(x), keys, values, attn_mask=seen)
        return y, {"keys": keys, "values": values, "steps": keys.shape[1]}


class Convolves(nn.Module):
    """The last four inputs, and no state at all."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.convolve = nn.Conv1d(inputs, hidden, 4)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        if not x.shape[1]:
            raise ValueError("no steps")
        return self.convolve(functional.pad(x.transpose(1, 2), (3, 0))).transpose(1, 2), None


class Chaotic(Sound):
    """A tiny change grows by half and more at each step."""

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(0.1 * self.from_input(x) + 5 * self.from_state(h))


class Silent(Sound):
    """Its output is exactly 0 as initialised."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.gain = nn.Parameter(torch.zeros(hidden))

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return self.gain * y


class Normed(Sound):
    """Its outputs sum to a constant, so that a plain sum of them has no gradient."""

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return functional.layer_norm(y, y.shape[-1:])


class Listens(Sound):
    """It begins from a state of its own making, and says so."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.beginning = nn.Parameter(torch.randn(hidden))

    def initial_state(self, x: Tensor) -> Tensor:
        return self.beginning.expand(len(x), -1)

    def first(self, x: Tensor, state: Tensor | None) -> Tensor:
        return self.initial_state(x[:, 0]) if state is None else state


class Dilated(Sound):
    """Each step goes on from the state of eight steps ago."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        if not x.shape[1]:
            raise ValueError("no steps")
        kept = (
            [x.new_zeros(len(x), self.from_state.in_features)] * 8
            if state is None
            else list(state.unbind(0))
        )
        outputs = []
        for x_t in x.unbind(1):
            outputs.append(self.move(x_t, kept[-8]))
            kept.append(outputs[-1])
        return torch.stack(outputs, 1), torch.stack(kept[-8:])


class NormedHeads(Sound):
    """A norm over each of four heads: with heads of one unit there is nothing left."""

    def __init__(self, inputs: int, hidden: int) -> None:
        if hidden % 4:
            raise ValueError(f"four heads need a multiple of 4, got {hidden}")
        super().__init__(inputs, hidden)

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return functional.layer_norm(y.unflatten(-1, (4, -1)), (y.shape[-1] // 4,)).flatten(-2)


class Even(Sound):
    def __init__(self, inputs: int, hidden: int) -> None:
        if hidden % 2:
            raise ValueError(f"H must be even, got {hidden}")
        super().__init__(inputs, hidden)


class Counts(Sound):
    """Its state has a plain number in it, which acts."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        h, before = (None, 0) if state is None else state
        y, h = super().forward(x, h)
        steps = torch.arange(before, before + x.shape[1], dtype=x.dtype)
        return y * torch.cos(steps)[:, None], (h, before + x.shape[1])


class Rated(Sound):
    """Its option is the rate at which one part of it learns; another must divide the hidden
    size."""

    def __init__(self, inputs: int, hidden: int, factor: float = 0.1, heads: int = 1) -> None:
        assert hidden % heads == 0
        super().__init__(inputs, hidden)
        self.factor, self.heads = factor, heads

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y / self.heads

    def param_groups(self) -> list[rnnbench.ParameterGroup]:
        return [rnnbench.ParameterGroup([self.from_state.weight], learning_rate_factor=self.factor)]


class Untrained(Sound):
    """A fixed reservoir."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.requires_grad_(False)


class Clamped(Sound):
    """Two numbers at the edge of their range: moved out of it, they get no gradient."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.lambd, self.gamma = (
            nn.Parameter(torch.tensor(0.995)),
            nn.Parameter(torch.tensor(0.005)),
        )

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y * self.lambd.clamp(0.99, 1.0) + self.gamma.clamp(0.0, 0.01)


class RoundsInside(Sound):
    """Each step passes through float32."""

    def move(self, x: Tensor, h: Tensor) -> Tensor:
        summed = (self.from_input(x) + self.from_state(h)).float()
        return torch.tanh(summed).to(x.dtype)


class Constant(Sound):
    """Its initial weights are the same for every seed, and it draws nothing."""

    def __init__(self, inputs: int, hidden: int) -> None:
        with torch.random.fork_rng():
            super().__init__(inputs, hidden)
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.1)


class Draws(Sound):
    """It draws from all generators, as it is built and as it runs."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        with torch.no_grad():
            self.from_input.bias.add_(random.random() + np.random.rand())

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y + 0 * torch.rand_like(y)


SOUND = [
    spec(AnswersNothing),
    spec(Clamped),
    spec(RoundsInside),
    spec(Quantises, straight_through=True),
    spec(Constant),
    spec(Draws),
    spec(AtLeast17, smallest=17),
    spec(EightHeads, hidden_multiple=8, smallest=17),
    spec(AsWideAsItsInputs, same_size=True),
    spec(
        Sound,
        parameters=lambda i, h: (i + h + 1) * h,
        state_floats=lambda i, h: h,
        reference=lambda cell, x: cell(x)[0],
    ),
    spec(Sound, hidden_multiple=4),
    spec(Sound, same_size=True),
    spec(Sound, longest=9),
    spec(Fourier, carries_state=False),
    spec(Complex, state_floats=lambda i, h: 2 * h),
    spec(Attends),
    spec(Convolves, carries_state=False),
    spec(Chaotic),
    spec(Silent),
    spec(Normed),
    spec(Listens),
    spec(Untrained, parameters=lambda i, h: 0),
    spec(Dilated, state_floats=lambda i, h: 8 * h),
    spec(NormedHeads, hidden_multiple=4),
    spec(Even, hidden_multiple=2),
    spec(Counts),
    spec(Rated, options={"factor": 0.1, "heads": 1}),
]


@pytest.mark.usefixtures("short_float32_run")
@pytest.mark.parametrize(
    "sound",
    each(SOUND, 3),
    ids=[f"{n}-{one.build.__name__}" for n, one in enumerate(SOUND)],  # type: ignore[union-attr]
)
def test_a_sound_cell_passes_however_hard_it_is(sound: rnnbench.CellSpec) -> None:
    """FFT, complex state, a state that grows, no state, chaos, outputs that are 0 at first, fixed
    weights."""
    outcomes = list(check_cell(sound))
    assert [o.check for o in outcomes] == list(CHECKS)
    assert {o.check: o.sentence for o in outcomes if o.status == "failed"} == {}


def test_a_law_that_holds_near_the_initial_weights_alone_says_so() -> None:
    """Weights that were moved by so much may be ones that the cell can never have."""
    outcome = run_check(CHECKS["differentiates"], spec(Clamped))
    assert outcome.status == "passed"
    assert (
        "holds with weights within 0.001 of the initial ones; moved by 0.05, after 33 steps no"
        " gradient" in outcome.sentence
    )


class BrokenBehindAGate(Sound):
    """It looks ahead through a gate that is closed at first."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.gate = nn.Parameter(torch.zeros(hidden))

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y + self.gate * y.flip(1)


def test_a_law_that_is_broken_by_weights_to_come_is_broken() -> None:
    """The second trial moves weights too, so that what is 0 at first hides nothing."""
    assert run_check(CHECKS["causal"], spec(BrokenBehindAGate)).status == "failed"


class BrokenToTheThirdOrder(BrokenBehindAGate):
    """It looks ahead through the third power of a gate, which is 1e-9 so near to the initial
    weights."""

    def last(self, y: Tensor, x: Tensor) -> Tensor:
        return y + self.gate**3 * y.flip(1)


@pytest.mark.parametrize("law", ["causal", "pads"])
def test_a_fault_of_third_order_is_seen_near_the_initial_weights(law: str) -> None:
    """The second look demands more of figures that are equal, since what is wrong is small there as
    well."""
    assert run_check(CHECKS[law], spec(BrokenToTheThirdOrder)).status == "failed"


def test_rounding_inside_a_cell_is_reported() -> None:
    """And its gradients are still compared: a wrong one is found beside the rounding."""
    outcome = run_check(CHECKS["differentiates"], spec(RoundsInside))
    assert outcome.status == "passed"
    assert re.search(r"its outputs are rounded to about \d×10⁻[⁷⁸⁹] on the way", outcome.sentence)

    class Wrong(RoundsInside):
        def move(self, x: Tensor, h: Tensor) -> Tensor:
            h = super().move(x, h)
            return h + 0.02 * (h - h.detach())

    outcome = run_check(CHECKS["differentiates"], spec(Wrong))
    assert outcome.status == "failed"
    assert "with outputs that are rounded to about" in outcome.sentence


def test_chaos_is_chaos() -> None:
    """In float32 two ways of computing the same part; the check decides in float64, and tells
    it."""
    outcome = run_check(CHECKS["agrees"], spec(Chaotic))
    assert outcome.status == "passed"
    assert float(outcome.sentence.split()[4]) > 1e-3


@pytest.mark.parametrize("name", CHECKS)
def test_every_law_is_a_sentence(name: str) -> None:
    """The table says in words what holds."""
    assert CHECKS[name].law.endswith(".")


ADAPTED = [
    spec(lambda i, h: rnnbench.TimeFirst(nn.LSTM(i, h))),
    spec(
        lambda i, h: rnnbench.Stateless(nn.Sequential(Shift(), nn.Linear(2 * i, h))),
        carries_state=False,
    ),
    spec(lambda i, h: rnnbench.Stepwise(nn.GRUCell(i, h))),
    spec(lambda i, h: rnnbench.Stepwise(nn.LSTMCell(i, h))),
    spec(lambda i, h: rnnbench.NamedState(PreviousHidden(i, h), "prev_hidden")),
    spec(lambda i, h: rnnbench.Stepwise(rnnbench.NamedState(StepOfMemory(i, h), "memory"))),
    spec(lambda i, h: rnnbench.StepwiseWithOutput(StepWithOutput(i, h), zeros_of_five)),
    spec(lambda i, h: rnnbench.StepwiseWithOutput(BeginsAtOnes(i, h))),
]


class PreviousHidden(nn.Module):
    """torch's GRU, with another name for its state, by keyword alone."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.GRU(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, *, prev_hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        y, h = self.layer(x, prev_hidden)
        return y, h


class StepOfMemory(nn.Module):
    """torch's GRUCell, with another name for its state."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.GRUCell(inputs, hidden)

    def forward(self, x: Tensor, *, memory: Tensor | None = None) -> Tensor:
        return self.layer(x, memory)  # type: ignore[no-any-return]


class StepWithOutput(nn.Module):
    """y_t = V h_t, and a state that must be given."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.cell, self.out = nn.GRUCell(inputs, 5), nn.Linear(5, hidden)

    def forward(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        s = self.cell(x, s)
        return self.out(s), s


class BeginsAtOnes(StepWithOutput):
    """It says where it begins."""

    def initial_state(self, x: Tensor) -> Tensor:
        return x.new_ones(len(x), 5)


def zeros_of_five(x: Tensor) -> Tensor:
    return x.new_zeros(len(x), 5)


class Shift(nn.Module):
    """Each step beside the one before it."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, functional.pad(x, (0, 0, 1, 0))[:, :-1]], dim=-1)


@pytest.mark.usefixtures("short_float32_run")
@pytest.mark.parametrize("adapted", each(ADAPTED, 2), ids=[str(n) for n in range(len(ADAPTED))])
def test_an_adapter_makes_a_cell_of_it(adapted: rnnbench.CellSpec) -> None:
    """One word each, and all checks pass."""
    assert {o.check: o.sentence for o in check_cell(adapted) if o.status == "failed"} == {}


def test_an_adapted_layer_is_the_layer() -> None:
    """Outputs and states are those of torch's own layers."""
    x_BTI = torch.randn(3, 5, 2)
    layer = nn.LSTM(2, 4)
    torch.testing.assert_close(
        rnnbench.TimeFirst(layer)(x_BTI)[0], layer(x_BTI.transpose(0, 1))[0].transpose(0, 1)
    )
    renamed = rnnbench.NamedState(PreviousHidden(2, 4), "prev_hidden")
    y_BTH, state = renamed(x_BTI)
    torch.testing.assert_close(renamed(x_BTI, state)[0], renamed.layer.layer(x_BTI, state)[0])
    stepped = rnnbench.StepwiseWithOutput(StepWithOutput(2, 4), zeros_of_five)
    s = stepped.layer.cell(x_BTI[:, 1], stepped.layer.cell(x_BTI[:, 0], torch.zeros(3, 5)))
    torch.testing.assert_close(stepped(x_BTI[:, :2])[0][:, 1], stepped.layer.out(s))
    cell = nn.LSTMCell(2, 4)
    h, c = cell(x_BTI[:, 1], cell(x_BTI[:, 0]))
    y_BTH, state = rnnbench.Stepwise(cell)(x_BTI[:, :2])
    torch.testing.assert_close((y_BTH[:, 1], state), (h, (h, c)))
