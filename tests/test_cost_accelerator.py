"""Costs on an accelerator: what is timed, and what reports say of it, without one."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.meters import seconds_of
from rnnbench.records import CostTrial, Shape
from rnnbench.runner.cost import participants
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.runner.watch import TorchWatch
from tests.builders.records import COST

SMALL = replace(COST, shape=Shape(steps=3, batch=2, hidden=4, inputs=3), cells=COST.cells[:1])


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens in order, on an accelerator that is the processor."""
    happened: list[str] = []
    build = Bench.build.__func__  # type: ignore[attr-defined]
    step = TrainStep.__call__

    def build_here(cls: type[Bench], trial: CostTrial, *arguments: Any, **options: Any) -> Bench:
        bench: Bench = build(cls, replace(trial, device="cpu"), *arguments, **options)
        return bench

    def noted_step(self: TrainStep) -> None:
        happened.append("step")
        step(self)

    def timed(subject: TrainStep, device: str) -> float:
        happened.append(f"timed on {device}")
        subject()
        return 0.0

    monkeypatch.setattr(Bench, "build", classmethod(build_here))
    monkeypatch.setattr(TrainStep, "__call__", noted_step)
    monkeypatch.setattr(participants, "seconds_of", timed)
    monkeypatch.setattr("torch.cuda.synchronize", lambda: happened.append("waited"))
    return happened


def prepared(trial: CostTrial) -> participants.Participants:
    """The participants of a trial, built and ready to be timed."""
    made = participants.Participants(trial, Catalogue.load(), lambda _: None, TorchWatch(1))
    made.prepare(np.random.default_rng(0))
    return made


def test_an_accelerator_is_started_before_any_first_step_is_timed(events: list[str]) -> None:
    """By an untimed step of the reference cell, whatever comes first afterwards."""
    made = prepared(replace(SMALL, device="cuda"))
    assert events[:3] == ["step", "waited", "timed on cuda"]
    assert events.count("timed on cuda") == len(made.first_calls) == 2


def test_on_the_processor_no_step_comes_before_the_first(events: list[str]) -> None:
    """Its first step loads what it needs."""
    prepared(SMALL)
    assert events[0] == "timed on cpu"


def test_a_first_step_waits_for_no_work_from_before(events: list[str]) -> None:
    """Copies of weights may still be under way; they end before the time begins, and the step ends
    before it is taken."""
    seconds_of(lambda: events.append("call"), "cuda")
    assert events == ["waited", "call", "waited"]
