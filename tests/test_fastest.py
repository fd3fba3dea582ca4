"""The fastest implementation of a cell: measured once, remembered, and named in the row."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.campaign import fastest as room, settle_fastest
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.records import CostTrial, Result, TimeRow, Trial
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
