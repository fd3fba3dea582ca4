"""Conditions of one claim as one family: which count as one, what each rests on, and what every
look may err."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.findings import find
from rnnbench.findings.claims.evidence import evidence_for
from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.claims.family import column, share
from rnnbench.findings.claims.judging import judge, judge_at
from rnnbench.findings.claims.looks import look_at
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.summary import cautions
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.signed_rank import p_above, p_below, two_sided
from rnnbench.records import Claim, LearningTrial, Region, Result, Suite
from tests.builders.claims import claim, learned, noisy, run, suite

HORIZONS = [{"name": "adding", "horizons": [10, 20, 30, 40]}]
"""One task at four horizons."""


def apart(whole: Suite, gru: float, lstm: float) -> list[Result]:
    """Results in which the seeds of one horizon have nothing to do with those of another."""
    results = []
    for result in run(whole, noisy(gru=gru, lstm=lstm)):
        trial = result.trial
        assert isinstance(trial, LearningTrial)
        centre = {"gru": gru, "lstm": lstm}[trial.cell.row]
        draw = np.random.default_rng((int(trial.dials["horizon"]), trial.seed, len(trial.cell.row)))
        results.append(learned(trial, int(np.ceil(centre * np.exp(draw.normal(0, 0.3))))))
    return results


def p_values(whole: Suite, results: list[Result]) -> list[float]:
    """Adjusted, by condition."""
    judged = find(results, whole.claims).claims[0].readings[0].judged
    found = [one.p_value for one in judged if one.p_value is not None]
    assert len(found) == len(judged)
    return found


def test_thresholds_that_are_copies_of_each_other_count_as_one() -> None:
    """Three thresholds that each training reaches at once: as surely decided as one of them, where
    by Holm's method the p-values would be three times as large."""
    epochs = noisy(gru=9, lstm=16)
    one = suite(claim())
    three = suite(claim(shares=[1.0, 0.9, 0.75]))
    (alone,) = p_values(one, run(one, epochs))
    assert p_values(three, run(three, epochs)) == pytest.approx([alone] * 3)


def test_conditions_whose_seeds_have_nothing_in_common_count_nearly_as_by_holm() -> None:
    whole = suite(claim(tasks=HORIZONS))
    results = apart(whole, 10, 16)
    (condition, *_) = whole.claims[0].readings
    one_by_one = [
        evidence_for(condition, question, Measurements.of(results))
        for question in condition.questions
    ]
    smallest = min(min(one.p_for or 0.0, one.p_against or 0.0) for one in one_by_one)
    assert 3 * smallest < min(p_values(whole, results)) <= 4 * smallest


def test_a_condition_that_rests_on_times_too_counts_as_one_of_its_own() -> None:
    """A copy in epochs is a copy no more once a time of a step multiplies it: those p-values are
    Holm's."""
    costs = {"gru": 1e-3, "lstm": 1e-3}
    reading = {
        "figure": "seconds",
        "tasks": [{"name": "adding", "horizons": [20]}],
        "shapes": [{"steps": 20, "parameters": 10_000}],
    }
    one = suite(claim(**reading))
    three = suite(claim(**reading, shares=[1.0, 0.9, 0.75]))
    (alone,) = p_values(one, run(one, noisy(gru=4, lstm=20), costs=costs))
    assert p_values(three, run(three, noisy(gru=4, lstm=20), costs=costs)) == pytest.approx(
        [3 * alone] * 3
    )


def test_open_conditions_that_are_copies_ask_for_no_more_seeds_than_one() -> None:
    def more(*shares: float) -> int | None:
        whole = suite(claim(shares=list(shares)))
        judged = find(run(whole, noisy(gru=14, lstm=19)), whole.claims).claims[0].readings[0].judged
        assert {one.state for one in judged} == {"open"}
        return judged[0].more_seeds

    alone = more(1.0)
    three = more(1.0, 0.9, 0.75)
    assert alone is not None
    assert three is not None
    assert alone <= three <= alone + 5  # by equal parts of the level half as many again


# What a condition rests on


