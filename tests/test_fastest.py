"""The fastest implementation of a cell: measured once, remembered, and named in the row."""

import json
from pathlib import Path

import pytest

from rnnbench.campaign import fastest as room
from rnnbench.campaign import settle_fastest
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.suite import check_suite
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
    return {"version": 1, "summary": "s", "cells": [cell], "cost": {"shapes": [small], "replicates": 1}}


def test_the_fastest_is_found_remembered_and_named(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick one wins, one that is broken is passed over, and a second time nothing is measured."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    make_plugin(PLUGIN)
    catalogue = Catalogue.load()
    (cell,) = settle_fastest(check_suite(suite("slowed:fastest"), "s.toml", catalogue), catalogue).cells
    assert (cell.implementation, cell.row) == ("quick", "slowed (fastest: quick)")
    (remembered,) = (tmp_path / "fastest").iterdir()
    content = json.loads(remembered.read_text())
    assert content["milliseconds"]["slow"] > content["milliseconds"]["quick"] + 100
    assert "broken raised OSError: it is broken" in content["problem"]

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
    catalogue = Catalogue.load()
    with pytest.raises(RnnbenchError, match=r"unbuilt: none of its implementations could be measured: .*it is broken"):
        settle_fastest(check_suite(suite("unbuilt:fastest"), "s.toml", catalogue), catalogue)
    assert not (tmp_path / "fastest").exists()


def test_a_cell_of_one_implementation_has_no_fastest() -> None:
    """The names that there are, are told."""
    with pytest.raises(RnnbenchError, match="no implementation called 'slow'"):
        check_suite(suite("gru:slow"), "s.toml", Catalogue.load())
