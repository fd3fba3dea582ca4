"""Findings: estimates, answers and caveats, from results written by hand."""

import math
from itertools import chain, product

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, caveats_of, find
from rnnbench.findings.stats.estimates import ratio, restricted_epochs, solve_rate
from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.power import more_seeds
from rnnbench.records import (
    CellUse,
    Epoch,
    MemoryRow,
    Outcome,
    Recipe,
    Result,
)
from tests.builders.findings import (
    BUDGET,
    RECIPE,
    TUNED,
    cost_result,
    epochs_by_seed,
    learned,
    only,
    rates_searched,
    scores_by_seed,
    tuned_results,
    with_provenance,
)
from tests.builders.records import COST, learning_trial


def test_without_results_there_is_nothing_to_say() -> None:
    """And that is an error with a sentence."""
    with pytest.raises(RnnbenchError, match="no results"):
        find([])


def test_an_arm_holds_each_figure_with_its_n() -> None:
    """Median with range for scores, Clopper-Pearson for the solve rate, restricted mean for
    epochs."""
    (arm,) = only(
        [learned("gru", 0, 4, 0.1), learned("gru", 1, None, 0.9), learned("gru", 2, 6, 0.2)]
    ).arms
    assert (
        arm.test["mse"].centre,
        arm.test["mse"].low,
        arm.test["mse"].high,
        arm.test["mse"].n,
    ) == (0.2, 0.1, 0.9, 3)
    assert arm.solved == 2
    assert arm.epochs is not None
    assert arm.epochs.centre == (4 + BUDGET + 6) / 3
    assert arm.solve_rate is not None
    assert (arm.solve_rate.low, arm.solve_rate.high) == pytest.approx((0.0943, 0.9916), abs=1e-4)


@given(st.lists(st.one_of(st.none(), st.integers(1, BUDGET)), min_size=1, max_size=12))
def test_the_restricted_mean_is_the_area_under_the_kaplan_meier_curve(
    epochs: list[int | None],
) -> None:
    """Against scipy's estimator: the area up to the budget, with censoring at the budget."""
    observed = [e for e in epochs if e is not None]
    censored = [BUDGET for e in epochs if e is None]
    survival = stats.ecdf(stats.CensoredData(uncensored=observed, right=censored)).sf
    grid = np.arange(BUDGET)
    area = float(np.sum(survival.evaluate(grid)))
    assert restricted_epochs(epochs, BUDGET).centre == pytest.approx(area)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_the_solve_rate_interval_holds_its_level(n: int) -> None:
    """At least 95 % at every true rate, computed exactly and not simulated."""
    for rate in np.linspace(0.01, 0.99, 99):
        weights = stats.binom.pmf(np.arange(n + 1), n, rate)
        covered = [solve_rate(k, n).low <= rate <= solve_rate(k, n).high for k in range(n + 1)]
        assert float(np.dot(weights, covered)) >= 0.95


def test_holms_adjustment_equals_its_definition() -> None:
    """Holm 1979, worked by hand."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_few_replicates_carry_a_range_and_eight_an_interval() -> None:
    """The interval is Student's on the logarithms."""
    logs = [0.1, 0.2, 0.15]
    assert ratio(logs).kind == "range"
    assert (ratio(logs).low, ratio(logs).high) == pytest.approx((math.exp(0.1), math.exp(0.2)))
    eight = [0.1, 0.2, 0.15, 0.12, 0.18, 0.11, 0.16, 0.14]
    low, high = stats.t.interval(0.95, 7, np.mean(eight), stats.sem(eight))
    assert ratio(eight).kind == "95 % interval"
    assert (ratio(eight).low, ratio(eight).high) == pytest.approx((math.exp(low), math.exp(high)))


def test_below_the_seeds_that_carry_a_verdict_none_is_given() -> None:
    """However clear it looks."""
    condition = only(epochs_by_seed({"a": [2] * 6, "b": [9] * 6}))
    assert condition.leader == "a"
    assert condition.answer.startswith(
        "a is ahead of b in 6 of 6 seeds. a reaches mse ≤ 0.1 in 6 of 6 seeds, after 2 epochs"
    )
    assert condition.sure == "No verdict: it takes at least 7 seeds, and there are 6."
    assert condition.comparisons[0].p_value is None


def test_seeds_in_which_no_cell_gets_there_carry_no_verdict_and_are_not_counted() -> None:
    """Eight seeds of two cells would carry one; the two of them in which one cell gets there do
    not."""
    results = [learned("a", s, 5 if s < 2 else None) for s in range(8)] + [
        learned("b", s) for s in range(8)
    ]
    assert only(results).sure.startswith(
        "No verdict: it takes at least 7 seeds in which one of two cells reaches the target, and"
        " there are 2."
    )


