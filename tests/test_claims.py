"""Claims as data: what is run for them, how they are decided, and that nobody's expectation is
built in."""

from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.campaign.membership import Membership
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.findings import find
from rnnbench.findings.claims.dependence import dependence
from rnnbench.findings.claims.judging import judge
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.stats.ranges import Range
from rnnbench.plan import known, plan
from rnnbench.records import (
    CostTrial,
    Diagnosed,
    Diagnosis,
    LearningTrial,
    trial_id,
)
from rnnbench.store import Store, keep_claims, kept_claims
from rnnbench.suite import Choices, read_suite
from tests.builders.claims import BUDGET, claim, cost, decide, learned, noisy, run, suite

# Verdicts


def test_what_is_far_below_the_boundary_is_supported() -> None:
    """Half the epochs, ten seeds; the effect is the ratio, with n and the ids of what it rests
    on."""
    whole = suite(claim())
    found = decide(whole, noisy(gru=8, lstm=16))
    judged = found.readings[0].judged[0]
    assert found.verdict == "supported"
    assert judged.effect is not None
    assert judged.effect.low < 0.5 < judged.effect.high < 0.8
    assert (judged.effect.n, judged.effect.kind, len(judged.trials)) == (10, "95 % interval", 20)
    ids = {trial_id(result.trial) for result in run(whole, noisy(gru=8, lstm=16))}
    assert set(judged.trials) <= ids


def test_what_is_far_above_the_boundary_is_refuted() -> None:
    """Nobody asked for this answer."""
    assert decide(suite(claim()), noisy(gru=16, lstm=16)).verdict == "refuted"


def test_what_lies_near_the_boundary_is_undecided_and_says_what_would_decide() -> None:
    """A ratio of .78 or so against .8."""
    found = decide(suite(claim()), noisy(gru=14, lstm=18))
    judged = found.readings[0].judged[0]
    assert (found.verdict, judged.state) == ("undecided", "open")
    assert judged.more_seeds is None or judged.more_seeds > 5
    assert "interval contains the boundary" in judged.why


@pytest.mark.parametrize(("seeds", "verdict"), [(6, "undecided"), (7, "supported")])
def test_few_seeds_carry_no_verdict(seeds: int, verdict: str) -> None:
    """Six seeds that all say the same are six seeds; seven can decide one condition."""
    found = decide(suite(claim(), seeds=seeds), noisy(gru=4, lstm=20))
    assert found.verdict == verdict
    if verdict == "undecided":
        assert found.readings[0].judged[0].p_value is None
        assert "6 of 7 seeds" in found.readings[0].judged[0].why


def test_a_family_of_conditions_needs_more() -> None:
    """Four conditions are four chances of a false answer. That these are copies of each other is
    not known before they are measured, so that seven seeds are not enough."""
    several = claim(tasks=[{"name": "adding", "horizons": [10, 20, 30, 40]}])
    found = decide(suite(several, seeds=7), noisy(gru=4, lstm=20))
    assert found.verdict == "undecided"
    assert decide(suite(several, seeds=8), noisy(gru=4, lstm=20)).verdict == "supported"


def test_a_claim_that_holds_here_and_fails_there_is_mixed_and_says_what_it_depends_on() -> None:
    """By the facet that tells the two apart."""
    whole = suite(claim(tasks=[{"name": "adding", "horizons": [10, 40]}]))
    slow = noisy(gru=8, lstm=16)
    results = []
    for result in run(whole, slow):
        trial = result.trial
        assert isinstance(trial, LearningTrial)
        if trial.dials["horizon"] == 40:
            result = learned(trial, noisy(gru=16, lstm=8)(trial.cell.row, trial.seed))
        results.append(result)
    found = find(results, whole.claims).claims[0]
    assert found.verdict == "mixed"
    told = " The claim holds with horizon 10. The claim fails with horizon 40."
    assert found.because.endswith(told)


def test_seeds_that_never_get_there_count_with_the_whole_budget() -> None:
    """They are not dropped: a cell that solves in 5 epochs half of the time is not quicker than one
    that needs 12."""

    def epochs(row: str, seed: int) -> int | None:
        if row == "lstm":
            return 12
        return 5 if seed % 2 else None

    found = decide(suite(claim()), epochs)
    assert found.verdict != "supported"
    effect = found.readings[0].judged[0].effect
    assert effect is not None
    assert effect.n == 10


def effects_of(found: ClaimFinding) -> list[Range | None]:
    """The effect under each condition of each reading."""
    judged = chain.from_iterable(reading.judged for reading in found.readings)
    return [one.effect for one in judged]


def test_nobodys_expectation_is_built_in() -> None:
    """The names of the two cells swapped, in the claim and in the results: the same verdict, effect
    and p-value."""
    for quick, slow in ((8, 16), (14, 18), (16, 16), (20, 9)):
        straight = decide(suite(claim()), noisy(gru=quick, lstm=slow))
        epochs = noisy(gru=quick, lstm=slow)
        mirrored = decide(
            suite(claim(cells=["lstm", "gru"])),
            lambda row, seed, e=epochs: e({"gru": "lstm", "lstm": "gru"}[row], seed),
        )
        assert mirrored.verdict == straight.verdict
        assert effects_of(mirrored) == effects_of(straight)


