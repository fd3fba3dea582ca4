"""The width of a learning-rate optimum: which rates are near the best one."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.findings import Optimum, Search, find
from rnnbench.records import Result
from tests.builders.findings import RECIPE, learned

RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
RACED = msgspec.structs.replace(
    RECIPE, tune=True, search="race", learning_rates=RATES, epochs=40, lowest_rate=0.001
)
UNSOLVED: Mapping[str, Any] = {"trivial": 1.0, "target": 0.01}


def search(by_rate: Mapping[float, list[Result]]) -> Search:
    (condition,) = find(list(chain.from_iterable(by_rate.values()))).conditions
    found = condition.arms[0].search
    assert found
    return found


def by_epochs(epochs: Mapping[float, list[int | None]]) -> Search:
    """The search of a cell that needs so many epochs, by rate and seed."""
    by_rate = {}
    for rate, of_seeds in epochs.items():
        by_rate[rate] = [
            learned("gru", seed, count, 0.05, recipe=RACED, learning_rate=rate)
            for seed, count in enumerate(of_seeds)
        ]
    return search(by_rate)


def by_scores(scores: Mapping[float, list[float]]) -> Search:
    """The search of a cell that never reaches the target, by rate and seed."""
    by_rate = {}
    for rate, of_seeds in scores.items():
        by_rate[rate] = [
            learned("gru", seed, None, score, recipe=RACED, learning_rate=rate, **UNSOLVED)
            for seed, score in enumerate(of_seeds)
        ]
    return search(by_rate)


def test_rates_near_the_best_in_epochs_are_its_optimum() -> None:
    """At most 1.5 times as many; a rate behind a gap does not count."""
    found = by_epochs(
        {
            0.001: [12, 12, 12],
            0.003: [20, 20, 20],
            0.01: [15, 15, 15],
            0.03: [10, 10, 10],
            0.1: [16, 16, 16],
        }
    )
    assert found.optimum == Optimum(
        low=0.01, high=0.03, is_open_below=False, is_open_above=False, by_epochs=True
    )
    assert found.optimum.in_words == "×3 (0.01 to 0.03)"
    assert found.no_optimum == ""


def test_the_width_is_at_least_what_the_grid_shows() -> None:
    """Where the optimum reaches its edge."""
    epochs = {0.001: [9] * 3, 0.003: [10] * 3, 0.01: [12] * 3, 0.03: [39] * 3, 0.1: [39] * 3}
    found = by_epochs(epochs).optimum
    assert found
    assert (found.is_open_below, found.is_open_above) == (True, False)
    assert found.in_words == "at least ×10 (0.001 to 0.01)"
    alone = by_epochs({**epochs, 0.003: [39] * 3}).optimum
    assert alone
    assert alone.in_words == "at least ×1 (0.001)"


def test_rates_are_compared_over_the_seeds_that_both_have() -> None:
    """A rate that was given up early met other seeds on average."""
    found = by_epochs(
        {
            0.001: [39] * 3,
            0.003: [28] * 3,
            0.01: [20, 20, 20, 5, 5, 5, 5],
            0.03: [39] * 3,
            0.1: [39] * 3,
        }
    ).optimum
    assert found
    assert (found.low, found.high) == (0.003, 0.01)


def test_scores_are_near_within_a_part_of_the_way_from_the_trivial_forecast() -> None:
    """Where no rate gets to the target: 10 % of the way to the best score."""
    found = by_scores(
        {0.001: [0.9] * 3, 0.003: [0.29] * 3, 0.01: [0.2] * 3, 0.03: [0.27] * 3, 0.1: [0.29] * 3}
    ).optimum
    assert found == Optimum(
        low=0.01, high=0.03, is_open_below=False, is_open_above=False, by_epochs=False
    )


def test_a_rate_that_loses_seeds_is_not_near() -> None:
    """However quick it is where it ends."""
    by_rate = {
        rate: [
            learned("gru", seed, 10, 0.05, recipe=RACED, learning_rate=rate) for seed in range(3)
        ]
        for rate in RATES
    }
    by_rate[0.03][1] = msgspec.structs.replace(by_rate[0.03][1], status="timeout")
    found = search(by_rate).optimum
    assert found
    assert found.high == 0.01


def test_a_search_without_an_optimum_says_why() -> None:
    """A cell at chance is near its best at every rate, which says nothing."""
    found = by_scores({rate: [1.2] * 3 for rate in RATES})
    assert (found.optimum, found.no_optimum) == (
        None,
        "no rate was better than the trivial forecast",
    )
    lost = {
        rate: [
            msgspec.structs.replace(
                learned("gru", seed, None, recipe=RACED, learning_rate=rate), status="diverged"
            )
            for seed in range(3)
        ]
        for rate in RATES
    }
    assert search(lost).no_optimum == "every training at the best rate was lost"


@pytest.mark.draws
def test_the_page_has_a_column_for_it(tmp_path: Path) -> None:
    """In the table of the search, for each cell."""
    results = []
    for cell, epochs in (("gru", 10), ("lstm", 12)):
        for rate in RATES:
            count = epochs if rate == 0.01 or (cell, rate) == ("gru", 0.03) else 40
            results += [
                learned(cell, seed, count, 0.05, recipe=RACED, learning_rate=rate)
                for seed in range(3)
            ]
    Catalogue.present().reports["html"].item.load()(find(results), tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "width of the optimum" in page
    assert "×3 (0.01 to 0.03)" in page
    assert "×1 (0.01)" in page