def test_with_enough_seeds_a_clear_difference_is_a_verdict() -> None:
    """Seven seeds, all one way: p = 2/128."""
    condition = only(epochs_by_seed({"a": range(2, 9), "b": range(9, 16)}))
    assert condition.comparisons[0].p_value == pytest.approx(2 / 128)
    assert (
        condition.sure
        == "a is better than b in the typical seed: it takes 0.39 of the epochs [0.28 to 0.5 at"
        " 95 %] "
        "(p = 0.016, ahead in 7 of 7 seeds)."
    )
    assert condition.answer.startswith("a leads. a reaches mse ≤ 0.1 in 7 of 7 seeds, after 5 ")


def test_a_difference_that_could_be_luck_is_not_told_apart() -> None:
    """Four wins of seven."""
    shifts = [1, -1, 2, -2, 1, -1, 1]
    results = [learned("a", s, 10) for s in range(7)] + [
        learned("b", s, 10 + d) for s, d in enumerate(shifts)
    ]
    condition = only(results)
    assert condition.sure.startswith("a is not told apart from b in the typical seed (p = ")
    assert condition.answer.startswith("a is ahead of b in 4 of 7 seeds. ")


def test_swapping_the_names_of_two_cells_mirrors_the_answer() -> None:
    """Nobody's expectation is built in."""
    figures = {"lstm": [3, 5, 4, 6, 3, 5, 4], "gru": [8, 9, 7, 12, 8, 9, None]}
    one = only(epochs_by_seed(figures))
    other = only(epochs_by_seed({"gru": figures["lstm"], "lstm": figures["gru"]}))

    def mirror(text: str) -> str:
        return text.replace("gru", "?").replace("lstm", "gru").replace("?", "lstm")

    assert one.leader == "lstm"
    assert other.leader == "gru"
    assert mirror(one.answer) == other.answer
    assert mirror(one.sure) == other.sure


def test_what_is_tested_is_what_ranks() -> None:
    """The restricted mean: nine early seeds of ten beat ten late ones, and the verdict has the sign
    of the ranking."""
    early = [learned("early", s, 2) for s in range(9)] + [learned("early", 9, None)]
    condition = only(early + [learned("late", s, 19) for s in range(10)])
    assert condition.leader == "early"
    assert condition.figure == "epochs to target"
    assert (
        "mse ≤ 0.1 in 9 of 10 seeds, after 3.8 epochs [1.93 to 10 at 95 %], a mean up to the budget"
        " of 20" in condition.answer
    )
    assert "late reaches mse ≤ 0.1 in 10 of 10 seeds, after 19 epochs" in condition.answer
    assert condition.sure.startswith(
        "early is better than late in the typical seed: it takes 0.11 of the epochs"
    )


def diverged(name: str, seed: int, **changes: object) -> Result:
    """A trial that left the finite numbers after two epochs."""
    good = learned(name, seed, **changes)  # type: ignore[arg-type]
    assert good.learning
    broken = msgspec.structs.replace(
        good.learning, test={}, epochs_to_target=None, absent={"test": "diverged"}
    )
    return msgspec.structs.replace(good, status="diverged", learning=broken)


def failed(check: str, subject: str, *, decided: bool = True) -> Outcome:
    """A check that failed."""
    return Outcome(
        subject=subject,
        check=check,
        law="A law.",
        status="failed",
        sentence=f"{check} is broken",
        decided=decided,
    )


def test_a_law_that_a_cell_fails_is_a_caveat_of_what_shows_the_cell() -> None:
    """Of each of its rows, with options too; laws that were not decided are named as such; others
    are passed over."""
    results = [
        learned("ahead", 0, 3),
        learned("gru", 0, 3),
        learned("ahead", 1, 4),
        learned("gru", 1, 4),
    ]
    checks = [
        failed("causal", "ahead"),
        failed("agrees", "ahead", decided=False),
        failed("pads", "nobody"),
    ]
    passed = msgspec.structs.replace(failed("pads", "gru"), status="passed")
    findings = find(results, (), [*checks, passed])
    says = ["Cell 'ahead' fails the law 'causal': causal is broken."]
    says.append("Cell 'ahead' was not checked for agrees: agrees is broken.")
    assert [caveat.sentence for caveat in findings.law_caveats] == says
    assert list(findings.caveats[:2]) == says
    assert (
        caveats_of(findings.law_caveats, [arm.row for arm in findings.conditions[0].arms]) == says
    )
    assert caveats_of(findings.law_caveats, ["gru"]) == []
    assert find(results).law_caveats == ()