def evidence(region: Region, *choices: dict[int, tuple[float, float]]) -> Evidence:
    """These choices of rates have to pass above a bound and below one."""
    p_for, p_against = two_sided(
        region,
        lambda bound: max(p_above([low for low, _ in one.values()], bound) for one in choices),
        lambda bound: max(p_below([high for _, high in one.values()], bound) for one in choices),
    )
    return Evidence(p_for=p_for, p_against=p_against, above=choices, below=choices)


def at(*values: float) -> dict[int, tuple[float, float]]:
    return {seed: (value, value) for seed, value in enumerate(values, 3)}


@pytest.mark.parametrize(
    ("region", "values", "distances"),
    [
        (Region(high=1.0), (0.2, 0.3, 0.6), (0.8, 0.7, 0.4)),  # holds
        (Region(high=0.1), (0.2, 0.3, 0.6), (0.1, 0.2, 0.5)),  # fails: how far above
        (Region(low=0.0), (0.2, 0.3, 0.6), (0.2, 0.3, 0.6)),
        (
            Region(-1.0, 1.0),
            (0.2, 0.3, 1.1),
            (0.8, 0.7, -0.1),
        ),  # the bound that is passed less clearly
        (Region(-1.0, 1.0), (0.2, 0.3, -1.1), (1.2, 1.3, -0.1)),
        (Region(-2.0, -1.0), (0.2, 0.3, -1.1), (1.2, 1.3, -0.1)),  # beyond one of them is enough
        (Region(-1.0, 1.0, outside=True), (0.2, 0.3, 1.1), (0.8, 0.7, -0.1)),
        (Region(-2.0, 0.1, outside=True), (0.2, 0.3, 0.6), (0.1, 0.2, 0.5)),
    ],
)
def test_a_condition_rests_on_how_far_seeds_lie_beyond_the_bound_that_decides(
    region: Region, values: tuple[float, ...], distances: tuple[float, ...]
) -> None:
    found = column(evidence(region, at(*values)), region)
    assert found is not None
    assert found == pytest.approx(dict(enumerate(distances, 3)))


def test_of_several_choices_of_rates_the_one_that_is_passed_least_clearly_decides() -> None:
    region = Region(high=1.0)
    found = column(evidence(region, at(0.2, 0.3, 0.6, -1.0), at(0.2, 0.3, 1.6, -1.0)), region)
    assert found == pytest.approx({3: 0.8, 4: 0.7, 5: -0.6, 6: 2.0})


def test_a_seed_that_may_lie_anywhere_lies_on_the_wrong_side_by_its_own_number() -> None:
    region = Region(high=0.0)
    found = column(
        evidence(region, {0: (-1.0, -1.0), 7: (-2.0, 1e6), 9: (-3.0, -3.0), 4: (-0.5, -0.5)}),
        region,
    )
    assert found == pytest.approx({0: 1.0, 7: -1e6, 9: 3.0, 4: 0.5})


def test_what_lies_on_the_boundary_to_the_last_digits_is_no_distance() -> None:
    bound = Region(high=0.2)
    found = column(evidence(bound, at(0.3 - 0.1, -1.0, -2.0)), bound)  # 0.19999999999999998
    assert found is not None
    assert found[3] == 0


def test_what_no_seeds_decide_has_no_distances() -> None:
    assert column(Evidence(p_for=0.01, p_against=1.0, by_seeds=False), Region(high=0.0)) is None


def test_an_equal_part_of_the_level_is_always_enough_and_copies_need_no_part() -> None:
    draw = np.random.default_rng(5)
    one = dict(enumerate(draw.normal(size=12).tolist()))
    others = [dict(enumerate(row)) for row in draw.normal(size=(3, 12)).tolist()]
    assert share([None] * 3, 1, LEVEL) == LEVEL / 4
    assert (
        0.8 * LEVEL < share([one] * 4, 0, LEVEL) <= LEVEL
    )  # of twelve seeds p-values come in steps
    assert LEVEL / 4 <= share([one, *others], 0, LEVEL) < LEVEL / 3
    assert 0.8 * LEVEL / 2 < share([one] * 2, 2, LEVEL) <= LEVEL / 2


# Looks


def looked(*seeds: int, **keys: Any) -> float:
    """The level of the last of these looks."""
    (whole,) = suite(claim()).claims
    return look_at(replace(whole, looked=seeds, **keys), seeds[-1]).level


