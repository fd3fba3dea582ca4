"""What counts for a claim and against it: what is not known, what lies at the boundary, how often
one has looked."""

from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from scipy import stats

from rnnbench.campaign import ExecutorChoice, run_suite, untested
from rnnbench.catalogue import Catalogue
from rnnbench.cli.preview import few_seeds
from rnnbench.errors import RnnbenchError
from rnnbench.findings import find, is_settled
from rnnbench.findings.claims.judging import judge
from rnnbench.findings.claims.looks import look_at, verdict_seeds
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.records import (
    CostTrial,
    Diagnosed,
    Diagnosis,
    LearningTrial,
    MemoryRow,
    Result,
    Suite,
)
from rnnbench.store import Store, keep_claims, kept_claims
from rnnbench.suite import Choices
from tests.builders.claims import BUDGET, claim, decide, noisy, run, suite

LENGTH = "decay length (steps)"


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [({"at_most": 40}, "undecided"), ({"at_most": 25}, "refuted"), ({"at_least": 20}, "supported")],
)
def test_epochs_of_one_cell_that_never_gets_there_are_at_least_the_budget(
    bound: dict[str, Any], verdict: str
) -> None:
    """They are above 25 for sure, and may be above 40."""
    assert decide(suite(claim(cells=["gru"], **bound)), lambda *_: None).verdict == verdict


def test_seeds_of_one_cell_that_did_not_get_there_weigh_most() -> None:
    """Eleven of twenty within 8 epochs do not show that 25 are typically enough."""
    whole = suite({**claim(cells=["gru"], at_most=25)}, seeds=20)
    assert decide(whole, lambda _, seed: 8 if seed < 11 else None).verdict == "undecided"
    assert decide(whole, lambda *_: 8).verdict == "supported"


@pytest.mark.parametrize(("bound", "other"), [({"at_most": 0.8}, 5), ({"at_least": 0.8}, 3)])
def test_values_at_the_boundary_speak_against_every_answer(
    bound: dict[str, Any], other: int
) -> None:
    """Of thirty seeds 22 lie at .8 exactly, where a claim of at most .8 holds, and 8 beyond: they
    do not refute it."""
    whole = suite(claim(**bound), seeds=30)

    def epochs(row: str, seed: int) -> int:
        if row == "lstm":
            return 5
        return 4 if seed < 22 else other

    found = decide(whole, epochs)
    assert found.verdict == "undecided"
    judged = found.readings[0].judged[0]
    assert judged.effect is not None
    assert judged.effect.centre == pytest.approx(0.8)


def test_each_run_with_more_seeds_is_another_look(tmp_path: Path) -> None:
    """By hand as by rule; and with fewer again it is not undone."""
    for seeds in (10, 15, 20, 10):
        keep_claims(tmp_path, suite(claim()).claims, range(seeds))
    (kept,) = kept_claims(tmp_path)
    assert (kept.looked, kept.plan, kept.seeds) == ((10, 15, 20), (10, False), 20)
    found = find(run(suite(claim()), noisy(gru=8, lstm=16)), [kept]).claims[0]
    assert found.level == look_at(kept, 20).level == pytest.approx(0.0069, abs=1e-4)
    assert found.cautions == (
        "This look decides at 0.0069, not at 0.05, as the results were looked at with 10 and 15"
        " seeds before.",
    )


def test_a_rule_goes_on_from_the_looks_before_it_and_keeps_what_was_to_decide_at_first(
    tmp_path: Path,
) -> None:
    """Those at fewer seeds are no longer planned; after the rule, a look by hand comes on top."""
    by_rule = suite(claim(), choices=Choices(until_decided=True))
    keep_claims(tmp_path, suite(claim()).claims, range(20))
    (kept,) = keep_claims(tmp_path, by_rule.claims, by_rule.seeds)
    assert (kept.looked, kept.by_rule, kept.plan, kept.seeds) == (
        (20,),
        (20, 25, 30),
        (20, False),
        30,
    )
    (kept,) = keep_claims(tmp_path, suite(claim()).claims, range(40))
    assert (kept.looked, kept.by_rule, kept.plan, kept.seeds) == (
        (20, 40),
        (20, 25, 30),
        (20, False),
        40,
    )
    assert look_at(kept, 40).counted == (20, 25, 30)