def test_survivors_do_not_win() -> None:
    """One good seed of ten does not beat ten fair ones; neither does one that was in time among
    nine that were not."""
    fair = [learned("fair", s, None, 0.3) for s in range(10)]
    lucky = [learned("lucky", 0, None, 0.2), *(diverged("lucky", s) for s in range(1, 10))]
    assert only(fair + lucky).leader == "fair"
    cut = [
        msgspec.structs.replace(
            learned("slow", s), status="timeout", learning=None, reason="longer"
        )
        for s in range(1, 10)
    ]
    solving = [learned("fair", s, 5) for s in range(9)] + [learned("fair", 9, None)]
    assert only([*solving, learned("slow", 0, 2), *cut]).leader == "fair"


def test_luck_on_validation_data_gives_no_lead() -> None:
    """Solved there and worse than the trivial forecast on test data: neither ahead by test score,
    nor by epochs."""
    lucky = [learned("lucky", s, 2, 1.5) for s in (0, 1)]
    honest = [learned("honest", s, None, 0.9) for s in (0, 1)]
    condition = only(lucky + honest)
    assert (condition.leader, condition.figure) == ("honest", "mse")
    late = only(lucky + [learned("late", s, 19, 0.05) for s in (0, 1)])
    assert (late.leader, late.figure) == ("late", "epochs to target")
    assert (
        "lucky reaches mse ≤ 0.1 in 2 of 2 seeds on validation data, which its test score does not"
        " confirm." in late.answer
    )


def test_seeds_that_were_not_run_are_no_failure() -> None:
    """A run cut short: the cell that solves leads, whoever has more seeds; ranks are those of the
    seeds in common."""
    results = [learned("gru", s, None) for s in range(3)] + [learned("rnn", s, 3) for s in range(2)]
    condition = only(results)
    assert condition.leader == "rnn"
    assert "gru reaches mse ≤ 0.1 in 0 of 3 seeds." in condition.answer
    scores = [learned("gru", s, None, 0.9) for s in range(10)] + [
        learned("rnn", s, None, 0.1) for s in range(9)
    ]
    assert only(scores).leader == "rnn"
    other = only([learned("gru", 0, None, 0.5), learned("rnn", 1, None, 0.6)])
    assert (other.leader, other.answer) == (None, "No seed has figures to compare.")


def test_whoever_beats_the_trivial_forecast_is_not_overlooked() -> None:
    """One that lost a seed, or has an outlier, beats it still; one that does not cannot stand for
    all."""
    cut = msgspec.structs.replace(
        learned("gru", 3), status="timeout", learning=None, reason="longer"
    )
    results = [learned("gru", s, None, 0.5) for s in range(3)] + [
        learned("rnn", s, None, 2.0) for s in range(4)
    ]
    assert only([*results, cut]).leader == "gru"
    outlier = [learned("gru", s, None, t) for s, t in enumerate([0.5, 0.5, 9.0])]
    assert only(outlier + [learned("rnn", s, None, 1.2) for s in range(3)]).leader == "gru"


def test_the_trivial_score_is_that_of_all_seeds() -> None:
    """Not of the first one, whose test data may be easy."""
    results = [learned("gru", s, None, 0.5, trivial=t) for s, t in enumerate([0.4, 1.0, 1.0])]
    assert "where “always one” has 1. " in only(results).answer


def test_nobody_leads_against_a_verdict() -> None:
    """The best median while seed by seed it is worse beyond chance: the sentence says both, and no
    cell stands out."""
    scores = {"a": [0.1] * 21 + [1.2] * 20, "b": [0.2] * 41}
    condition = only(scores_by_seed(scores, trivial=2.0))
    assert condition.leader is None
    assert condition.answer.startswith("a comes first by the median alone. a has test mse 0.1")
    assert condition.sure.startswith(
        "b is better than a in the typical seed: its test mse is lower by 0.45 (p = 0"
    )


def test_a_tie_is_said() -> None:
    """Rather than led by the alphabet."""
    condition = only(epochs_by_seed({"a": [4, 4], "b": [4, 4]}))
    assert condition.answer.startswith("a shares the lead. ")
    assert "b is level with a." in condition.answer
    assert condition.leader is None


