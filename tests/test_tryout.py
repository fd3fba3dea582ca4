"""Cells beside the best baseline of a user's file: verdicts, and the recommendation."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import msgspec
import numpy as np
import pytest

from rnnbench.findings import fewest_seeds
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.tryout.answer import MOST_SENTENCES, Outcome, answer
from rnnbench.findings.tryout.judging import LossScale, judge
from rnnbench.findings.tryout.records import BaselineRow, CellRow, Measure

SCALE = LossScale(in_order=True)
SEEDS = 9
PERCENT = Measure(
    name="root mean squared error", unit=" %", says="forecasts are typically off by {} of 'p'"
)


def losses(
    gain: float, *, windows: int = 200, between_seeds: float = 0.01, seed: int = 0
) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Losses of a cell by seed and those of a baseline, which it beats by a gain on average."""
    rng = np.random.default_rng(seed)
    baseline = rng.exponential(1.0, size=windows)
    noise = rng.normal(0.0, 0.3, size=windows)
    by_seed = {}
    for number in range(SEEDS):
        by_seed[number] = baseline - gain + noise + rng.normal(0.0, between_seeds)
    return by_seed, baseline


def looks(cells: Mapping[str, object], seeds: int = SEEDS) -> dict[str, Schedule]:
    return {row: Schedule(seeds, planned=SEEDS) for row in cells}


def verdict(cell: dict[int, np.ndarray], baseline: np.ndarray, others: int = 4) -> CellRow:
    """The verdict on a cell that is compared with others, which have no results yet."""
    cells = {"gru": cell, **{f"cell{number}": {} for number in range(others)}}
    (row,) = judge(cells, baseline, SCALE, looks(cells))
    return row


def test_a_lead_on_most_windows_in_most_seeds_is_better() -> None:
    row = verdict(*losses(0.3))
    assert row.answer == "better"
    assert row.gain is not None
    assert row.gain > 0


def test_a_lead_within_the_noise_of_the_test_data_is_not_better() -> None:
    """Every seed is ahead of the baseline, and by a single window of two hundred."""
    cell, baseline = losses(0.0, between_seeds=0.0)
    for of_seed in cell.values():
        of_seed[:] = baseline
        of_seed[17] -= 3.0
    row = verdict(cell, baseline)
    assert row.p_seeds is not None
    assert row.p_seeds < 0.01
    assert row.answer == "undecided"


def test_a_lead_within_the_noise_of_the_seeds_is_not_better() -> None:
    """All windows are ahead on average, and by two lucky seeds of nine."""
    cell, baseline = losses(0.0)
    for seed, of_seed in cell.items():
        of_seed[:] = baseline - (1.0 if seed < 2 else -0.02)
    row = verdict(cell, baseline)
    assert row.p_windows is not None
    assert row.p_windows < 0.01
    assert row.answer == "undecided"


def test_a_baseline_ahead_makes_a_cell_worse() -> None:
    assert verdict(*losses(-0.3)).answer == "worse"


def test_all_cells_are_one_family() -> None:
    """What decides alone does not among many, though the others have no results yet."""
    for gain in np.arange(0.04, 0.2, 0.005):
        cell, baseline = losses(float(gain), windows=60)
        alone = verdict(cell, baseline, others=0)
        among = verdict(cell, baseline, others=8)
        assert alone.p_value is not None
        if among.p_value is not None:
            assert among.p_value == pytest.approx(min(1.0, 9 * alone.p_value))
            if (alone.answer, among.answer) == ("better", "undecided"):
                return
    pytest.fail("no gain shows the correction")


def test_more_planned_comparisons_need_more_seeds() -> None:
    """Seeds that decide on a cell alone are too few where it is one of five, each of which has a
    fifth of the error, whatever the plan was."""
    cell, baseline = losses(0.5)
    alone, among = fewest_seeds(1), fewest_seeds(5)
    few = {seed: cell[seed] for seed in range(alone)}
    at = {row: Schedule(alone, planned=alone) for row in ("gru", *"abcd")}
    (row,) = judge({"gru": few}, baseline, SCALE, at)
    assert (row.answer, row.needed) == ("better", alone)
    (row,) = judge({"gru": few, **{other: {} for other in "abcd"}}, baseline, SCALE, at)
    assert (row.answer, row.p_value, row.needed) == ("too few seeds", None, among)
    assert among > alone


def test_few_seeds_carry_no_verdict() -> None:
    cell, baseline = losses(0.5)
    cells = {"gru": {seed: cell[seed] for seed in range(4)}}
    (row,) = judge(cells, baseline, SCALE, looks(cells, seeds=4))
    assert (row.answer, row.p_value) == ("too few seeds", None)
    assert row.needed > 4


def test_an_earlier_look_lowers_the_level() -> None:
    cell, baseline = losses(0.3)
    cells = {"gru": cell}
    (once,) = judge(cells, baseline, SCALE, looks(cells))
    (again,) = judge(cells, baseline, SCALE, {"gru": Schedule(SEEDS, (7, 8), SEEDS)})
    assert again.level < once.level


