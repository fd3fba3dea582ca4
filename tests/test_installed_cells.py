"""Every first-party cell passes every check, as it comes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.testing import CELL_CHECKS, check_cell, run_check
from tests.builders.matrix import named

CHECKS = {check.name: check for check in CELL_CHECKS}
PAGE = Path(__file__).parents[1] / "docs" / "torchrecurrent.md"
OURS = sorted(
    name
    for name, contribution in Catalogue.present().cells.items()
    if contribution.plugin.name == "cells"
)


@pytest.mark.parametrize("name", named(OURS, ["lstm", "lru", "deltanet"]))
def test_a_first_party_cell_passes_all_checks(name: str) -> None:
    """With its default options; all implementations but the compiled one, which takes long to
    make."""
    outcomes = list(check_cell(Catalogue.present().cells[name].item, skip=("compiled",)))
    assert {o.check: o.sentence for o in outcomes if o.status == "failed"} == {}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", OURS)
def test_the_compiled_form_of_a_first_party_cell_agrees(name: str) -> None:
    """With the others: outputs, gradients, carried state."""
    spec = Catalogue.present().cells[name].item
    if "compiled" not in spec.implementations:
        pytest.skip("it has no compiled form")
    outcome = run_check(CHECKS["agrees"], spec)
    assert outcome.status == "passed", outcome.sentence
    assert "compiled" in outcome.sentence


THEIRS = sorted(
    name
    for name, contribution in Catalogue.present().cells.items()
    if contribution.plugin.name == "torchrecurrent"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", THEIRS)
def test_a_layer_of_torchrecurrent_passes_as_it_is_declared(name: str) -> None:
    """What the page says of all 41."""
    outcomes = list(check_cell(Catalogue.present().cells[name].item))
    assert {o.check: o.sentence for o in outcomes if o.status == "failed"} == {}


def test_the_layer_that_is_declared_not_to_carry_its_state_does_not() -> None:
    """Declared otherwise it fails, by what the page says or more."""
    (name,) = [name for name in THEIRS if not Catalogue.present().cells[name].item.carries_state]
    outcome = run_check(
        CHECKS["carries"], replace(Catalogue.present().cells[name].item, carries_state=True)
    )
    assert outcome.status == "failed"
    off = re.search(r"by ([0-9.]+)", outcome.sentence)
    assert off
    assert float(off[1]) > 0.01
    assert f"`{name}`" in PAGE.read_text()


def test_the_page_on_torchrecurrent_names_layers_that_there_are() -> None:
    """Each name in its table is an installed cell."""
    assert set(re.findall(r"`(torchrecurrent-[a-z0-9-]+)`", PAGE.read_text())) <= set(THEIRS)