def test_three_cells_share_the_level_over_all_pairs() -> None:
    """Three pairs: the smallest p-value at eight seeds is 2/256 times three; at seven it is above
    four in a hundred."""
    firsts = {"a": 2, "b": 6, "c": 9}
    condition = only(epochs_by_seed({c: range(first, first + 8) for c, first in firsts.items()}))
    assert [c.p_value for c in condition.comparisons] == pytest.approx([6 / 256, 6 / 256])
    few = only(epochs_by_seed({c: range(first, first + 7) for c, first in firsts.items()}))
    assert [(c.p_value, c.needed) for c in few.comparisons] == [(None, 8), (None, 8)]
    assert "No verdict: it takes at least 8 seeds, and there are 7." in few.sure
    for other in ("b", "c"):
        assert f"a is better than {other} in the typical seed: it takes 0." in condition.sure
    assert condition.sure.count("p = 0.023, ahead in 8 of 8 seeds") == 2


def test_seeds_are_paired_by_their_number() -> None:
    """The same scores in another order of seeds are other differences: paired, one always wins."""
    harder = [1, 2, 3, 4, 5, 6, 7]
    results = [learned("a", s, h) for s, h in enumerate(harder)] + [
        learned("b", s, h + 1) for s, h in enumerate(harder)
    ]
    assert only(list(reversed(results))).comparisons[0].wins == 7


@pytest.mark.parametrize(("direction", "leader"), [("lower", "small"), ("higher", "large")])
def test_where_nobody_solves_it_the_test_score_leads(direction: str, leader: str) -> None:
    """In the direction of the metric."""
    trivial, target = (1.0, 0.1) if direction == "lower" else (0.0, 0.99)
    scores = {"small": [0.3, 0.3], "large": [0.6, 0.6]}
    condition = only(scores_by_seed(scores, direction=direction, trivial=trivial, target=target))
    assert condition.leader == leader
    assert condition.figure == "mse"
    assert "No cell reaches mse" in condition.answer


def test_who_does_not_beat_the_trivial_forecast_is_told_so() -> None:
    """The first thing that a practitioner must know."""
    condition = only([learned("a", 0, None, 1.2), learned("b", 0, None, 1.5)])
    assert condition.answer == (
        "No cell beats “always one” (test mse 1). a comes nearest to “always one”, with test mse"
        " 1.2."
    )
    assert condition.sure.endswith(" a is ahead of b in 1 of 1 seed.")


def test_a_target_reached_on_validation_only_is_no_answer() -> None:
    """A noisy task may be solved on validation data by luck; test data decide, and the caveat says
    so."""
    scores = {"a": 1.2, "b": 1.5}
    findings = find([learned(cell, s, 3, scores[cell]) for cell, s in product(scores, (0, 1))])
    assert findings.conditions[0].answer.startswith("No cell beats “always one”")
    assert any(
        "a reached the target (mse ≤ 0.1) on validation data in 2 of 2 seeds. On test data, a misses"
        " the target, with median mse 1.2 over the 2 seeds." in caveat
        for caveat in findings.caveats
    )


def test_a_timeout_enters_no_estimate_and_is_a_doubt() -> None:
    """A trial cut short by a time limit is informative censoring."""
    cut = msgspec.structs.replace(
        learned("a", 1, None, 9.9), status="timeout", learning=None, reason="longer"
    )
    findings = find([learned("a", 0, 2), cut, learned("b", 0, 3), learned("b", 1, 3)])
    arm = findings.conditions[0].arms[0]
    assert arm.seeds == (0,)
    assert arm.lost == {"timeout": 1}
    assert any("1 trial of a hit its time limit" in caveat for caveat in findings.caveats)
    assert any(
        "a has no figures for 1 of 2 seeds (1 timeout)" in caveat for caveat in findings.caveats
    )
    assert [(f.status, f.reason) for f in findings.failures] == [("timeout", "longer")]


def test_a_diverged_seed_counts_as_unsolved_and_is_a_doubt() -> None:
    """It is a result: it stands in the solve rate, its missing test score is said, and its curve
    ends."""
    longer = learned("a", 0, 2)
    assert longer.learning
    curve = (*longer.learning.curve, Epoch(3, 15, 0.3, {"mse": 0.1}))
    good = msgspec.structs.replace(
        longer, learning=msgspec.structs.replace(longer.learning, curve=curve)
    )
    findings = find([good, diverged("a", 1, test=0.9)])
    arm = findings.conditions[0].arms[0]
    assert (arm.solved, len(arm.seeds), arm.diverged, arm.test["mse"].n) == (1, 2, 1, 1)
    assert (arm.curve.high[1], arm.curve.high[2]) == (0.9, 0.1)
    assert any("a diverged in 1 of 2 seeds" in caveat for caveat in findings.caveats)