def test_the_opposite_claim_gets_the_opposite_verdict() -> None:
    """At most .8 of one over the other is at least 1.25 of the other over the one."""
    for quick, slow, verdict in ((8, 16, "supported"), (16, 16, "refuted")):
        epochs = noisy(gru=quick, lstm=slow)
        assert decide(suite(claim()), epochs).verdict == verdict
        assert decide(suite(claim(cells=["lstm", "gru"], at_least=1.25)), epochs).verdict == verdict
        opposite = {"supported": "refuted", "refuted": "supported"}[verdict]
        assert decide(suite(claim(at_least=0.8)), epochs).verdict == opposite


def test_equivalence_is_not_the_lack_of_a_difference() -> None:
    """Cells that are alike are within a quarter of each other; when they are noisy that is open,
    not supported."""
    assert decide(suite(claim(within=0.25)), noisy(gru=16, lstm=16)).verdict == "supported"
    wild = lambda row, seed: int(np.random.default_rng((seed, len(row))).integers(2, 29))  # noqa: E731
    assert decide(suite(claim(within=0.25)), wild).verdict == "undecided"
    assert decide(suite(claim(beyond=0.25)), noisy(gru=8, lstm=16)).verdict == "supported"


def test_seeds_in_which_neither_gets_there_say_nothing() -> None:
    """Two cells that do not learn are not shown to be alike; what is left out is said."""
    found = decide(suite(claim(within=0.25)), lambda *_: None)
    judged = found.readings[0].judged[0]
    assert (found.verdict, judged.effect) == ("undecided", None)
    assert judged.lost == ("10 seeds in which neither cell reaches the target",)
    some = (
        decide(suite(claim(within=0.25)), lambda _, seed: 12 if seed < 8 else None)
        .readings[0]
        .judged[0]
    )
    assert some.effect is not None
    assert (some.effect.n, some.lost) == (8, ("2 seeds in which neither cell reaches the target",))


def test_a_seed_that_did_not_get_there_may_have_needed_any_number() -> None:
    """GRU late within the budget, LSTM never: the ratio is at most 27/30, and may be next to
    nothing. So it is neither shown to be above .8, nor near 1; that it is below 1 is shown."""

    def late(row: str, seed: int) -> int | None:
        return 26 + seed % 2 if row == "gru" else None

    for bound, verdict in (
        ({"at_most": 0.8}, "undecided"),
        ({"within": 0.25}, "undecided"),
        ({"at_most": 1.0}, "supported"),
    ):
        assert decide(suite(claim(**bound)), late).verdict == verdict
    assert decide(suite(claim(cells=["lstm", "gru"], at_least=1.0)), late).verdict == "supported"
    assert decide(suite(claim(beyond=0.25)), late).verdict == "undecided"
    assert decide(suite(claim(cells=["lstm", "gru"], at_most=1.25)), late).verdict == "undecided"


def test_seeds_in_which_neither_gets_there_speak_against_every_answer() -> None:
    """Ten of thirty seeds that all say the same are not thirty."""
    some = {**claim(), "most_seeds": 30}
    found = decide(
        suite(some, seeds=30), lambda row, seed: 20 if row == "gru" and seed < 10 else None
    )
    assert found.verdict == "undecided"


def test_what_is_reached_on_validation_data_alone_counts_for_nothing() -> None:
    """A cell whose test score is worse than the trivial forecast has not solved the task, nor has
    one that diverged."""
    whole = suite(claim())
    results = run(whole, noisy(gru=8, lstm=16))
    of_gru = [
        r for r in results if isinstance(r.trial, LearningTrial) and r.trial.cell.row == "gru"
    ]
    others = [r for r in results if r not in of_gru]
    useless = []
    for result in of_gru:
        assert result.learning
        learning = replace(result.learning, test={"mse": 0.5})
        useless.append(replace(result, learning=learning))
    diverged = [replace(result, status="diverged") for result in of_gru]
    for changed in ([*useless, *others], [*diverged, *others]):
        assert find(changed, whole.claims).claims[0].verdict == "refuted"


def test_a_reading_that_cannot_be_tested_leaves_a_claim_open() -> None:
    """Whatever the others say; and it counts in the family."""
    both = claim()
    both["readings"].append({**both["readings"][0], "cells": ["warp-cell", "lstm"]})
    found = decide(suite(both), noisy(gru=8, lstm=16))
    assert found.verdict == "undecided"
    assert "Untested: no such cell: warp-cell." in found.because
    alone = decide(suite(claim()), noisy(gru=8, lstm=16)).readings[0].judged[0].p_value
    assert alone is not None
    assert found.readings[0].judged[0].p_value == pytest.approx(2 * alone)


