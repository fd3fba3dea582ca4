"""Findings across tasks: hand-computed scores, complete sets alone, aspects apart."""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import chain, product
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from rnnbench.catalogue import Catalogue
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity
from rnnbench.executors.running import without_run
from rnnbench.findings import Aspect, Findings, find
from rnnbench.findings.aggregate.records import AspectName
from rnnbench.records import CellUse, MemoryRow, MetricNote, Result
from tests.builders.findings import BUDGET, RECIPE, TUNED, cost_result, learned, with_provenance
from tests.builders.records import COST, learning_trial

SEEDS = (0, 1, 2)
Way = Sequence[float]
"""How much of the way to the target each seed of a cell goes."""


def run(name: str, ways: Mapping[int, Way], epochs: int | None = None) -> list[Result]:
    """Results of a cell by horizon: the trivial forecast has an error of 1, the target is 0.1."""
    results = []
    for horizon, of_seeds in ways.items():
        for seed, way in enumerate(of_seeds):
            test = 1 - 0.9 * way
            results.append(learned(name, seed, epochs, test, dials={"horizon": horizon}))
    return results


def run_alike(names: str, ways: Mapping[int, Way], epochs: int | None = None) -> list[Result]:
    """Results of several cells, a letter each, that all go as far."""
    return list(chain.from_iterable(run(name, ways, epochs) for name in names))


def aspect(results: Sequence[Result], name: AspectName = "capacity") -> Aspect:
    (found,) = [aspect for aspect in find(results).across if aspect.name == name]
    return found


def figures(found: Aspect, name: str = "interquartile mean") -> dict[str, float]:
    return {row.row: row.figures[name].centre for row in found.rows}


def changed(result: Result, **changes: object) -> Result:
    """A result whose learning record has other figures."""
    assert result.learning
    return msgspec.structs.replace(
        result, learning=msgspec.structs.replace(result.learning, **changes)
    )


TWO = [
    *run("a", {10: (0.9, 1.0, 0.8), 20: (0.2, 0.4, 0.6)}),
    *run("b", {10: (0.5, 0.5, 0.5), 20: (0.1, 0.0, 0.3)}),
]


def test_a_score_is_the_share_of_the_way_from_the_trivial_forecast_to_the_target() -> None:
    """Means of the middle half of six runs, by hand: one is left out at either end."""
    found = aspect(TWO)
    assert (found.conditions, found.seeds) == (("adding, horizon 10", "adding, horizon 20"), SEEDS)
    assert figures(found) == pytest.approx(
        {"a": (0.4 + 0.6 + 0.8 + 0.9) / 4, "b": (0.1 + 0.3 + 0.5 + 0.5) / 4}
    )
    assert figures(found, "optimality gap") == pytest.approx({"a": 1 - 3.9 / 6, "b": 1 - 1.9 / 6})
    assert [row.row for row in found.rows] == ["a", "b"]
    (pair,) = found.pairs
    assert (pair.row, pair.over) == ("a", "b")
    assert pair.probability.centre == pytest.approx((9 / 9 + 8 / 9) / 2)


def test_a_metric_of_which_more_is_better_is_turned() -> None:
    """From a trivial score of 0.2 to a target of 0.7."""
    results = [
        learned(
            "a",
            seed,
            test=0.45,
            direction="higher",
            trivial=0.2,
            target=0.7,
            dials={"horizon": horizon},
        )
        for seed, horizon in product(SEEDS, (10, 20))
    ]
    assert figures(aspect(results)) == pytest.approx({"a": 0.5})


def test_no_score_is_beyond_its_ends_and_a_run_that_diverged_is_at_the_lower_one() -> None:
    """An error has no upper end, and a trial stops when it has solved its task."""
    results = [*run("a", {10: (1.1, 1.1, 1.1)}), *run("a", {20: (-50.0, -50.0, 0.0)})]
    lost = msgspec.structs.replace(changed(results[-1], test={}), status="diverged")
    found = aspect([*results[:-1], lost])
    assert figures(found) == {"a": 0.5}
    assert figures(found, "optimality gap") == {"a": 0.5}