@pytest.mark.parametrize(
    ("results", "caveat"),
    [
        (
            [learned("a", 0), learned("b", 0)],
            (
                "There are too few seeds for a verdict on every task, so that figures have ranges"
                " and no intervals. The option --seeds 7 adds"
            ),
        ),
        (
            [learned("a", 0, parameters=1021), learned("b", 0, parameters=1020)],
            "adding: the budget of 1,000 parameters is missed by over 2 % (a 1,021, +2.1 %).",
        ),
        ([learned("a", 0, trivial=0.05)], "the trivial forecast reaches the target"),
        (
            [
                learned(
                    name,
                    0,
                    recipe=msgspec.structs.replace(RECIPE, match="hidden"),
                    parameters=parameters,
                )
                for name, parameters in (("a", 1000), ("b", 1500))
            ],
            "hidden sizes are matched, parameters are not equal (a 1,000, b 1,500)",
        ),
    ],
)
def test_each_reason_to_doubt_is_said(results: list[Result], caveat: str) -> None:
    """In words."""
    assert any(caveat in said for said in find(results).caveats)


def test_nothing_is_doubted_without_a_reason() -> None:
    """Seven seeds, equal budgets, one machine: what is left is that nothing was tuned."""
    results = epochs_by_seed({"a": range(2, 9), "b": range(9, 16)}, test=0.05)
    (caveat,) = find(results).caveats
    assert caveat.startswith("There is no learning-rate search")


def test_results_of_unequal_origin_are_a_doubt() -> None:
    """Another machine, another torch, another definition of the cell."""
    one = learned("a", 0)
    other = learned("a", 1)
    machine = msgspec.structs.replace(other.provenance.machine, processor="another")
    cases: list[tuple[dict[str, object], dict[str, object], str]] = [
        ({}, {"machine": machine}, "2 kinds of machine"),
        (
            {"versions": {"torch": "2.6"}},
            {"versions": {"torch": "2.7"}},
            "several versions of torch: 2.6, 2.7",
        ),
        ({"definitions": {"a": "x"}}, {"definitions": {"a": "y"}}, "The source of a changed"),
    ]
    for ours, theirs, caveat in cases:
        caveats = find([with_provenance(one, **ours), with_provenance(other, **theirs)]).caveats
        assert any(caveat in said for said in caveats), caveat


def test_packages_that_a_cell_brings_along_are_among_the_versions() -> None:
    """A file of data, of whose name "of" is a word, is no package."""
    hashes = {"a": "x", "torchrecurrent of a": "0.2.5", "/data/prices of gold.csv": "ab12"}
    data = {"/data/prices of gold.csv": "ab12cd"}
    result = with_provenance(learned("a", 0), definitions=hashes, data=data)
    versions = find([result]).versions
    assert versions["torchrecurrent"] == ("0.2.5",)
    assert "/data/prices" not in versions


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"recipe": msgspec.structs.replace(RECIPE, epochs=7)}, "epochs 7"),
        ({"learning_rate": 0.5}, "learning rate 0.5"),
        ({"dials": {"horizon": 11}}, "horizon 11"),
        ({"device": "cuda"}, "device cuda"),
        ({"threads": 2}, "threads 2"),
        ({"label": "B"}, "B"),
    ],
)
def test_different_settings_are_never_pooled(change: dict[str, object], title: str) -> None:
    """They are conditions of their own, and their titles say in what they differ."""
    conditions = find([learned("a", 0), learned("a", 1), learned("a", 0, **change)]).conditions
    assert sorted(len(c.arms[0].seeds) for c in conditions) == [1, 2]
    assert [c.title for c in conditions if len(c.arms[0].seeds) == 1] == [f"adding, {title}"]


def test_a_title_has_the_size_that_is_matched() -> None:
    """Another one is named only where nothing else tells conditions apart."""

    def titles(*changes: dict[str, object]) -> list[str]:
        recipes = [msgspec.structs.replace(RECIPE, **change) for change in changes]
        found = find([learned("a", 0, recipe=recipe) for recipe in recipes])
        return sorted(condition.title for condition in found.conditions)

    by_state: dict[str, object] = {"match": "state", "state_floats": 64}
    by_parameters: dict[str, object] = {"match": "parameters", "parameters": 900}
    assert titles(by_state, by_parameters) == ["adding, match parameters", "adding, match state"]
    assert titles(by_state, {**by_state, "state_floats": 32}) == [
        "adding, state floats 32",
        "adding, state floats 64",
    ]
    assert titles(by_state, {**by_state, "parameters": 7}) == [
        f"adding, parameters {RECIPE.parameters}",
        "adding, parameters 7",
    ]


def test_cells_of_one_row_with_other_options_are_never_pooled() -> None:
    """A plugin may have changed a default between two runs."""
    cells = [CellUse(name="a", options={"bias": value}, label="a") for value in (0.0, 1.0)]
    condition = only([learned("", 0, cell=cell) for cell in cells])
    assert [arm.row for arm in condition.arms] == ["a: a bias=0.0 default", "a: a bias=1.0 default"]