def test_a_claim_of_parts_is_refuted_by_one_that_fails_throughout() -> None:
    """ "A is quick and B is not": where both are quick it is false; as two ways of reading it, it
    would be mixed."""
    whole = claim(cells=["gru"], at_most=15)
    whole["readings"].append(
        {**whole["readings"][0], "cells": ["lstm"], "at_least": 15, "title": "not"}
    )
    del whole["readings"][1]["at_most"]
    assert decide(suite(whole), noisy(gru=8, lstm=8)).verdict == "mixed"
    assert decide(suite({**whole, "parts": True}), noisy(gru=8, lstm=8)).verdict == "refuted"
    assert decide(suite({**whole, "parts": True}), noisy(gru=8, lstm=22)).verdict == "supported"


def test_how_many_more_seeds_is_said_on_the_scale_of_the_figure() -> None:
    """Epochs of one cell are no logarithms: typically 14.5, spread by 2.5 or so, against 15.5 is
    some tens of seeds."""
    judged = decide(suite(claim(cells=["gru"], at_most=15.5)), noisy(gru=14)).readings[0].judged[0]
    assert judged.state == "open"
    assert judged.more_seeds is not None
    assert judged.more_seeds > 10


@pytest.mark.parametrize("figure", ["train-time", "seconds"])
def test_too_few_replicates_are_told_as_such(figure: str) -> None:
    """And not as seeds; likewise a claim on seconds of which no times are there."""
    tasks = {"tasks": [{"name": "adding", "horizons": [20]}]} if figure == "seconds" else {}
    whole = suite(
        claim(figure=figure, shapes=[{"steps": 20, "parameters": 10_000}], **tasks),
        cost={"replicates": 3},
    )
    results = run(whole, noisy(gru=8, lstm=16), costs={"gru": 1.0, "lstm": 1.0})
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert (judged.state, judged.why, judged.more_seeds) == ("open", "3 of 8 replicates", None)
    if figure == "seconds":
        learned_alone = [result for result in results if isinstance(result.trial, LearningTrial)]
        judged = find(learned_alone, whole.claims).claims[0].readings[0].judged[0]
        assert (judged.effect, judged.why) == (None, "no times of a step")


def test_conditions_that_lack_results_count_in_the_family() -> None:
    """What holds now is not withdrawn as results come in."""
    whole = suite(claim(tasks=[{"name": "adding", "horizons": [10, 20, 30]}]))
    results = run(whole, noisy(gru=8, lstm=16))
    some = [
        r for r in results if isinstance(r.trial, LearningTrial) and r.trial.dials["horizon"] == 10
    ]
    early, late = (
        find(part, whole.claims).claims[0].readings[0].judged[0].p_value for part in (some, results)
    )
    alone = decide(suite(claim()), noisy(gru=8, lstm=16)).readings[0].judged[0].p_value
    assert early is not None
    assert late is not None
    assert alone is not None
    assert early == pytest.approx(3 * alone)
    assert late <= early


def test_times_are_nothing_that_seeds_are_added_for() -> None:
    """A claim on seconds that is clear in epochs stops at its first look."""
    seconds = claim(
        figure="seconds",
        tasks=[{"name": "adding", "horizons": [20]}],
        shapes=[{"steps": 20, "parameters": 9_000}],
    )
    results = run(
        suite(seconds, choices=Choices(until_decided=True)),
        noisy(gru=6, lstm=16),
        costs={"gru": 1, "lstm": 1},
    )
    assert {r.trial.seed for r in results if isinstance(r.trial, LearningTrial)} == set(range(10))


def test_settings_do_not_make_a_claim_another_one() -> None:
    """The suite takes in what plugins bring, itself among it, by name."""
    straight = read_suite("claims", Catalogue.present(), Choices(claims=("rnn-forgets",)))
    changed = read_suite(
        "claims",
        Catalogue.present(),
        Choices(claims=("rnn-forgets",), settings=("recipe.epochs=5",)),
    )
    assert len(changed.claims) == len(straight.claims) == 1
    assert {use.recipe.epochs for use in changed.tasks} == {5}


def test_the_solve_rate_of_one_cell_is_held_against_a_bound() -> None:
    """Nine of ten is most seeds, five of ten is neither most nor not."""
    most = claim(cells=["rnn"], figure="solved", at_least=0.5)
    assert decide(suite(most), lambda _, seed: 5 if seed else None).verdict == "supported"
    assert decide(suite(most), lambda _, seed: 5 if seed % 2 else None).verdict == "undecided"
    assert decide(suite(most), lambda _, seed: None if seed else 5).verdict == "refuted"


def test_three_thresholds_are_asked_one_by_one() -> None:
    """And each is a condition with its own figure."""
    whole = suite(claim(shares=[1.0, 0.9, 0.75]))
    found = decide(whole, noisy(gru=8, lstm=16))
    assert [judged.facets["threshold"].split()[0] for judged in found.readings[0].judged] == [
        "100%",
        "90%",
        "75%",
    ]


def test_scores_are_differences_in_which_higher_is_better() -> None:
    """A lower error is the better score."""
    whole = suite(claim(figure="score", metric="mse", at_least=0.01))
    results = [
        learned(r.trial, 5, score=0.02 if r.trial.cell.row == "gru" else 0.05)
        for r in run(whole, lambda *_: 5)
        if isinstance(r.trial, LearningTrial)
    ]
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert judged.effect is not None
    assert judged.effect.centre == pytest.approx(0.03)
    assert judged.state == "holds"


