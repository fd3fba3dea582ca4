"""Every first-party cell passes every check, as it comes."""

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.testing import CELL_CHECKS, check_cell, run_check

OURS = sorted(name for name, brought in Catalogue.load().cells.items() if brought.plugin.name == "cells")


@pytest.mark.parametrize("name", OURS)
def test_a_first_party_cell_passes_all_checks(name: str) -> None:
    """With its default options; all implementations but the compiled one, which takes long to make."""
    outcomes = list(check_cell(Catalogue.load().cells[name].item, skip=("compiled",)))
    assert {o.check: o.sentence for o in outcomes if o.status == "failed"} == {}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", OURS)
def test_the_compiled_form_of_a_first_party_cell_agrees(name: str) -> None:
    """With the others: outputs, gradients, carried state."""
    spec = Catalogue.load().cells[name].item
    if "compiled" not in spec.implementations:
        pytest.skip("it has no compiled form")
    (agrees,) = [check for check in CELL_CHECKS if check.name == "agrees"]
    outcome = run_check(agrees, spec)
    assert outcome.status == "passed", outcome.sentence
    assert "compiled" in outcome.sentence