def test_only_the_newest_version_of_a_suite_is_compared() -> None:
    """Older results are left out, and that is said."""
    findings = find([learned("a", 0), learned("a", 1, suite_version=2)])
    assert findings.suite_version == 2
    assert findings.conditions[0].arms[0].seeds == (1,)
    assert any("1 result of older versions" in caveat for caveat in findings.caveats)


def test_cost_rows_take_the_median_over_steps_and_then_over_replicates() -> None:
    """One step of 9 s in each replicate moves nothing."""
    memory_trial = msgspec.structs.replace(
        COST, measurement="peak-memory", cells=(CellUse(name="gru"),)
    )
    memory = MemoryRow(
        row="gru", kernel="k", parameters=9, parameter_bytes=36, peak_bytes=1000, meter="m"
    )
    results = [cost_result(r, s) for r, s in enumerate([0.1, 0.3, 0.2])]
    results.append(msgspec.structs.replace(without_run(memory_trial, "ok", ""), costs=(memory,)))
    (finding,) = find(results).costs
    gru, lstm = finding.rows
    assert gru.train is not None
    assert gru.peak_bytes is not None
    assert (gru.train.seconds.centre, gru.train.seconds.low, gru.train.seconds.high) == (
        0.4,
        0.2,
        0.6,
    )
    assert gru.train.ratio.centre == pytest.approx(2)
    assert (gru.train.replicates, gru.train.outlying_steps, gru.train.steps) == (
        (0.2, 0.6, 0.4),
        3,
        9,
    )
    assert (gru.peak_bytes.centre, gru.peak_bytes.n) == (1000, 1)
    assert lstm.peak_bytes is None


def test_cost_figures_of_different_settings_are_never_pooled() -> None:
    """Other repeats, threads or options are other figures, not more replicates."""
    other = msgspec.structs.replace(
        cost_result(1, 0.2), trial=msgspec.structs.replace(COST, round=1, repeats=9)
    )
    findings = find([cost_result(0, 0.1), other]).costs
    rows = chain.from_iterable(finding.rows for finding in findings)
    assert [row.train.seconds.n for row in rows if row.train] == [1] * 4
    assert len({finding.title for finding in findings}) == 2
    cells = (CellUse(name="gru", options={"a": 1}, label="gru"), CellUse(name="lstm"))
    changed = msgspec.structs.replace(
        cost_result(1, 0.2), trial=msgspec.structs.replace(COST, round=1, cells=cells)
    )
    (finding,) = find([cost_result(0, 0.1), changed]).costs
    assert len(finding.rows) == 3


def test_few_replicates_are_a_doubt() -> None:
    """From eight on there is an interval."""
    assert any(
        "rest on 7 replicates" in d for d in find([cost_result(r, 0.1) for r in range(7)]).caveats
    )
    assert not any(
        "replicates;" in d for d in find([cost_result(r, 0.1) for r in range(8)]).caveats
    )


def test_an_unsteady_clock_is_a_doubt() -> None:
    """CPU time far below wall time: something else had the core."""
    steady = cost_result(0, 0.1)
    stolen = tuple(
        msgspec.structs.replace(row, wall_seconds=tuple(2 * s for s in row.cpu_seconds))  # type: ignore[union-attr]
        for row in steady.costs
    )
    assert not any("lost over 5 %" in caveat for caveat in find([steady]).caveats)
    caveats = find([msgspec.structs.replace(steady, costs=stolen)]).caveats
    assert any(
        "2 of 2 time measurements lost over 5 % of wall time" in caveat for caveat in caveats
    )


def test_findings_can_be_written_as_json_and_read_back() -> None:
    """They are records like all others."""
    findings = find([learned("a", 0, 3), learned("b", 0), cost_result(0, 0.1)])
    assert msgspec.json.decode(msgspec.json.encode(findings), type=Findings) == findings


def test_cells_at_rates_of_their_own_are_compared_where_each_was_searched() -> None:
    """A search makes rates differ; without one they are different conditions."""
    results = [
        *tuned_results(),
        *(learned("b", seed, 6, recipe=TUNED, learning_rate=0.1) for seed in (0, 1)),
    ]
    condition = only(results)
    assert {arm.row: arm.learning_rate for arm in condition.arms} == {"a": 0.01, "b": 0.1}
    assert condition.learning_rate is None
    assert condition.title == "adding"
    untuned = find([learned("a", 0, learning_rate=0.01), learned("b", 0, learning_rate=0.1)])
    assert len(untuned.conditions) == 2