def test_results_that_were_cut_short_enter_no_verdict() -> None:
    """A time limit is no censoring at the budget, whatever was learned before it; its partner is
    left out with it."""
    whole = suite(claim())
    results = run(whole, noisy(gru=8, lstm=16))
    cut = [replace(r, status="timeout") if n in (0, 3) else r for n, r in enumerate(results)]
    judged = find(cut, whole.claims).claims[0].readings[0].judged[0]
    lost = {results[n].trial.seed for n in (0, 3) if isinstance(results[n].trial, LearningTrial)}
    assert judged.effect is not None
    assert judged.effect.n == 10 - len(lost)
    assert len(judged.trials) == 2 * judged.effect.n
    for trial, seed in product(judged.trials, lost):
        assert f".s{seed}." not in trial
    assert judged.lost == (f"{len(lost)} seed{'s' if len(lost) > 1 else ''} lost: timeout",)


def test_why_seeds_say_nothing_is_told() -> None:
    """A figure that does not exist has its reason; a seed that only one of the cells has run is
    another matter."""
    name = "decay length (steps)"
    whole = suite(claim(figure="diagnosis", diagnostic="gradient-lag", metric=name))

    def lag(seed: int, figures: dict[str, float], absent: dict[str, str]) -> Diagnosis:
        return Diagnosis(
            x_name="lag",
            y_name="size",
            x=(0, 1),
            y=(1, float(seed)),
            figures=figures,
            absent=absent,
        )

    results = []
    for result in run(whole, noisy(gru=8, lstm=16)):
        assert isinstance(result.trial, LearningTrial)
        assert result.learning
        row = result.trial.cell.row
        seed = result.trial.seed
        flat = (
            lag(seed, {}, {name: "it does not fall"})
            if row == "gru" and seed < 3
            else lag(seed, {name: 2.0}, {})
        )
        learning = replace(result.learning, diagnoses={"gradient-lag": Diagnosed(trained=flat)})
        if (row, seed) != ("lstm", 9):
            results.append(replace(result, learning=learning))
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert judged.effect is not None
    assert judged.effect.n == 6
    assert judged.lost == ("3 seeds where it does not fall", "1 seed of one of the cells only")
    alone = suite(claim(cells=["gru"], figure="solved", at_least=0.5))
    first, *others = run(alone, lambda *_: 5)
    judged = (
        find([replace(first, status="killed"), *others], alone.claims)
        .claims[0]
        .readings[0]
        .judged[0]
    )
    assert judged.lost == ("1 seed lost: killed",)


def test_a_cell_that_diverges_says_no_more_than_the_trivial_forecast() -> None:
    """It is not left out: survivors do not win."""
    whole = suite(claim(figure="score", metric="mse", at_least=-0.05))
    results = run(whole, lambda *_: 5)
    for n, result in enumerate(results):
        trial = result.trial
        learning = result.learning
        if isinstance(trial, LearningTrial) and trial.cell.row == "gru" and learning:
            results[n] = replace(
                result,
                status="diverged",
                learning=replace(learning, test={}, epochs_to_target=None),
            )
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert judged.state == "fails"
    assert judged.effect is not None
    assert judged.effect.centre == pytest.approx(0.005 - 1 / 6)


def test_the_search_for_a_learning_rate_enters_no_verdict() -> None:
    """Its seeds are of its own; a claim at ten seeds rests on twenty results."""
    whole = suite(
        claim(),
        recipe={
            "epochs": BUDGET,
            "steps_per_epoch": 10,
            "search": "tuning-seeds",
            "tuning_seeds": 2,
            "learning_rates": [0.1, 0.2],
        },
    )
    results = run(whole, noisy(gru=8, lstm=16))
    assert len(results) == 20 + 2 * 2 * 2
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert (judged.effect and judged.effect.n, len(judged.trials)) == (10, 20)


def test_what_a_mixed_claim_depends_on_is_the_facet_that_tells_the_answers_apart() -> None:
    """Not one whose values occur on both sides; and nothing where none does."""
    holds = {"task": "a", "equal": "hidden"}
    fails = {"task": "a", "equal": "parameters"}
    assert dependence([(holds, "holds"), (fails, "fails")]) == [
        "The claim holds with equal hidden.",
        "The claim fails with equal parameters.",
    ]
    third = {"task": "b", "equal": "hidden"}
    assert dependence([(holds, "holds"), (fails, "fails"), (third, "fails")]) == []
    assert dependence([(holds, "holds"), (fails, "fails"), (third, "open")]) == [
        "With equal hidden, 1 of 2 conditions holds.",
        "With equal parameters, 1 of 1 condition fails.",
    ]
    seconds = {"kernel": "native"}
    fails_there = "The claim fails with kernel native."
    assert dependence([(seconds, "fails"), ({}, "holds")]) == [
        "The claim holds without a kernel.",
        fails_there,
    ]
    eager = {"kernel": "eager"}
    assert dependence([(seconds, "fails"), ({}, "holds"), (eager, "holds")]) == [
        "The claim holds with kernel eager, and without a kernel.",
        fails_there,
    ]
    one, other = ({"reading": name} for name in ("one", "other"))
    assert (
        dependence([(one, "holds"), (other, "fails")])[0] == "The claim holds with reading “one”."
    )