def test_trainability_is_the_budget_that_is_left() -> None:
    """5 of 20 epochs leave 0.75; what is not solved has 0, and so has luck on validation data."""
    solved = run("a", {10: (1.0, 1.0, 1.0)}, epochs=5) + run("a", {20: (1.0, 1.0, 0.9)}, epochs=15)
    lucky = run("b", {10: (-0.1, -0.1, -0.1), 20: (-0.1, -0.1, -0.1)}, epochs=5)
    found = aspect([*solved, *lucky], "trainability")
    assert BUDGET == 20
    assert figures(found) == pytest.approx({"a": 0.5, "b": 0.0})
    assert figures(found, "optimality gap") == pytest.approx({"a": 0.5, "b": 1.0})
    assert figures(found, "solve rate") == {"a": 1.0, "b": 0.0}


def test_a_rung_that_was_not_tried_is_one_that_is_not_solved_and_has_no_capacity() -> None:
    """By the rule of ladders a cell stops climbing where it fails; how well it would have done,
    nobody knows."""
    lowest = [*run("a", {10: (1.0,) * 3}, 5), *run("b", {10: (0.5,) * 3})]
    shared = {"cell": CellUse(name="b"), "recipe": RECIPE, "dials": {"horizon": 20}}
    rung = [
        without_run(learning_trial(seed=seed, **shared), "stopped", "a rung below is unsolved")
        for seed in SEEDS
    ]
    results = [*lowest, *run("a", {20: (1.0,) * 3}, 10), *rung]
    assert figures(aspect(results, "trainability")) == pytest.approx(
        {"a": (0.75 + 0.5) / 2, "b": 0.0}
    )
    assert aspect(results).rows == ()
    assert aspect(results).missing == ("adding, horizon 20: b lacks all 3 seeds (not tried)",)


def lengthened(result: Result, ways: Mapping[str, float]) -> Result:
    """With tests at other settings of the task."""
    names = {f"mse@{setting}": 1 - 0.9 * way for setting, way in ways.items()}
    assert result.learning
    return changed(
        result,
        metrics=(*result.learning.metrics, *(MetricNote(name, "", "lower") for name in names)),
        test={**result.learning.test, **names},
        trivial={**result.learning.trivial, **dict.fromkeys(names, 1.0)},
    )


def test_extrapolation_is_the_mean_over_longer_sequences() -> None:
    """Those that are so many times as long: not the length of training, nor a setting of another
    name."""
    base = run("a", {10: (1.0,) * 3, 20: (1.0,) * 3})
    longer = [
        lengthened(result, {"1x": 1.0, "2x": 0.8, "10x": 0.2, "noisy": 1.0}) for result in base
    ]
    assert figures(aspect(longer, "extrapolation")) == pytest.approx({"a": 0.5})
    assert aspect(base, "extrapolation").absent
    assert "longer" in aspect(base, "extrapolation").answer


def test_aspects_stay_apart() -> None:
    """Each has its own order, and there is no figure over all of them."""
    better_but_later = [
        *run("a", {10: (1.0,) * 3, 20: (1.0,) * 3}, 15),
        *run("b", {10: (0.9,) * 3, 20: (0.9,) * 3}, 5),
    ]
    assert [row.row for row in aspect(better_but_later).rows] == ["a", "b"]
    assert [row.row for row in aspect(better_but_later, "trainability").rows] == ["b", "a"]
    assert len({found.name for found in find(better_but_later).across}) == 5


def test_one_condition_has_nothing_to_aggregate() -> None:
    """And nothing is said."""
    assert find(run("a", {10: (0.5,) * 3})).across == ()


@pytest.mark.parametrize(
    ("results", "lacking"),
    [
        (TWO[:-1], "adding, horizon 20: b lacks seed 2 (not run)"),
        (TWO[:-2], "adding, horizon 20: b lacks seeds 1, 2 (not run)"),
        (TWO[:-3], "adding, horizon 20: b lacks all 3 seeds (not run)"),
        (
            [*TWO[:-1], msgspec.structs.replace(TWO[-1], status="timeout")],
            "adding, horizon 20: b lacks seed 2 (timeout)",
        ),
        ([*TWO, *run("c", {10: (0.1,) * 3})], "adding, horizon 20: c lacks all 3 seeds (not run)"),
        ([*TWO, *run("c", {20: (0.1,) * 3})], "adding, horizon 10: c lacks all 3 seeds (not run)"),
    ],
)
def test_an_incomplete_set_is_refused_with_what_is_missing(
    results: list[Result], lacking: str
) -> None:
    """No aggregate, its reason in answer and caveats, and what is there is still told by
    condition."""
    found = aspect(results)
    assert (found.rows, found.missing) == ((), (lacking,))
    assert lacking in found.answer
    findings = find(results)
    assert any(
        lacking in caveat and "capacity and trainability" in caveat for caveat in findings.caveats
    )
    assert len(findings.conditions) == 2