def test_trials_of_the_search_enter_no_estimate() -> None:
    """They are counted as cost, and their curve is kept whole."""
    (arm,) = only(tuned_results()).arms
    assert arm.seeds == (0, 1)
    assert arm.search is not None
    assert [(rate.rate, rate.trials, rate.lost) for rate in arm.search.rates] == [
        (r, 2, 0) for r in (0.001, 0.01, 0.1)
    ]
    assert [rate.score.centre for rate in arm.search.rates if rate.score] == [0.001, 0.01, 0.1]
    assert (arm.search.chosen, arm.search.trials) == (0.01, 6)
    assert (arm.search.steps, arm.search.sequences) == (6 * 2 * 5, 6 * 2 * 5 * RECIPE.batch_size)


def test_a_search_is_found_where_evaluations_are_diagnosed() -> None:
    """Trials of a search on tuning seeds diagnose nothing."""
    evaluated = [
        learned("a", seed, 4, recipe=TUNED, learning_rate=0.01, diagnostics=("gradient-lag",))
        for seed in (0, 1)
    ]
    (arm,) = only([*rates_searched(), *evaluated]).arms
    assert arm.search is not None


def test_a_rate_at_the_edge_and_a_search_that_lost_trials_are_doubted() -> None:
    """And one in the middle of its grid is not."""
    fine = find(tuned_results()).caveats
    assert not any("grid" in caveat or "search" in caveat for caveat in fine)
    edge = find(tuned_results(chosen=0.1)).caveats
    assert (
        "adding: a has its learning rate of 0.1 from the edge of the grid. A better rate of a may"
        " lie beyond." in edge
    )
    diverged = msgspec.structs.replace(tuned_results()[5], status="diverged")
    lost = find([*tuned_results()[:5], diverged, *tuned_results()[6:]])
    assert "adding: a lost 1 of 6 trials of its search." in lost.caveats
    (arm,) = lost.conditions[0].arms
    assert arm.search is not None
    assert [rate.lost for rate in arm.search.rates] == [0, 0, 1]
    nothing = [
        msgspec.structs.replace(result, status="error", learning=None)
        for result in tuned_results()[:6]
    ]
    caveats = find([*nothing, *tuned_results()[6:]]).caveats
    assert (
        "adding: a has the recipe's own learning rate of 0.01: all 6 trials of its search failed."
        in caveats
    )


def test_a_trial_that_was_given_up_counts_as_unsolved_and_is_told() -> None:
    """Futility is an option that is reported as such."""
    recipe = msgspec.structs.replace(RECIPE, futility_epochs=3)
    given_up = msgspec.structs.replace(
        learned("a", 1, None, recipe=recipe), status="stopped", reason="given up"
    )
    findings = find([learned("a", 0, 4, recipe=recipe), given_up])
    (arm,) = findings.conditions[0].arms
    assert (arm.solved, arm.seeds, arm.given_up) == (1, (0, 1), 1)
    assert arm.epochs is not None
    assert arm.epochs.centre == (4 + BUDGET) / 2
    told = (
        "adding: a was given up in 1 of 2 seeds, which count as unsolved, after 3 epochs without a"
        " better validation score"
    )
    assert any(caveat.startswith(told) for caveat in findings.caveats)


def test_rungs_that_were_not_tried_are_told_once() -> None:
    """By task and reason, with the horizons."""
    reason = "not tried: a does not solve horizon 5 in most seeds"
    left = [
        without_run(
            learning_trial(cell=CellUse(name="a"), seed=seed, dials={"horizon": horizon}),
            "stopped",
            reason,
        )
        for seed, horizon in product((0, 1), (10, 20))
    ]
    findings = find([learned("a", 0, dials={"horizon": 5}), *left])
    assert f"adding, horizons 10, 20: {reason}." in findings.caveats
    assert not any("no figures" in caveat for caveat in findings.caveats)
    assert findings.failures == ()


def test_a_state_off_its_budget_is_doubted_too() -> None:
    """Above two per cent, whatever is matched."""
    recipe = msgspec.structs.replace(RECIPE, match="state", state_floats=8)
    result = learned("a", 0, recipe=recipe)
    assert result.learning
    off = msgspec.structs.replace(
        result, learning=msgspec.structs.replace(result.learning, off_budget=0.25)
    )
    missed = "adding: the budget of 8 numbers in the state is missed by over 2 % (a 10, +25.0 %)."
    assert missed in find([off]).caveats


def test_cost_figures_of_shared_machines_are_marked() -> None:
    """By the name of the executor that placed them there."""
    result = cost_result(0, 0.1)
    shared = msgspec.structs.replace(result.provenance, executor="pool", shared=True)
    told = "Cost figures were measured on machines shared with other work (pool)."
    assert told in find([msgspec.structs.replace(result, provenance=shared)]).caveats
    assert told not in find([result]).caveats