def test_a_facet_under_which_conditions_are_open_is_reported_with_counts() -> None:
    """To say that a claim holds with a value of which most conditions are open would say too
    much."""
    native, eager, other = ({"kernel": name} for name in ("native", "eager", "other"))
    conditions = [(native, "fails")] * 2 + [(eager, "holds"), (eager, "open"), (other, "open")]
    conditions += [({}, "holds")] * 12 + [({}, "open")] * 4
    assert dependence(conditions) == [
        "With kernel native, 2 of 2 conditions fail.",
        "With kernel eager, 1 of 2 conditions holds.",
        "With kernel other, none of 1 condition is decided.",
        "Without a kernel, 12 of 16 conditions hold.",
    ]


def test_kernels_are_named_where_there_is_a_choice() -> None:
    """`default` is called native where both cells have such a kernel, and is no facet where nothing
    else is tried."""
    shapes = [{"steps": 5}]

    def kernels(**reading: Any) -> list[str | None]:
        (whole,) = suite(claim(figure="train-time", shapes=shapes, **reading)).claims
        return [question.facets.get("kernel") for question in whole.readings[0].questions]

    assert kernels() == [None]
    assert kernels(implementations=["default", "eager"]) == ["native", "eager"]
    assert kernels(cells=["mingru", "gru"], implementations=["default"]) == ["default"]


# Cost


def test_what_is_counted_is_decided_exactly() -> None:
    """Three to four, without a test."""
    whole = suite(claim(figure="parameters", shapes=[{"steps": 5}]))
    found = decide(whole, noisy(), costs={"gru": 300, "lstm": 400})
    judged = found.readings[0].judged[0]
    assert (found.verdict, judged.p_value) == ("supported", 0.0)
    assert judged.effect is not None
    assert judged.effect.centre == judged.effect.low == judged.effect.high == 0.75


@pytest.mark.parametrize(
    ("gru", "replicates", "state", "why"),
    [
        (0.5, 8, "holds", ""),
        (1.0, 8, "fails", ""),
        (0.94, 8, "open", "the interval contains the boundary"),  # a peak may be misread by 2 %
        (0.965, 8, "open", "the interval contains the boundary"),
        (0.5, 3, "open", "3 of 8 replicates"),
    ],
)
def test_peaks_of_memory_are_told_apart_by_their_replicates(
    gru: float, replicates: int, state: str, why: str
) -> None:
    """At most .95, clear of it by what a peak may be misread, at the family's level."""
    whole = suite(
        claim(figure="peak-memory", at_most=0.95, shapes=[{"steps": 5}]),
        cost={"memory_replicates": replicates},
    )
    judged = decide(whole, noisy(), costs={"gru": gru, "lstm": 1.0}).readings[0].judged[0]
    assert (judged.state, judged.why[: len(why)]) == (state, why)
    assert judged.effect is not None
    assert (judged.effect.n, judged.effect.kind) == (
        replicates,
        "95 % interval" if replicates > 3 else "range",
    )
    assert judged.effect.low < gru < judged.effect.high
    assert judged.effect.high / judged.effect.low > 1.02**2


def test_peaks_that_are_read_alike_every_time_are_exact() -> None:
    """Of values without any spread there is no test."""
    whole = suite(
        claim(figure="peak-memory", at_most=0.95, shapes=[{"steps": 5}]),
        cost={"memory_replicates": 8},
    )
    results = [
        replace(
            r,
            costs=tuple(
                replace(row, peak_bytes=1000 if row.row == "lstm" else 900) for row in r.costs
            ),
        )
        for r in run(whole, noisy(), costs={"gru": 1.0, "lstm": 1.0})
    ]
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert (judged.state, judged.p_value) == ("holds", 0.0)
    assert judged.effect is not None
    assert (judged.effect.low, judged.effect.high) == (
        pytest.approx(0.9 / 1.02),
        pytest.approx(0.9 * 1.02),
    )


def test_a_ratio_of_times_of_two_kinds_has_to_be_clear_by_what_days_may_move_it() -> None:
    """A tenth below the boundary is not enough for two kinds of layer; a third is."""
    quicker = claim(figure="train-time", at_most=0.95, shapes=[{"steps": 5}])
    assert decide(suite(quicker), noisy(), costs={"gru": 0.86, "lstm": 1.0}).verdict == "undecided"
    assert decide(suite(quicker), noisy(), costs={"gru": 0.66, "lstm": 1.0}).verdict == "supported"
    assert decide(suite(quicker), noisy(), costs={"gru": 1.3, "lstm": 1.0}).verdict == "refuted"