@pytest.mark.parametrize(
    ("results", "what"),
    [
        (
            [
                *(with_provenance(result, definitions={"b": "one"}) for result in TWO[:-1]),
                with_provenance(TWO[-1], definitions={"b": "two"}),
            ],
            "several sources of b",
        ),
        (
            [
                *(with_provenance(result, versions={"torch": "2.6"}) for result in TWO[:-1]),
                with_provenance(TWO[-1], versions={"torch": "2.7"}),
            ],
            "several versions of torch: 2.6, 2.7",
        ),
    ],
)
def test_a_set_of_mixed_origin_is_refused(results: list[Result], what: str) -> None:
    """Sources of cells and tasks, and torch."""
    found = aspect(results)
    assert found.rows == ()
    assert what in found.missing[0]
    assert any(what in caveat for caveat in find(results).caveats)


def test_a_cell_at_several_learning_rates_is_refused() -> None:
    """Where each has its own by a search, one search has one result."""
    tuned = [at(result, recipe=TUNED) for result in TWO]
    assert aspect(tuned).rows
    found = aspect([*tuned[:-1], at(tuned[-1], learning_rate=0.1)])
    assert (found.rows, found.missing) == (
        (),
        ("adding, horizon 20: b was evaluated at 2 learning rates",),
    )


def at(result: Result, **changes: object) -> Result:
    """The result of a trial with other settings."""
    return msgspec.structs.replace(result, trial=msgspec.structs.replace(result.trial, **changes))


def test_an_older_version_of_the_suite_completes_nothing() -> None:
    """Only results of the newest are looked at, and they lack what the older ones have."""
    newer = [at(result, suite_version=2) for result in TWO]
    assert aspect(newer).rows
    mixed = [*newer[:-3], *TWO[-3:]]
    assert aspect(mixed).missing == ("adding, horizon 20: b lacks all 3 seeds (not run)",)


def test_a_condition_without_a_scale_is_left_out_with_the_reason() -> None:
    """Where the trivial forecast reaches the target, there is no way to go; two others are left."""
    easy = [
        learned(name, seed, 3, 0.5, trivial=0.05, dials={"horizon": 5})
        for name, seed in product("ab", SEEDS)
    ]
    found = aspect([*TWO, *easy])
    assert found.left_out == {
        "adding, horizon 5": "the trivial forecast is not known, or reaches the target"
    }
    assert figures(found) == figures(aspect(TWO))
    assert any(
        "capacity is without adding, horizon 5" in caveat for caveat in find([*TWO, *easy]).caveats
    )


def test_few_seeds_carry_a_range_and_three_an_interval() -> None:
    """The range is that of the same figure by single seeds."""
    few = [result for result in TWO if result.trial.seed < 2]  # type: ignore[union-attr]
    (figure, *_) = aspect(few).rows[0].figures.values()
    assert (figure.kind, figure.n) == ("range", 4)
    assert (figure.low, figure.high) == pytest.approx(((0.9 + 0.2) / 2, (1.0 + 0.4) / 2))
    assert "range over seeds" in aspect(few).answer
    (figure, *_) = aspect(TWO).rows[0].figures.values()
    assert (figure.kind, figure.n) == ("95 % interval", 6)
    assert "range over seeds" not in aspect(TWO).answer


def test_a_profile_is_the_share_of_runs_above_each_score() -> None:
    """By hand at 0, 0.5 and 0.9, with the interval of Clopper and Pearson."""
    found = aspect(TWO)
    (profile,) = [row.profile for row in found.rows if row.row == "a"]
    assert profile
    assert [profile.shares[found.thresholds.index(at)] for at in (0.0, 0.5, 0.9)] == pytest.approx(
        [1, 4 / 6, 1 / 6]
    )
    assert profile.low[0] == pytest.approx(0.025 ** (1 / 6))
    assert profile.high[0] == 1


