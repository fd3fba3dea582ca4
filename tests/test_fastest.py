"""The fastest implementation of a cell: measured once, remembered, and named in the row."""

import json
import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.campaign import fastest as room, settle_fastest
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.records import CellUse, CostTrial, Result, Shape, TimeRow, Trial
from rnnbench.suite import Choices, check_suite
from tests.conftest import MakePlugin

PLUGIN = """
import time
import rnnbench
from torch import nn

class Slowed(nn.Module):
    def __init__(self, inputs, hidden, seconds):
        super().__init__()
        self.seconds, self.layer = seconds, nn.GRU(inputs, hidden, batch_first=True)

    def forward(self, x, state=None):
        until = time.thread_time() + self.seconds
        while time.thread_time() < until:
            pass
        return self.layer(x, state)

def build(inputs, hidden, implementation="slow"):
    if implementation == "broken":
        raise OSError("it is broken")
    return Slowed(inputs, hidden, {"slow": 0.2, "quick": 0.0}[implementation])

def broken(inputs, hidden, implementation="a"):
    raise OSError("it is broken")

@rnnbench.hookimpl
def rnnbench_cells():
    return [
        rnnbench.CellSpec(name="slowed", build=build, source="x", implementations=("slow", "quick", "broken")),
        rnnbench.CellSpec(name="unbuilt", build=broken, source="x", implementations=("a",)),
    ]
"""


def suite(cell: object) -> dict[str, object]:
    """One cell at a small shape."""
    small = {"steps": 5, "batch": 2, "hidden": 4, "inputs": 3}
    return {
        "version": 1,
        "summary": "s",
        "cells": [cell],
        "cost": {"shapes": [small], "replicates": 1},
    }