def test_days_have_to_agree() -> None:
    """Quicker on one and slower on the other is open, however sure each day is."""
    whole = suite(claim(figure="train-time", at_most=0.95, shapes=[{"steps": 5}]))
    first = run(whole, noisy(), costs={"gru": 0.66, "lstm": 1.0})
    trials = [
        replace(result.trial, session="another day")
        for result in first
        if isinstance(result.trial, CostTrial)
    ]
    for factor, verdict in ((0.7, "supported"), (1.4, "undecided")):
        second = [cost(trial, {"gru": factor, "lstm": 1.0}) for trial in trials]
        assert find([*first, *second], whole.claims).claims[0].verdict == verdict


def test_a_day_that_was_cut_short_keeps_no_claim_open() -> None:
    """The whole day decides; a part of another one is neither for nor against."""
    whole = suite(claim(figure="train-time", at_most=0.95, shapes=[{"steps": 5}]))
    first = run(whole, noisy(), costs={"gru": 0.66, "lstm": 1.0})
    trials = [
        replace(result.trial, session="another day")
        for result in first
        if isinstance(result.trial, CostTrial)
    ]
    short = [cost(trial, {"gru": 1.4, "lstm": 1.0}) for trial in trials[:7]]
    (found,) = find([*first, *short], whole.claims).claims
    judged = found.readings[0].judged[0]
    assert (found.verdict, judged.effect and judged.effect.n, len(judged.trials)) == (
        "supported",
        8,
        8,
    )


def test_times_on_one_thread_and_on_four_are_not_one_sample() -> None:
    """They have to agree like days: what is clear on one thread and not on four is not made clear
    by adding them up."""
    whole = suite(claim(figure="train-time", at_most=0.95, shapes=[{"steps": 5}]))
    first = run(whole, noisy(), costs={"gru": 0.66, "lstm": 1.0})
    trials = [
        replace(result.trial, threads=4) for result in first if isinstance(result.trial, CostTrial)
    ]
    second = [cost(trial, {"gru": 0.84, "lstm": 1.0}) for trial in trials]
    assert find(first, whole.claims).claims[0].verdict == "supported"
    assert find([*first, *second], whole.claims).claims[0].verdict == "undecided"


def test_seconds_are_epochs_times_the_time_of_a_step() -> None:
    """Half the epochs at twice the time come to nothing; at the same time they count."""
    seconds = claim(
        figure="seconds",
        tasks=[{"name": "adding", "horizons": [20]}],
        shapes=[{"steps": 20, "parameters": 10_000}],
    )
    epochs = noisy(gru=8, lstm=16)
    slow = decide(suite(seconds), epochs, costs={"gru": 2.0, "lstm": 1.0})
    judged = slow.readings[0].judged[0]
    assert judged.effect is not None
    assert judged.effect.centre == pytest.approx(1.0, abs=0.15)
    assert slow.verdict == "undecided"
    assert decide(suite(seconds), epochs, costs={"gru": 1.0, "lstm": 1.0}).verdict == "supported"
    assert decide(suite(seconds), epochs, costs={"gru": 4.0, "lstm": 1.0}).verdict == "refuted"
    whole = suite(seconds)
    first = run(whole, epochs, costs={"gru": 1.0, "lstm": 1.0})
    trials = [
        replace(result.trial, session="another day")
        for result in first
        if isinstance(result.trial, CostTrial)
    ]
    for factor, verdict in ((1.0, "supported"), (2.0, "undecided")):  # days have to agree here too
        second = [cost(trial, {"gru": factor, "lstm": 1.0}) for trial in trials]
        assert find([*first, *second], whole.claims).claims[0].verdict == verdict


# What is run


def test_claims_share_trials_and_each_cell_runs_only_where_it_is_needed() -> None:
    """Two claims on the same cells and task cost what one does."""
    one = suite(claim())
    other = {**claim(at_most=0.5), "name": "another"}
    third = {**claim(cells=["rnn", "gru"]), "name": "third"}
    assert len(plan(suite(claim(), other), {}, ())) == len(plan(one, {}, ())) == 20
    trials = plan(suite(claim(), third), {}, ())
    assert len(trials) == 30
    elsewhere = {
        **claim(cells=["rnn", "gru"], tasks=[{"name": "recall-first", "horizons": [5]}]),
        "name": "third",
    }
    pairs = {
        (t.cell.row, t.task)
        for t in plan(suite(claim(), elsewhere), {}, ())
        if isinstance(t, LearningTrial)
    }
    assert pairs == {
        ("gru", "adding"),
        ("lstm", "adding"),
        ("rnn", "recall-first"),
        ("gru", "recall-first"),
    }


def test_what_a_claim_diagnoses_is_measured() -> None:
    """The suite need not name it again."""
    reading = claim(figure="diagnosis", diagnostic="gradient-lag", metric="decay length (steps)")
    assert {
        t.diagnostics for t in plan(suite(reading), {}, ()) if isinstance(t, LearningTrial)
    } == {("gradient-lag",)}


def test_a_cell_of_a_claim_can_have_a_recipe_of_its_own() -> None:
    """With and without clipping are two sides of one comparison."""
    free = {"name": "lstm", "label": "free", "recipe": {"clip_norm": 0.0}}
    trials = plan(suite(claim(cells=[free, "lstm"])), {}, ())
    norms = {(t.cell.row, t.recipe.clip_norm) for t in trials if isinstance(t, LearningTrial)}
    assert norms == {("free", 0.0), ("lstm", 1.0)}