@settings(max_examples=25)
@given(st.lists(st.integers(0, 10), min_size=12, max_size=12))
def test_swapping_the_names_of_two_cells_mirrors_everything(tenths: list[int]) -> None:
    """Nobody's expectation is built in."""
    ways = [tenth / 10 for tenth in tenths]

    def of(one: str, other: str) -> Aspect:
        return aspect(
            [*run(one, {10: ways[:3], 20: ways[3:6]}), *run(other, {10: ways[6:9], 20: ways[9:]})]
        )

    here = of("a", "b")
    there = of("b", "a")
    swap = {"a": "b", "b": "a"}
    assert {swap[row.row]: row.figures for row in here.rows} == {
        row.row: row.figures for row in there.rows
    }
    (ours,), (theirs,) = here.pairs, there.pairs
    level = len({tuple(figure.centre for figure in row.figures.values()) for row in here.rows}) == 1
    assert level or (ours.row, ours.probability) == (swap[theirs.row], theirs.probability)


def test_who_is_told_apart_is_said() -> None:
    """By the chance that a run is better, at a level over all pairs: ten seeds of every task, all
    one way."""
    ways = [0.01 * seed for seed in range(10)]
    ahead = [0.5 + way for way in ways]
    results = [
        *run("a", {10: ahead, 20: ahead}),
        *run("b", {10: ways, 20: ways}),
        *run("c", {10: ways, 20: ways}),
    ]
    assert "P(a beats b) = 1.00 [" in aspect(results).answer
    assert "not told apart" not in aspect(results).answer
    little = [way + 0.01 for way in ways]
    nearly = [*run("a", {10: little, 20: little}), *run("b", {10: ways, 20: ways})]
    assert re.search(
        r"P\(a beats b\) = 0.59 \[[^]]+\], so that the two are not told apart\.",
        aspect(nearly).answer,
    )
    level = [*run("a", {10: ways, 20: ways}), *run("b", {10: ways, 20: ways})]
    assert "P(a beats b) = 0.50 [" in aspect(level).answer


def test_three_cells_share_the_level_over_all_pairs() -> None:
    """A third cell widens the interval between the first two."""
    alone = aspect(TWO)
    third = aspect([*TWO, *run("c", {10: (0.0,) * 3, 20: (0.0,) * 3})])
    assert third.pairs[0].over == "b"
    assert third.pairs[0].probability.centre == alone.pairs[0].probability.centre
    assert third.pairs[0].probability.low < alone.pairs[0].probability.low


def test_cells_that_are_all_at_the_best_score_are_a_doubt() -> None:
    """Nobody can be told apart there; the same at the other end."""
    solved = run_alike("abc", {10: (1.0,) * 3, 20: (1.2,) * 3}, 1)
    caveats = find([*solved, *run("d", {10: (0.5,) * 3, 20: (0.5,) * 3})]).caveats
    assert any(
        "a, b, c have the best possible capacity in all runs, which cannot tell" in caveat
        for caveat in caveats
    )
    lost = run_alike("ab", {10: (0.0,) * 3, 20: (-1.0,) * 3})
    worst = "a, b have the worst possible capacity"
    assert any(worst in caveat for caveat in find(lost).caveats)
    assert not any("possible capacity" in caveat for caveat in find(TWO).caveats)


def test_a_task_that_counts_more_often_than_others_is_a_doubt() -> None:
    """Every horizon is a condition."""
    often = [
        learned("a", seed, dials={"horizon": horizon})
        for horizon, seed in product((5, 10, 20), SEEDS)
    ]
    once = [learned("a", seed, task="copy") for seed in SEEDS]
    assert any(
        "adding counts 3 times and copy 1" in caveat for caveat in find([*often, *once]).caveats
    )
    assert not any("counts" in caveat for caveat in find(TWO).caveats)


