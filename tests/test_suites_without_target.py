"""What suites and claims refuse on a task that has no target at its dials."""

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.suite import Choices, check_suite
from tests.builders.claims import claim, suite

FORECAST = {"name": "csv-forecast"}


@pytest.mark.parametrize("figure", ["epochs", "solved"])
def test_claims_up_to_a_target_are_refused(figure: str) -> None:
    """Also those that count up to a part of the way; with the dial they are accepted."""
    bounds = {"figure": figure, "at_most": 0.8, "shares": [0.75]}
    bounds["cells"] = ["gru", "lstm"] if figure == "epochs" else ["gru"]
    with pytest.raises(RnnbenchError) as refused:
        suite(claim(tasks=[FORECAST], **bounds))
    assert str(refused.value).endswith(
        f"csv-forecast: `{figure}` counts trainings up to a target, and the task has none; set its"
        " dial `target`, or read the claim by `score`"
    )
    suite(claim(tasks=[{**FORECAST, "dials": {"target": 0.2}}], **bounds))


def test_claims_on_scores_need_no_target() -> None:
    (found,) = suite(claim(tasks=[FORECAST], figure="score", at_most=0.1, shares=[1.0])).claims
    assert found.readings


def test_a_ladder_needs_a_target() -> None:
    """Each rung is climbed once the one below is solved."""
    entry = {**FORECAST, "horizons": [12, 24], "ladder": True}
    raw = {"version": 1, "summary": "s", "cells": ["gru"], "tasks": [entry]}
    with pytest.raises(RnnbenchError, match="each rung of a ladder needs a target, and the task"):
        check_suite(raw, "some.toml", Catalogue.present(), Choices())
    raw["tasks"] = [{**entry, "dials": {"target": 0.2}}]
    checked = check_suite(raw, "some.toml", Catalogue.present(), Choices())
    assert [use.dials["target"] for use in checked.tasks] == [0.2, 0.2]