def test_a_claim_about_a_cell_that_is_not_installed_is_untested() -> None:
    """And says so; the others run."""
    whole = suite(claim(cells=["warp-cell", "lstm"]), {**claim(), "name": "another"})
    first, second = find(run(whole, noisy(gru=8, lstm=16)), whole.claims).claims
    assert first.verdict == "untested"
    assert first.because == "Untested: no such cell: warp-cell."
    assert second.verdict == "supported"


def test_seeds_are_added_until_a_claim_is_decided() -> None:
    """What is clear at ten stays at ten; what lies at the boundary goes on to its cap, and no
    further."""
    rule = Choices(until_decided=True)
    clear = suite(claim(), choices=rule)
    assert len(run(clear, noisy(gru=6, lstm=16))) == 20
    hard = {**claim(), "most_seeds": 25}
    results = run(suite(hard, choices=rule), noisy(gru=13, lstm=16))
    assert {r.trial.seed for r in results if isinstance(r.trial, LearningTrial)} == set(range(25))


@pytest.mark.parametrize("easy_first", [True, False])
def test_a_cell_gets_as_many_seeds_as_the_most_demanding_of_its_claims(easy_first: bool) -> None:
    """Whatever their order: what decides one claim at ten seeds goes on for the other."""
    easy = {**claim(at_most=5.0), "name": "easy"}
    hard = {**claim(), "most_seeds": 15}
    pair = (easy, hard) if easy_first else (hard, easy)
    results = run(suite(*pair, choices=Choices(until_decided=True)), noisy(gru=13, lstm=16))
    assert len(results) == 30


def test_each_look_gets_its_share_of_the_error() -> None:
    """The first of five at 1.8 %: what would do at 4 % does not."""
    whole = suite(claim(), choices=Choices(until_decided=True))
    assert whole.claims[0].by_rule == (10, 15, 20, 25, 30)
    measurements = Measurements.of(run(suite(claim()), noisy(gru=11, lstm=16)))
    once = judge(replace(whole.claims[0], at_looks=()), measurements).readings[0].judged[0]
    assert once.p_value is not None
    assert 0.0181 < once.p_value < 0.04
    assert (once.state, judge(whole.claims[0], measurements).readings[0].judged[0].state) == (
        "holds",
        "open",
    )


def test_a_claim_without_seeds_is_looked_at_once() -> None:
    """There is nothing to add to it."""
    whole = suite(
        claim(figure="parameters", shapes=[{"steps": 5}]), choices=Choices(until_decided=True)
    )
    found = find(run(whole, noisy(), costs={"gru": 300, "lstm": 400}), whole.claims).claims[0]
    assert (found.level, found.cautions) == (0.05, ())