def costs(
    steps: int, seconds: Mapping[str, float], peaks: Mapping[str, int], parameters: int = 9
) -> list[Result]:
    """Times, over a reference cell of one second, and peaks of cells at one length."""
    shape = msgspec.structs.replace(COST.shape, steps=steps)
    cells = tuple(CellUse(name=name) for name in seconds)
    timed = cost_result(0, 1.0)
    (first, *_) = timed.costs
    rows = tuple(
        msgspec.structs.replace(
            first,
            row=name,
            log_ratio_to_reference_cell=float(math.log(spent)),
            parameters=parameters,
        )
        for name, spent in seconds.items()
    )
    trial = msgspec.structs.replace(COST, shape=shape, cells=cells)
    made = [msgspec.structs.replace(timed, trial=trial, costs=rows)]
    for name, peak in peaks.items():
        row = MemoryRow(
            row=name,
            kernel="k",
            parameters=9,
            parameter_bytes=36,
            peak_bytes=peak,
            meter="m",
            saved_bytes=2 * peak,
        )
        alone = msgspec.structs.replace(
            trial, measurement="peak-memory", cells=(CellUse(name=name),)
        )
        made.append(msgspec.structs.replace(without_run(alone, "ok", ""), costs=(row,)))
    return made


def test_speed_and_memory_are_ratios_over_all_shapes() -> None:
    """Geometric means by hand, with the range; memory over the leanest cell at each shape."""
    results = [
        *TWO,
        *costs(50, {"a": 1.0, "b": 2.0}, {"a": 10, "b": 40}),
        *costs(200, {"a": 4.0, "b": 2.0}, {"a": 90, "b": 30}),
    ]
    speed = aspect(results, "speed")
    memory = aspect(results, "memory")
    assert figures(speed, "time over the reference cell") == pytest.approx({"a": 2.0, "b": 2.0})
    (a, _) = speed.rows
    spread = a.figures["time over the reference cell"]
    assert (spread.low, spread.high) == pytest.approx((1.0, 4.0))
    assert figures(memory, "peak over the leanest") == pytest.approx({"a": 3**0.5, "b": 2.0})
    assert figures(memory, "saved for backward over the leanest") == pytest.approx(
        {"a": 3**0.5, "b": 2.0}
    )
    assert [row.row for row in memory.rows] == ["a", "b"]
    assert aspect(TWO, "speed").answer == "It was not measured."


def test_costs_that_are_not_complete_are_refused_too() -> None:
    """A cell that lacks a shape; one that has nothing to learn lacks no training step."""
    results = [*TWO, *costs(50, {"a": 1.0, "b": 2.0}, {}), *costs(200, {"a": 4.0}, {})]
    found = aspect(results, "speed")
    assert found.rows == ()
    assert [lack.partition(": ")[2] for lack in found.missing] == ["b was not measured"]
    idle = costs(50, {"c": 0.1}, {}, parameters=0)
    found = aspect([*TWO, *costs(50, {"a": 1.0, "b": 2.0}, {}), *idle], "speed")
    assert "c" not in figures(found, "time over the reference cell")


def test_findings_stored_before_can_be_read() -> None:
    """A record without the field has an empty one; one with it comes back as it was."""
    findings = find(TWO)
    assert msgspec.json.decode(msgspec.json.encode(findings), type=Findings) == findings
    before = {key: value for key, value in msgspec.to_builtins(findings).items() if key != "across"}
    assert msgspec.convert(before, Findings).across == ()


def test_the_answers_and_the_page_tell_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verbosely, a line for each aspect; on the page a section, and a figure for each that has
    profiles."""
    findings = find(TWO)
    print_answers(findings, Verbosity.VERBOSE)
    said = " ".join(capsys.readouterr().out.split())
    assert "across tasks capacity: The interquartile mean over 2 conditions and 3 seeds is " in said
    written = Catalogue.present().reports["html"].item.load()(findings, tmp_path)
    page = written[0].read_text()
    assert '<section id="across"' in page
    stems = {path.stem for path in written[1:]}
    assert {"across-capacity-profiles", "across-trainability-means"} <= stems
    refused = (
        Catalogue.present().reports["html"].item.load()(find(TWO[:-1]), tmp_path)[0].read_text()
    )
    assert "the set is not complete. adding, horizon 20: b lacks seed 2 (not run)." in refused


def test_a_peak_that_no_meter_sees_is_none() -> None:
    """Nothing is divided by it."""
    found = aspect([*TWO, *costs(50, {"a": 1.0, "b": 2.0}, {"a": 0, "b": 8})], "memory")
    assert found.rows == ()
    assert [lack.partition(": ")[2] for lack in found.missing] == ["a was not measured"]
