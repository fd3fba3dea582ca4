"""Costs on an accelerator: what is timed, and what reports say of it, without one."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.executors.running import without_run
from rnnbench.findings import find
from rnnbench.meters import machine, seconds_of
from rnnbench.records import CostTrial, MemoryRow, Result, Shape
from rnnbench.runner.cost import participants
from rnnbench.runner.cost.subjects import Bench, TrainStep
from rnnbench.runner.watch import TorchWatch
from rnnbench_reports import device_words
from rnnbench_reports.cost_figures import cost_figures
from rnnbench_reports.figures import cells_of
from tests.builders.findings import cost_result
from tests.builders.records import COST
from tests.builders.report_page import page_of, text_of

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
    made = participants.Participants(trial, Catalogue.present(), lambda _: None, TorchWatch(1))
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


MEBIBYTE = 2**20
GPU = {"device": "cuda"}


def on(result: Result, **changes: object) -> Result:
    """A cost result under another setting."""
    return replace(result, trial=replace(result.trial, **changes))


def memory(peak_bytes: int, **changes: object) -> Result:
    """A result of one cell's peak memory."""
    row = MemoryRow(
        row="gru",
        kernel="k",
        parameters=9,
        parameter_bytes=36,
        state_bytes=4,
        saved_bytes=4,
        peak_bytes=peak_bytes,
        meter="m",
    )
    trial = replace(COST, measurement="peak-memory", cells=COST.cells[:1], **changes)
    return replace(without_run(trial, "ok", ""), costs=(row,))


@pytest.mark.parametrize(
    ("settings", "clock", "slow"),
    [
        ([{}], "Time is thread CPU time on one thread.", "wall time"),
        ([{"threads": 2}], "Time is wall time on several threads.", "wall time"),
        (
            [GPU],
            "Time is the time between two events of the accelerator for a step on it.",
            "time",
        ),
        (
            [{}, GPU],
            "Time is thread CPU time on one thread, or the time between two events of the"
            " accelerator for a step on it.",
            "wall time or time",
        ),
    ],
)
def test_a_report_names_the_clocks_of_its_steps(
    settings: list[dict[str, object]], clock: str, slow: str, tmp_path: Path
) -> None:
    """And no other."""
    results = [on(cost_result(0, 0.1), **setting) for setting in settings]
    results += [memory(MEBIBYTE, **setting) for setting in settings]
    findings = find(results)
    page = text_of(page_of(findings, tmp_path))
    assert clock in page
    assert f"the steps whose {slow} is over 1.5 times" in page
    assert ("thread CPU time" in page) == ({} in settings)
    assert ("Speed of this accelerator" in page) == (GPU in settings)


def test_a_figure_of_memory_says_whose_memory_it_is() -> None:
    """Resident memory of a process, or what torch has on the accelerator."""
    for setting, said in (({}, "resident growth"), (GPU, "allocated on the accelerator")):
        findings = find([memory(MEBIBYTE, **setting)])
        drawn = [one for one in cost_figures(findings, cells_of(findings)) if one.name == "memory"]
        assert said in drawn[0].caption
        (cost,) = findings.costs
        assert ("accelerator" in device_words.peak_unit(cost)) == (setting == GPU)


def test_on_an_accelerator_the_peak_is_held_against_the_limit() -> None:
    """No limit ends a trial there; on the processor the limit has let the trial pass."""
    peaks = {10: MEBIBYTE, 20: 3 * MEBIBYTE}
    fitted = []
    for setting in ({}, GPU):
        results = [
            memory(peak, shape=Shape(steps=steps), limit_memory_mib=2, **setting)
            for steps, peak in peaks.items()
        ]
        (scaling,) = find(results).scalings
        fitted += [(found.fits, found.fails) for found in scaling.longest]
    assert fitted == [(20, None), (10, 20)]


def test_the_limits_of_an_accelerator_are_seen_by_larger_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The operations and bytes are those of the calls; nothing is computed here."""
    sides: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        torch, "randn", lambda *shape, device: sides.append((*shape, device)) or torch.empty(0)
    )
    monkeypatch.setattr(torch, "empty", lambda *_, **__: torch.zeros(0))
    for device in ("cpu", "cuda"):
        machine.matrix_product(device)
        machine.copy(device)
        side, *_ = sides[0]
        assert sides[0] == sides[1] == (side, side, device)
        assert machine.matrix_flops(device) == 2 * side**3
        assert machine.moved_bytes(device) == 2 * 4 * sides[2][0]
        sides.clear()
    assert machine.matrix_flops("cuda") >= 100 * machine.matrix_flops("cpu")
    assert machine.moved_bytes("cuda") >= 2**30


def test_other_work_is_told_of_steps_on_the_processor_alone() -> None:
    """Where both clocks are the events of an accelerator, they show none."""
    slowed = cost_result(0, 0.1)
    rows = [replace(row, cpu_seconds=(0.01, 0.01, 0.01)) for row in slowed.costs]
    slowed = replace(slowed, costs=tuple(rows))
    caveats = find([slowed, on(cost_result(1, 0.1), **GPU)]).caveats
    assert any(caveat.startswith("2 of 2 time measurements lost") for caveat in caveats)