def test_the_looks_of_a_rule_have_a_fair_chance_each_and_stay_planned(tmp_path: Path) -> None:
    """By whatever hand the seeds come later; a cap that rises adds looks."""
    by_rule = suite({**claim(), "most_seeds": 20}, choices=Choices(until_decided=True))
    (kept,) = keep_claims(tmp_path, by_rule.claims, by_rule.seeds)
    assert (kept.looked, kept.by_rule, kept.plan) == ((), (10, 15, 20), (20, True))
    assert min(look_at(kept, seeds).level for seeds in kept.by_rule) > 0.05 / 4
    (kept,) = keep_claims(tmp_path, suite(claim()).claims, range(10))
    assert (kept.looked, kept.by_rule, kept.plan) == ((10,), (10, 15, 20), (20, True))
    further = suite(claim(), choices=Choices(until_decided=True))
    (kept,) = keep_claims(tmp_path, further.claims, further.seeds)
    assert (kept.looked, kept.by_rule, kept.plan) == ((10,), (10, 15, 20, 25, 30), (20, True))


@pytest.mark.parametrize(("looks", "at"), [(5, (10, 15, 20, 25, 30)), (2, (15, 30))])
def test_an_older_version_kept_the_number_of_looks_alone(
    tmp_path: Path, looks: int, at: tuple[int, ...]
) -> None:
    """They are those of ten seeds and more, or spread up to the cap of the claim."""
    old = msgspec.to_builtins(suite(claim()).claims[0]) | {"looks": looks, "looked": [10]}
    (tmp_path / "claims.json").write_bytes(msgspec.json.encode([old]))
    (kept,) = kept_claims(tmp_path)
    assert (kept.by_rule, kept.plan) == (at, (30, True))
    (after,) = keep_claims(tmp_path, suite(claim()).claims, range(10))
    assert (after.looks, after.by_rule, after.plan) == (1, at, (30, True))


def test_a_look_at_too_few_seeds_costs_nothing(tmp_path: Path) -> None:
    """Three can decide nothing, so that seven are still enough afterwards."""
    for seeds in (3, 7):
        keep_claims(tmp_path, suite(claim()).claims, range(seeds))
    (kept,) = kept_claims(tmp_path)
    assert (kept.looked, look_at(kept, 7).counted, verdict_seeds(kept)) == ((3, 7), (), 7)


def test_a_look_that_the_level_of_a_first_look_keeps_from_deciding_costs_nothing(
    tmp_path: Path,
) -> None:
    """Of three conditions, the smallest p-value of seven seeds is .0156: below a third of 5 %,
    above a third of 4 %."""
    asked = suite(claim(tasks=[{"name": "adding", "horizons": [10, 20, 30]}])).claims
    for seeds in (7, 8):
        keep_claims(tmp_path, asked, range(seeds))
    (kept,) = kept_claims(tmp_path)
    assert (kept.family, kept.looked, look_at(kept, 8).counted, verdict_seeds(kept)) == (
        3,
        (7, 8),
        (),
        8,
    )


def test_what_is_asked_for_counts_as_a_look_before_it_is_had() -> None:
    """Three looks at more seeds were had: a fourth, at seven, can decide nothing; without them it
    could."""
    whole = suite(claim(), seeds=7)
    (asked,) = whole.claims
    before = asked.after(None, 8)
    for seeds in (9, 10):
        before = asked.after(before, seeds)
    assert before.looked == (8, 9, 10)
    assert list(few_seeds(whole)) == []
    looked = replace(whole, claims=(asked.after(before, 7),))
    assert list(few_seeds(looked)) == ["few   some-claim: 7 seeds carry no verdict, 8 can"]


def test_seeds_need_not_begin_at_0(tmp_path: Path) -> None:
    """Ten seeds from 10 on decide what ten from 0 on do."""
    whole = suite(claim(), seeds=list(range(10, 20)))
    kept = keep_claims(tmp_path, whole.claims, whole.seeds)
    (found,) = find(run(whole, noisy(gru=8, lstm=16)), kept).claims
    effect = found.readings[0].judged[0].effect
    assert (found.verdict, effect and effect.n) == ("supported", 10)