def test_the_fastest_is_found_remembered_and_named(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick one wins, one that is broken is passed over, and a second time nothing is
    measured."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    catalogue = Catalogue.present()
    (cell,) = settle_fastest(
        check_suite(suite("slowed:fastest"), "s.toml", catalogue), catalogue
    ).cells
    assert (cell.implementation, cell.row) == ("quick", "slowed (fastest: quick)")
    (remembered,) = (tmp_path / "fastest").iterdir()
    content = json.loads(remembered.read_text())
    assert content["milliseconds"]["slow"] > content["milliseconds"]["quick"] + 100
    assert content["problem"] == "broken: OSError: it is broken"

    def never(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(room, "run_one", never)
    labelled = {"name": "slowed", "implementation": "fastest", "label": "mine"}
    (again,) = settle_fastest(check_suite(suite(labelled), "s.toml", catalogue), catalogue).cells
    assert (again.implementation, again.row) == ("quick", "mine (fastest: quick)")


def test_where_nothing_can_be_measured_the_reason_is_told(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is remembered."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    catalogue = Catalogue.present()
    with pytest.raises(
        RnnbenchError,
        match=r"unbuilt: none of its implementations could be measured: .*it is broken",
    ):
        settle_fastest(check_suite(suite("unbuilt:fastest"), "s.toml", catalogue), catalogue)
    assert not (tmp_path / "fastest").exists()


def test_the_fastest_is_that_of_the_threads_and_the_device(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured as the suite runs, and what was found under other terms is not taken for
    it."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    catalogue = Catalogue.present()
    best = {(1, "cpu"): "slow", (2, "cpu"): "quick", (1, "cuda"): "broken"}
    measured: list[tuple[int, str]] = []

    def run(trial: Trial) -> Result:
        assert isinstance(trial, CostTrial)
        measured.append((trial.threads, trial.device))
        first = best[trial.threads, trial.device]
        rows = tuple(
            TimeRow(
                row=cell.row,
                kernel="k",
                parameters=1,
                cpu_seconds=(1.0,),
                wall_seconds=(2.0,),
                log_ratio_to_reference_cell=-1.0 if cell.row == first else 0.0,
                first_call_seconds=1.0,
            )
            for cell in trial.cells
        )
        return replace(without_run(trial, "ok", ""), costs=rows)

    monkeypatch.setattr(room, "run_one", run)
    for again in range(2):
        for threads, device in best:
            raw = {**suite("slowed:fastest"), "device": device}
            (cell,) = settle_fastest(
                check_suite(raw, "s.toml", catalogue, Choices(threads=threads)), catalogue
            ).cells
            assert cell.implementation == best[threads, device]
        assert len(measured) == 3, f"measured again in turn {again}"
    assert measured == list(best)
    kept = [
        json.loads(path.read_text())["milliseconds"]["slow"]
        for path in (tmp_path / "fastest").iterdir()
    ]
    assert sorted(kept) == [1000.0, 1000.0, 2000.0]


def test_a_suite_without_costs_has_its_fastest_on_its_own_threads(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of its learning trials."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    seen: list[int] = []

    def run(trial: Trial) -> Result:
        seen.append(trial.threads)
        return without_run(trial, "skipped", "there is nothing here")

    monkeypatch.setattr(room, "run_one", run)
    raw = {
        "version": 1,
        "summary": "s",
        "cells": ["slowed:fastest"],
        "tasks": [{"name": "adding"}],
        "threads": 3,
    }
    catalogue = Catalogue.present()
    with pytest.raises(RnnbenchError, match="there is nothing here"):
        settle_fastest(check_suite(raw, "s.toml", catalogue), catalogue)
    assert seen == [3]


def test_a_cell_of_one_implementation_has_no_fastest() -> None:
    """The names that there are, are told."""
    with pytest.raises(RnnbenchError, match="no implementation called 'slow'"):
        check_suite(suite("gru:slow"), "s.toml", Catalogue.present())


MEASURED = room.Measured(
    "compiled",
    {"eager": 30.0, "compiled": 10.0},
    first_seconds={"eager": 0.03, "compiled": 20.0},
)


@pytest.mark.parametrize(
    ("steps", "expected"), [(0, "compiled"), (900, "eager"), (1100, "compiled")]
)
def test_what_is_compiled_first_pays_from_so_many_steps_on(steps: int, expected: str) -> None:
    """20 s are worth 1,000 steps that are shorter by 20 ms; costs are of steps alone."""
    assert MEASURED.over(steps) == expected


def test_a_measurement_of_before_knows_no_first_steps() -> None:
    assert replace(MEASURED, first_seconds={}).over(1) == "compiled"


LEARNING = {
    "version": 1,
    "summary": "s",
    "fastest": True,
    "tasks": [{"name": "adding", "horizons": [5, 9]}],
    "seeds": 2,
}


def test_a_suite_may_ask_for_the_fastest_of_each_cell(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that name none and have several: at the batch and the size of its recipe, over the
    budget of all its trainings."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    shapes: list[Shape] = []
    steps: list[int] = []

    def measure(cell: CellUse, setting: room.Setting, _: Catalogue) -> room.Measured:
        shapes.append(setting.shape)
        return room.Measured("quick", {"quick": 1.0}, first_seconds={"quick": 1.0})

    def over(_: room.Measured, number: int) -> str:
        steps.append(number)
        return "quick"

    monkeypatch.setattr(room, "measure", measure)
    monkeypatch.setattr(room.Measured, "over", over)
    recipe = {"batch_size": 7, "epochs": 3, "steps_per_epoch": 11, "parameters": 500}
    raw = {**LEARNING, "cells": ["slowed", "slowed:slow", "unbuilt"], "recipe": recipe}
    catalogue = Catalogue.present()
    cells = settle_fastest(check_suite(raw, "s.toml", catalogue), catalogue).cells
    assert [(cell.row, cell.implementation) for cell in cells] == [
        ("slowed (fastest: quick)", "quick"),
        ("slowed (slow)", "slow"),
        ("unbuilt", "default"),
    ]
    assert shapes == [Shape(batch=7, parameters=500)]
    assert steps == [2 * 2 * 3 * 11]


def test_claims_name_implementations_themselves() -> None:
    claims = (Path(__file__).parents[1] / "suites/rnnbench_suites/claims.toml").read_text()
    raw = {**tomllib.loads(claims), "fastest": True}
    with pytest.raises(RnnbenchError, match="claims name the implementations of their cells"):
        check_suite(raw, "s.toml", Catalogue.present())