def test_of_two_results_of_one_seed_the_newer_counts_and_several_rates_are_doubted() -> None:
    """A run that was cut off, or folders that were merged, may leave evaluations at two rates."""
    old, *others = (learned("a", seed, 4, recipe=TUNED, learning_rate=0.1) for seed in (0, 1, 2))
    new = learned("a", 0, 6, recipe=TUNED, learning_rate=0.01)
    old, new = (
        msgspec.structs.replace(r, started=at)
        for r, at in ((old, "2026-01-01"), (new, "2026-01-02"))
    )
    findings = find([new, old, *others])
    (arm,) = findings.conditions[0].arms
    assert (arm.seeds, arm.solved) == ((0, 1, 2), 3)
    assert arm.epochs is not None
    assert arm.epochs.centre == (6 + 4 + 4) / 3
    assert any("a was evaluated at several learning rates" in caveat for caveat in findings.caveats)


def test_limits_do_not_part_cost_figures() -> None:
    """Replicates with other limits measure the same."""
    one = cost_result(0, 0.1)
    two = cost_result(1, 0.1)
    other = msgspec.structs.replace(
        two.trial, limit_memory_mib=99, limit_output_mib=3, limit_seconds=5.0
    )
    assert len(find([one, msgspec.structs.replace(two, trial=other)]).costs) == 1


# Four answers


def epochs_by_cell(n: int, **centres: float) -> list[Result]:
    """Evaluations with epochs to target around a centre by cell, those of one seed alike."""
    rng = np.random.default_rng(4)
    luck = rng.normal(0, 0.1, n)
    epochs = {}
    for cell, centre in centres.items():
        spread = 0.02 if centre > 50 else 0.3
        drawn = centre * np.exp(luck + rng.normal(0, spread, n))
        epochs[cell] = np.round(drawn).astype(int).tolist()
    return epochs_by_seed(epochs, test=0.001, recipe=Recipe(epochs=300))


@pytest.mark.parametrize(
    ("n", "centres", "answer"),
    [
        (10, {"a": 60, "b": 120}, "better"),
        (10, {"a": 100, "b": 101}, "equivalent"),
        (10, {"a": 20, "b": 21}, "undecided"),
        (6, {"a": 60, "b": 120}, "too few seeds"),
    ],
)
def test_there_are_four_answers(n: int, centres: dict[str, float], answer: str) -> None:
    """And a fifth where seeds are too few for any: what is not told apart is not the same thing as
    equal."""
    condition = only(epochs_by_cell(n, **centres))
    (comparison,) = condition.comparisons
    assert comparison.answer == answer
    assert comparison.effect is not None
    assert comparison.effect.kind == ("95 % interval" if n >= 6 else "range")
    if answer == "undecided":
        assert comparison.more_seeds is None or comparison.more_seeds > 0
        assert f"is not told apart from {comparison.other}" in condition.sure
    if answer == "equivalent":
        assert f"is equivalent to {comparison.other} within the margin" in condition.sure


def test_more_seeds_are_asked_for_by_what_was_seen() -> None:
    """Ten seeds with a shift of half a deviation: about 33 decide in four of five cases, by
    Student's formula and the signed ranks' efficiency."""
    values = np.random.default_rng(0).normal(0, 1, 10)
    values = 0.5 + (values - values.mean()) / values.std(ddof=1)
    said = more_seeds(values.tolist(), [0.5])
    assert said == 23
    assert more_seeds(values.tolist(), [0.0]) is None
    assert (
        more_seeds([1.0] * 10, [0.5]) is None
    )  # ten that are alike do not say how the eleventh may differ
    assert more_seeds(values.tolist(), [1e-4]) is None


def test_more_seeds_are_advised_where_something_is_there_to_be_decided() -> None:
    """Where nothing differs, what was seen is by luck: hardly one pair in four is told to go on,
    and no pair whose difference is what luck gives in every second case."""
    rng = np.random.default_rng(7)
    advised = []
    for _ in range(40):
        drawn = {cell: np.round(100 * np.exp(rng.normal(0, 0.2, 10))) for cell in "ab"}
        epochs = {cell: of_seeds.astype(int).tolist() for cell, of_seeds in drawn.items()}
        results = epochs_by_seed(epochs, test=0.001, recipe=Recipe(epochs=1000))
        (comparison,) = only(results).comparisons
        advised.append(comparison.more_seeds is not None)
        if advised[-1]:
            assert comparison.p_value is not None
            assert comparison.p_value <= 0.2
    assert 0 < sum(advised) <= 10