def test_a_run_decides_at_the_level_of_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier looks count while seeds are added, so that a run does not stop at what its report
    calls open."""
    whole = suite({**claim(), "most_seeds": 20}, choices=Choices(until_decided=True))
    for seeds in (40, 50, 60):
        keep_claims(tmp_path, suite(claim()).claims, range(seeds))
    planned: list[Suite] = []
    monkeypatch.setattr("rnnbench.campaign.run.plan", lambda suite, *_: planned.append(suite) or [])
    catalogue = Catalogue.present()
    place = ExecutorChoice(catalogue.executors["local"].item)
    run_suite(whole, catalogue, Store(tmp_path), place, watch=lambda *_: None)
    (kept,) = kept_claims(tmp_path)
    assert planned[0].claims == (kept,)
    assert (kept.looked, kept.by_rule, kept.plan) == ((40, 50, 60), (), (40, False))


@pytest.mark.parametrize(
    ("seeds", "most", "looks"), [(3, 30, (10, 15, 20, 25, 30)), (20, 30, (20, 30)), (3, 8, (8,))]
)
def test_looks_begin_where_verdicts_do(seeds: int, most: int, looks: tuple[int, ...]) -> None:
    """However few seeds the suite has, and never beyond what a claim may cost."""
    whole = suite({**claim(), "most_seeds": most}, seeds=seeds, choices=Choices(until_decided=True))
    assert whole.until_decided
    assert whole.until_decided.looks(most) == looks
    assert whole.claims[0].by_rule == looks
    trials = run(whole, noisy(gru=13, lstm=16))
    assert len(trials) == 2 * looks[-1]


def test_a_name_that_is_nearly_right_is_told() -> None:
    """It may be that of a package to come, and is more likely misspelt."""
    whole = suite(
        claim(cells=["rnnn", "lstm"], tasks=[{"name": "addin", "horizons": [5]}]),
        claim() | {"name": "other"},
    )
    missing = (
        "no such cell: rnnn (did you mean 'rnn'?)",
        "no such task: addin (did you mean 'adding'?)",
    )
    assert whole.claims[0].readings[0].missing == missing
    assert list(untested(whole)) == [f"some-claim is not tested whole: {', '.join(missing)}"]


def test_a_claim_is_judged_on_its_own_seeds(tmp_path: Path) -> None:
    """What another claim asked for is not a further look at this one."""
    easy = {**claim(), "most_seeds": 10}
    hard = {**claim(at_most=0.75), "name": "hard"}
    whole = suite(easy, hard, choices=Choices(until_decided=True))
    keep_claims(tmp_path, whole.claims, whole.seeds)
    found = find(run(whole, noisy(gru=12, lstm=16)), kept_claims(tmp_path)).claims
    numbers = [one.readings[0].judged[0].effect for one in found]
    assert [effect and effect.n for effect in numbers] == [10, 30]


def _parts(*second: int) -> dict[str, Any]:
    whole = claim(cells=["gru"], at_most=15)
    tasks = [{"name": "adding", "horizons": list(second)}]
    whole["readings"].append(
        {**whole["readings"][0], "cells": ["lstm"], "title": "second", "tasks": tasks}
    )
    return {**whole, "parts": True}


def test_a_claim_of_parts_is_settled_when_one_part_fails_throughout_or_none_can() -> None:
    """One that holds beside one that fails here and is open there may yet be refuted."""

    def results(whole: Any, late: int | None) -> list[Result]:
        found = []
        for result in run(
            suite(_parts(20, 40), seeds=10), lambda row, _: 8 if row == "gru" else 25
        ):
            trial = result.trial
            assert isinstance(trial, LearningTrial)
            far = trial.cell.row == "lstm" and trial.dials["horizon"] == 40
            if not far or late is not None:
                found.append(result)
        return found

    (whole,) = suite(_parts(20, 40)).claims
    open_yet = Measurements.of(results(whole, None))
    assert judge(whole, open_yet).verdict == "mixed"
    assert not is_settled(whole, open_yet, 10)
    assert judge(whole, Measurements.of(results(whole, 25))).verdict == "refuted"
    assert is_settled(whole, Measurements.of(results(whole, 25)), 10)
    (ways,) = suite({**_parts(20, 40), "parts": False}).claims
    assert is_settled(ways, open_yet, 10)
    (early,) = suite(_parts(20)).claims
    failed = run(suite(_parts(20)), lambda row, seed: 25 if row == "lstm" else 14 + seed % 3)
    assert judge(early, Measurements.of(failed)).verdict == "refuted"
    assert is_settled(early, Measurements.of(failed), 10)


@pytest.mark.parametrize("lost", [4, 0, 9, None])
def test_a_look_by_rule_is_complete_when_every_cell_has_every_seed(lost: int | None) -> None:
    """Neither the highest seed nor the cells that ran say so: a look that lacks a seed in the
    middle would decide before its turn. `None` lacks a cell."""
    whole = suite(claim(), choices=Choices(until_decided=True))
    results = run(whole, noisy(gru=8, lstm=16))
    assert find(results, whole.claims).claims[0].verdict == "supported"
    fewer = []
    for result in results:
        assert isinstance(result.trial, LearningTrial)
        if result.trial.cell.row == "gru" or (lost is not None and result.trial.seed != lost):
            fewer.append(result)
    assert len(fewer) < len(results)
    assert find(fewer, whole.claims).claims[0].verdict == "undecided"


def test_a_claim_of_which_nothing_was_run_is_untested() -> None:
    """It is told apart from one whose results do not decide it."""
    others = run(suite(claim()), noisy(gru=8, lstm=16))
    cells = ["rnn", "irnn"]
    whole = suite(claim(cells=cells), {**claim(cells=cells, shares=[1.0, 0.75]), "name": "another"})
    first, second = find(others, whole.claims).claims
    assert (first.verdict, second.verdict) == ("untested", "untested")
    assert first.because == "There is nothing to compare under its condition."
    assert second.because == "There is nothing to compare under any of its 2 conditions."


def test_an_interval_around_what_is_not_known_is_called_so() -> None:
    """With the budget for what was not reached it is one of what was seen."""
    for epochs, kind in (
        (noisy(gru=8, lstm=16), "95 % interval"),
        (noisy(gru=8, lstm=28), "95 % of what was seen"),
    ):
        judged = decide(suite(claim()), epochs).readings[0].judged[0]
        assert judged.effect is not None
        assert judged.effect.kind == kind


def _diagnosed(flat: int, figure: float | None = None) -> list[Result]:
    """Twenty seeds: with the figure of the GRU absent, or of this size, in so many; in the others
    it is the LSTM's."""
    results = []
    for result in run(_lengths(), lambda *_: 5):
        assert isinstance(result.trial, LearningTrial)
        assert result.learning
        figures = {LENGTH: 2.0}
        absent = {}
        if result.trial.cell.row == "gru" and result.trial.seed < flat:
            figures = {} if figure is None else {LENGTH: figure}
            absent = {LENGTH: "it does not fall"} if figure is None else {}
        curve = Diagnosis(
            x_name="lag", y_name="size", x=(0, 1), y=(1, 1), figures=figures, absent=absent
        )
        learning = replace(result.learning, diagnoses={"gradient-lag": Diagnosed(trained=curve)})
        results.append(replace(result, learning=learning))
    return results