def test_looks_by_hand_are_those_of_suites() -> None:
    """Most for the number of seeds that was to decide, and as much as is left for those after
    it."""
    assert [round(looked(*range(10, 31, 5)[: at + 1]), 3) for at in range(5)] == [
        0.04,
        0.015,
        0.007,
        0.004,
        0.002,
    ]
    assert looked(10, 20) == Schedule(20, (10,), 10).level


def test_looks_that_are_planned_decide_at_about_equal_levels_and_those_after_them_at_less() -> None:
    by_rule = (10, 15, 20, 25, 30)
    levels = [
        looked(*by_rule[: at + 1], at_looks=by_rule, settling=30, evenly=True) for at in range(5)
    ]
    assert all(level > LEVEL / 5 for level in levels)
    assert max(levels) < 2 * min(levels)
    assert looked(40, at_looks=by_rule, settling=30, evenly=True) < min(levels)


def test_a_first_look_says_that_it_does_not_decide_at_the_whole_level() -> None:
    """As do the looks after it, in words of their own; a claim on what is counted has the whole
    level."""
    (asked,) = suite(claim()).claims
    (counted,) = suite(claim(figure="parameters", shapes=[{"steps": 5}])).claims
    first = replace(asked, looked=(10,))
    assert said(first, 10) == [
        "This look decides at 0.04, not at 0.05, so that seeds may be added."
    ]
    (again,) = said(replace(asked, looked=(10, 15)), 15)
    before = "as the results were looked at with"
    assert again == f"This look decides at 0.015, not at 0.05, {before} 10 seeds before."
    assert said(replace(asked, looked=(10, 15)), 3) == []  # too few to decide anything
    (early,) = said(replace(asked, looked=(8, 10), settling=10), 8)
    of_ten = "as 8 of 10 planned seeds have results"
    assert early == f"This look decides at 0.019, not at 0.05, {of_ten}."
    assert said(counted, 0) == []


def test_a_planned_look_says_which_others_are_planned() -> None:
    asked = replace(suite(claim()).claims[0], at_looks=(10, 15, 20), settling=20, evenly=True)
    (first,) = said(asked, 10)
    assert (
        first
        == "This look decides at 0.025, not at 0.05, as looks at 10, 15 and 20 seeds are planned."
    )
    (later,) = said(asked, 20)
    before = "as the results were looked at with 10 and 15 seeds before"
    assert later == f"This look decides at 0.015, not at 0.05, {before}."
    assert said(asked, 0) == ["The first look is planned at 10 seeds, which are not complete."]


def said(claim: Claim, seeds: int) -> list[str]:
    """What has to be known of a look."""
    return list(cautions(claim, look_at(claim, seeds)))


def test_a_claim_is_judged_at_the_level_of_its_look() -> None:
    whole = suite(claim())
    measurements = Measurements.of(run(whole, noisy(gru=8, lstm=16)))
    (asked,) = whole.claims
    assert judge(asked, measurements).level == looked(10)
    for seeds in ((10,), (7, 10)):
        assert judge(replace(asked, looked=seeds), measurements).level == looked(*seeds)


def test_a_claim_is_judged_at_the_first_look_of_its_rule_that_settles_it() -> None:
    """Whatever came of seeds that others asked for; one that is not settled at the latest look that
    is complete, and at none before its first."""
    whole = suite(claim(), seeds=20)
    asked = replace(whole.claims[0], at_looks=(10, 15, 20), settling=20, evenly=True)

    def epochs(row: str, seed: int) -> int:
        if row == "lstm":
            return 16
        return 8 + seed % 3 if seed < 10 else 25

    turns = Measurements.of(run(whole, epochs))
    early = judge(asked, turns)
    assert (early.verdict, early.seeds, early.level) == ("supported", 10, look_at(asked, 10).level)
    assert (judge_at(asked, turns, 20).verdict, judge(whole.claims[0], turns).verdict) == (
        "undecided",
    ) * 2
    close = Measurements.of(run(whole, noisy(gru=13, lstm=16)))
    assert [judge(asked, close.up_to(seeds)).seeds for seeds in (20, 19, 12)] == [20, 15, 10]
    unfinished = judge(asked, turns.up_to(9))
    assert (unfinished.verdict, unfinished.readings[0].judged[0].state) == ("undecided", "open")
    assert unfinished.readings[0].judged[0].effect is not None