def test_seeds_go_on_where_they_were(tmp_path: Path) -> None:
    """The plan is a function of what is known: half of the results, and it hands out the other
    half."""
    whole = suite({**claim(), "most_seeds": 15}, choices=Choices(until_decided=True))
    results = run(whole, noisy(gru=13, lstm=16))
    index = {trial_id(r.trial): known(r) for r in results[: len(results) // 2]}
    missing = {trial_id(t) for t in plan(whole, index, ())}
    assert missing == {
        trial_id(r.trial)
        for r in results
        if isinstance(r.trial, LearningTrial) and r.trial.seed < 10
    } - set(index)
    store = Store(tmp_path)
    store.prepare()
    keep_claims(tmp_path, whole.claims, range(10))
    assert kept_claims(tmp_path) == tuple(
        replace(claim, settling=15, evenly=True) for claim in whole.claims
    )


def test_what_was_looked_at_often_stays_so(tmp_path: Path) -> None:
    """A later run without the rule does not make its results those of a single look; claims of
    other names stay."""
    keep_claims(tmp_path, suite(claim(), choices=Choices(until_decided=True)).claims, range(10))
    keep_claims(tmp_path, suite(claim(), {**claim(), "name": "another"}).claims, range(10))
    assert {c.name: len(c.by_rule) for c in kept_claims(tmp_path)} == {
        "some-claim": 5,
        "another": 0,
    }
    keep_claims(tmp_path, (), range(10))
    assert len(kept_claims(tmp_path)) == 2


def test_a_claim_that_is_changed_when_results_are_there_says_so(tmp_path: Path) -> None:
    """With each day of it, whatever is done later; before the first result anything may be changed,
    and a note, or how many seeds it may cost, at any time."""
    bounds = suite(claim()).claims, suite(claim(at_most=0.7)).claims
    keep_claims(tmp_path, bounds[1], range(10), "2026-01-01")
    keep_claims(tmp_path, bounds[0], range(10), "2026-01-02")
    Store(tmp_path).prepare()
    results = run(suite(claim()), noisy(gru=8, lstm=16))
    Store(tmp_path).write(results[0])
    noted = suite({**claim(), "note": "By hand.", "most_seeds": 20}).claims
    keep_claims(tmp_path, noted, range(10), "2026-01-03")
    assert kept_claims(tmp_path) == tuple(
        replace(claim, looked=(10,), settling=10) for claim in noted
    )
    for day, asked in enumerate((bounds[1], bounds[1], bounds[0]), 4):
        keep_claims(tmp_path, asked, range(10), f"2026-01-0{day}")
    (kept,) = kept_claims(tmp_path)
    assert kept.changed == ("2026-01-04", "2026-01-06")
    assert find(results, [kept]).claims[0].cautions[1:] == (
        "The claim was changed on 2026-01-04 and 2026-01-06, when some of its results were there"
        " already.",
    )
    assert not any("changed" in caution for caution in find(results, bounds[0]).claims[0].cautions)


def test_a_cell_that_becomes_available_changes_no_claim() -> None:
    """What is not installed today has conditions tomorrow; other cells, or other tasks, are another
    claim."""
    (whole,) = suite(claim()).claims
    (reading,) = whole.readings
    lacking = replace(whole, readings=(replace(reading, missing=("no such cell",), questions=()),))
    assert whole.asks_as(lacking)
    assert lacking.asks_as(whole)
    assert whole.asks_as(suite(claim(title="by another name")).claims[0])
    called = replace(
        reading, questions=tuple(replace(q, facets={"task": "sums"}) for q in reading.questions)
    )
    assert whole.asks_as(replace(whole, readings=(called,)))
    for other in (
        claim(cells=["gru", "rnn"]),
        claim(tasks=[{"name": "adding", "horizons": [30]}]),
        claim(shares=[0.9]),
    ):
        assert not whole.asks_as(suite(other).claims[0])
    two = claim()
    two["readings"] *= 2
    assert not whole.asks_as(suite(two).claims[0])


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ({"at_least": 0.5, "at_most": 0.8}, "give one of at_most, at_least, within, beyond"),
        ({"figure": "train-time"}, "train-time is measured at `shapes`, and on no task"),
        ({"figure": "seconds"}, "seconds need `shapes`"),
        ({"figure": "diagnosis"}, "a diagnosis needs `diagnostic`"),
        ({"at_most": -1.0}, "a ratio is above 0, got -1"),
        ({"shares": [0.5]}, "there is no threshold 0.5"),
        ({"within": -0.5, "figure": "score"}, "the distance allowed between two cells is above 0"),
        ({"within": 5.0, "cells": ["gru"]}, "the distance allowed between two cells is above 0"),
        ({"metric": "mse"}, "metric: has no effect on epochs"),
        ({"implementations": ["eager"]}, "implementations: has no effect on epochs"),
        ({"figure": "score", "metric": "acuracy"}, "adding: no metric called 'acuracy'"),
        (
            {
                "figure": "diagnosis",
                "diagnostic": "gradient-lagg",
                "metric": "decay length (steps)",
            },
            "no diagnostic called 'gradient-lagg'. Did you mean 'gradient-lag'?",
        ),
        ({"figure": "solved"}, "solved seeds are those of one cell"),
        (
            {"cells": [{"name": "gru", "recipe": {"epochs": 9}}, "lstm"]},
            "epochs of different budgets cannot",
        ),
        (
            {"cells": [{"name": "gru", "recipe": {"batch_size": 9}}, "lstm"]},
            "epochs of different budgets cannot",
        ),
        (
            {"cells": [{"name": "lstm", "recipe": {"clip_norm": 0.0}}, "lstm"]},
            "'lstm' is listed twice",
        ),
        (
            {"tasks": [{"name": "adding", "horizons": [5, 10], "ladder": True}]},
            "it takes no ladder",
        ),
        (
            {"cells": [{"name": "lstm", "options": {"forget_bia": 1.0}}, "gru"]},
            "Did you mean 'forget_bias'?",
        ),
    ],
)
def test_what_is_wrong_with_a_claim_is_told_well(reading: dict[str, Any], message: str) -> None:
    """With the file, the claim and the reading."""
    whole = claim(**reading)
    if {"at_least", "at_most"} <= set(reading):
        whole["readings"][0].update(reading)
    with pytest.raises(RnnbenchError) as caught:
        suite(whole)
    assert message in str(caught.value)
    assert "some.toml: some-claim: readings[0]" in str(caught.value)


def test_a_suite_has_claims_or_cells_and_tasks() -> None:
    """Claims name their own."""
    with pytest.raises(RnnbenchError, match="claims name their own cells"):
        suite(claim(), cells=["gru"])
    with pytest.raises(
        RnnbenchError, match=r"no claim called 'som-claim'\. Did you mean 'some-claim'"
    ):
        suite(claim(), choices=Choices(claims=("som-claim",)))
    with pytest.raises(RnnbenchError, match="none of these claims has `core = true`: some-claim"):
        suite(claim(), choices=Choices(core=True))


def test_results_of_seeds_that_were_added_belong_to_the_suite() -> None:
    """So that --fresh, and what is not final, finds them too: up to the cap, and no further."""
    whole = suite({**claim(), "most_seeds": 20}, choices=Choices(until_decided=True))
    trial = next(t for t in plan(whole, {}, ()) if isinstance(t, LearningTrial))
    membership = Membership(whole)
    assert replace(trial, seed=19) in membership
    assert replace(trial, seed=20) not in membership