def _lengths() -> Any:
    return suite(
        claim(figure="diagnosis", diagnostic="gradient-lag", metric=LENGTH, at_most=1.5), seeds=20
    )


def test_a_figure_that_does_not_exist_may_be_anything() -> None:
    """Twelve of twenty seeds in which the gradient does not fall are no support for a short
    reach."""
    whole = _lengths()
    assert find(_diagnosed(0), whole.claims).claims[0].verdict == "supported"
    assert find(_diagnosed(12), whole.claims).claims[0].verdict == "undecided"


def test_seeds_that_were_cut_short_or_not_run_are_left_out() -> None:
    """Of them nothing is known, and nothing is made up: what the others say stands, with what is
    missing beside it."""
    whole = _lengths()
    results = _diagnosed(0)

    def is_late_gru(result: Result) -> bool:
        trial = result.trial
        return isinstance(trial, LearningTrial) and trial.cell.row == "gru" and trial.seed >= 8

    cut = [replace(r, status="timeout") if is_late_gru(r) else r for r in results]
    for some, said in (
        (cut, "12 seeds lost: timeout"),
        ([r for r in results if not is_late_gru(r)], "12 seeds of one of the cells only"),
    ):
        judged = find(some, whole.claims).claims[0].readings[0].judged[0]
        assert (judged.state, judged.lost) == ("holds", (said,))
        assert judged.effect is not None
        assert (judged.effect.n, judged.effect.kind) == (8, "95 % interval")