def cell_row(row: str, error: float, found: str, gain: float, seeds: int = SEEDS) -> CellRow:
    p_value = None if found == "too few seeds" else 0.31
    if found in ("better", "worse"):
        p_value = 0.0078125
    return CellRow(
        row=row,
        error=Range(error, error, error, seeds),
        seeds=seeds,
        gain=gain,
        p_value=p_value,
        needed=SEEDS,
        answer=found,  # type: ignore[arg-type]
    )


def outcome(*cells: CellRow, best: float = 1.95, name: str = "last value") -> Outcome:
    baselines = [
        BaselineRow(name=name, error=best),
        BaselineRow(name="gradient-boosted trees", error=2 * best),
        BaselineRow(name="seasonal value", absent="no season of its calendar fits"),
    ]
    rows = [cell.row for cell in cells]
    return Outcome(PERCENT, cells, baselines, rows[1:], ["gru", "lstm"], SEEDS, "300 test windows")


def test_a_lead_within_chance_is_told_and_is_no_recommendation() -> None:
    """Neither of the cell nor of the baseline."""
    said = answer(
        outcome(cell_row("gru", 1.9, "undecided", 0.05), cell_row("lstm", 2.1, "worse", -0.2))
    )
    assert said == (
        "No recurrent cell is shown to be worth it here: gru is ahead of the last value, and that may"
        " be chance.",
        "With the last value, forecasts are typically off by 1.95 % of 'p'.",
        "With gru, the best cell, forecasts are typically off by 1.9 % of 'p'.",
        "Its lead is within chance over 9 seeds and 300 test windows (p = 0.31, corrected for 2 cells).",
    )


@pytest.mark.parametrize(
    ("first", "second"), [("better", "better"), ("undecided", "worse"), ("too few seeds", "worse")]
)
@pytest.mark.parametrize("seeds", [SEEDS, 3])
def test_the_answer_says_of_how_many_examples_it_is(first: str, second: str, seeds: int) -> None:
    """At its end, whatever else is said, and still in five sentences."""
    rows = [cell_row("gru", 1.7, first, 0.2), cell_row("lstm", 1.8, second, 0.1)]
    shown = outcome(*[msgspec.structs.replace(row, seeds=seeds) for row in rows])
    said = answer(replace(shown, used="4,000 of 36,765 windows"))
    assert len(said) <= MOST_SENTENCES
    assert said[-1].startswith(
        "Cells and baselines were fitted to 4,000 of 36,765 windows of the training part; more"
    )
    assert not any("fitted to" in sentence for sentence in answer(shown))
    assert [one for one in answer(shown) if "have finished" in one] == [
        one for one in said if "have finished" in one
    ]


def test_a_season_that_is_best_is_named() -> None:
    """By what it repeats, as the calendar of the file has it."""
    shown = outcome(cell_row("gru", 2.0, "undecided", -0.05), cell_row("lstm", 2.1, "worse", -0.2))
    week = BaselineRow(name="seasonal value", setting="one week before, 7 rows", error=1.9)
    said = answer(replace(shown, baselines=[BaselineRow(name="last value", error=3.0), week]))
    assert said[:2] == (
        "No recurrent cell is worth it here: none is shown to be better than the value one week"
        " before.",
        "With the value one week before, forecasts are typically off by 1.9 % of 'p'.",
    )


def test_where_a_cell_is_better_it_is_recommended() -> None:
    cells = (cell_row("lstm", 1.7, "undecided", 0.2), cell_row("gru", 1.71, "better", 0.2))
    said = answer(outcome(*cells, name="ridge regression"))
    assert said[0] == "gru is worth it: with it, forecasts are typically off by 1.71 % of 'p'."
    assert "ridge regression" in said[1]
    assert "more than chance" in said[2]


ANSWERS = ("better", "worse", "undecided", "too few seeds")


@pytest.mark.parametrize(("first", "second"), list(product(ANSWERS, ANSWERS)))
@pytest.mark.parametrize("seeds", [3, SEEDS])
@pytest.mark.parametrize("name", ["majority class", "gradient-boosted trees"])
def test_an_answer_is_short(first: str, second: str, seeds: int, name: str) -> None:
    """At most five sentences of at most 25 words; `worth it` is said of a better cell alone."""
    rows = (
        cell_row("torchrecurrent-gru", 1.7, first, 0.2, seeds),
        cell_row("lstm", 2.2, second, -0.2, seeds),
    )
    said = answer(outcome(*rows, name=name))
    assert 1 <= len(said) <= MOST_SENTENCES
    for sentence in said:
        assert len(sentence.split()) <= 25, sentence
        assert re.search(r"\.$", sentence)
    assert ("is worth it: with it" in said[0]) == ("better" in (first, second))


def test_without_any_result_nothing_is_recommended() -> None:
    said = answer(outcome())
    assert said[0].startswith("No cell has been evaluated yet")
    assert "last value" in said[1]