@pytest.mark.parametrize("figure", [0.0, -1.0])
def test_of_what_is_not_above_0_there_is_no_ratio(figure: float) -> None:
    """It is told, and stops no report."""
    judged = find(_diagnosed(3, figure), _lengths().claims).claims[0].readings[0].judged[0]
    assert judged.effect is not None
    assert judged.effect.n == 17
    assert judged.lost == ("3 seeds where the figure is 0 or below, so that it has no ratio",)


def test_how_many_more_seeds_a_share_needs() -> None:
    """Of a share of .8 against a half: as many as have about four of five chances by the exact test
    at the level of the next look. What is seen of .7 in ten seeds may well be nothing."""
    solved = suite(claim(cells=["gru"], figure="solved", at_least=0.5))
    judged = decide(solved, lambda _, seed: 5 if seed < 8 else None).readings[0].judged[0]
    assert (judged.state, judged.more_seeds is None) == ("open", False)
    total = 10 + (judged.more_seeds or 0)
    level = look_at(replace(solved.claims[0], looked=(10,)), total).level
    reached = [k for k in range(total + 1) if stats.binomtest(k, total, 0.5).pvalue <= level]
    assert 0.72 < stats.binom.pmf(reached, total, 0.8).sum() < 0.92
    unsure = decide(solved, lambda _, seed: 5 if seed < 7 else None).readings[0].judged[0]
    assert unsure.more_seeds is None


def test_seeds_that_cannot_decide_are_not_asked_for() -> None:
    """GRU late, LSTM never: the ratio may lie on either side of .8 however many there are."""
    judged = (
        decide(suite(claim()), lambda row, seed: 26 + seed % 2 if row == "gru" else None)
        .readings[0]
        .judged[0]
    )
    assert (judged.state, judged.more_seeds) == ("open", None)


def _seconds(**reading: Any) -> dict[str, Any]:
    tasks = [{"name": "adding", "horizons": [20]}]
    return claim(figure="seconds", tasks=tasks, **{"shapes": [{"steps": 20}], **reading})


def test_seconds_are_those_of_the_models_that_learn() -> None:
    """The shape's budget, width and batch are the recipe's."""
    recipe = {
        "tune": False,
        "epochs": BUDGET,
        "parameters": 777,
        "hidden_size": 19,
        "batch_size": 8,
    }
    whole = suite(
        _seconds(match=["parameters", "hidden"], shapes=[{"steps": 20, "batch": 3}]), recipe=recipe
    )
    by_budget, by_width = (question.step_time for question in whole.claims[0].readings[0].questions)
    assert by_budget
    assert by_width
    assert (by_budget[0].shape.parameters, by_budget[0].shape.batch) == (777, 8)
    assert (by_width[0].shape.parameters, by_width[0].shape.hidden, by_width[0].shape.batch) == (
        None,
        19,
        8,
    )
    other = [{"name": "gru", "recipe": {"parameters": 99}}, "lstm"]
    for odd in (_seconds(match=["state"]), _seconds(cells=other)):
        with pytest.raises(RnnbenchError, match="seconds are those of models of one budget"):
            suite(odd, recipe={"state_floats": 64})


def test_why_seconds_are_open_names_both_parts() -> None:
    """An interval that lies within the region may not be enough, as each part has half of the
    error."""
    whole = suite(_seconds(), cost={"replicates": 8})
    judged = (
        find(run(whole, noisy(gru=12, lstm=16), costs={"gru": 1.0, "lstm": 1.0}), whole.claims)
        .claims[0]
        .readings[0]
        .judged[0]
    )
    assert (judged.state, judged.why[:28]) == ("open", "the interval of epochs times")
    assert judged.effect is not None
    assert judged.effect.kind == "product of intervals"


def test_a_day_that_was_cut_short_keeps_no_claim_on_seconds_open() -> None:
    """It does not count, as it does not for times."""
    whole = suite(_seconds(), cost={"replicates": 8})
    results = run(whole, noisy(gru=8, lstm=16), costs={"gru": 1.0, "lstm": 1.0})
    assert find(results, whole.claims).claims[0].verdict == "supported"
    times = [result for result in results if isinstance(result.trial, CostTrial)][:3]
    more = [replace(result, trial=replace(result.trial, session="another")) for result in times]
    assert find([*results, *more], whole.claims).claims[0].verdict == "supported"


def test_peaks_on_one_thread_and_on_four_are_not_one_sample() -> None:
    """Half the memory on one, as much on four: neither answer holds for both."""
    whole = suite(
        claim(figure="peak-memory", at_most=0.95, shapes=[{"steps": 5}]),
        cost={"memory_replicates": 8},
    )
    small, large = (run(whole, noisy(), costs={"gru": size, "lstm": 1.0}) for size in (0.5, 1.0))
    on_four = [
        replace(r, trial=replace(r.trial, threads=4))
        for r in large
        if isinstance(r.trial, CostTrial)
    ]
    assert [find(one, whole.claims).claims[0].verdict for one in (small, on_four)] == [
        "supported",
        "refuted",
    ]
    judged = find([*small, *on_four], whole.claims).claims[0].readings[0].judged[0]
    assert (judged.state, judged.effect and judged.effect.n) == ("open", 16)
    assert judged.effect is not None
    assert judged.effect.low < 0.5
    assert judged.effect.high > 1.0
    few = [*small, *on_four[:6]]
    assert find(few, whole.claims).claims[0].readings[0].judged[0].why == "3 of 8 replicates"
    rows = chain.from_iterable(result.costs for result in small)
    assert all(isinstance(row, MemoryRow) for row in rows)


def test_two_kernels_of_one_cell_are_two_kinds() -> None:
    """Their ratio moves from day to day like that of two cells."""
    eager = {"name": "lstm", "implementation": "eager", "label": "lstm eager"}
    whole = suite(
        claim(figure="train-time", cells=[eager, "lstm"], at_most=0.95, shapes=[{"steps": 5}])
    )
    results = []
    for result in run(whole, noisy(), costs={"lstm (eager)": 0.85, "lstm": 1.0}):
        rows = tuple(replace(row, kernel=row.row) for row in result.costs)
        results.append(replace(result, costs=rows))
    judged = find(results, whole.claims).claims[0].readings[0].judged[0]
    assert (judged.state, judged.why[:9]) == ("open", "too close")


def test_a_score_that_came_out_as_nothing_confirms_no_target() -> None:
    """What was reached on validation data counts where the test beats the trivial forecast, and
    only there."""
    whole = suite(claim(cells=["gru"], figure="solved", at_least=0.5))
    results = run(whole, lambda *_: 5)
    for changes, verdict in (
        ({"test": {}}, "refuted"),
        ({"trivial": {}}, "supported"),
        ({}, "supported"),
    ):
        changed = [
            replace(r, learning=replace(r.learning, **changes)) for r in results if r.learning
        ]
        assert find(changed, whole.claims).claims[0].verdict == verdict


def test_a_newer_result_without_figures_takes_the_place_of_an_older_one() -> None:
    """What a seed gives now is what counts."""
    whole = suite(claim())
    results = run(whole, noisy(gru=8, lstm=16))
    newer = [
        replace(r, status="timeout", started="2026-02-01", trial=replace(r.trial, threads=4))
        for r in results
        if isinstance(r.trial, LearningTrial) and r.trial.cell.row == "gru"
    ]
    judged = find([*results, *newer], whole.claims).claims[0].readings[0].judged[0]
    assert (judged.effect, judged.lost) == (None, ("10 seeds lost: timeout",))
