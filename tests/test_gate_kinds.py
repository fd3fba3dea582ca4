"""What a gate makes of bytes, instructions, times and learning, and of a policy."""

import json
import re
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.compare import Change, Kind, Ruling, compare, read_policy, rule
from rnnbench.compare.figures import Figure
from rnnbench.compare.judging import by_interval, by_repetitions, exactly
from rnnbench.compare.peaks import peaks
from rnnbench.compare.records import Direction
from rnnbench.compare.sessions import USE_AB
from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.records import (
    CellUse,
    GatePolicy,
    GateRule,
    InstructionsRow,
    Recipe,
    Result,
    Surroundings,
    TimeRow,
    Tolerances,
    Tolerated,
)
from tests.builders.claims import BUDGET, learned
from tests.builders.cli import rnnbench
from tests.builders.compare import HERE, MEMORY, OPERATIONS, of, remembered, timed
from tests.builders.findings import scores_by_seed
from tests.builders.gate import BASELINE, KEPT, edited, first, written
from tests.builders.matrix import slow
from tests.builders.pages import fenced
from tests.builders.records import learning_trial
from tests.conftest import MakePlugin

SEEDS = 12


def ruled(
    base: Sequence[Result],
    head: Sequence[Result],
    kinds: Sequence[Kind] = (),
    policy: GatePolicy = GatePolicy(),  # noqa: B008  frozen
) -> Ruling:
    comparison = compare(of(base, "BASE"), of(head, "HEAD"), policy)
    return rule(comparison, kinds, policy=policy)


# Bytes and instructions


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ([1000] * 3, [1000] * 3, "same"),
        ([1000] * 3, [1001] * 3, "same"),  # within what is always tolerated
        ([1000] * 3, [1010] * 3, "worse"),  # repetitions that agree tolerate less than 2 %
        ([1000] * 3, [990] * 3, "better"),
        ([1000, 1004, 1008], [1010, 1014, 1018], "same"),  # three half ranges are 1.2 %
        ([1000, 1004, 1008], [1020, 1024, 1028], "worse"),
        ([1000, 1100, 1200], [1030, 1130, 1230], "undecided"),  # ranges overlap
        ([100] * 8, [150] * 7 + [100], "undecided"),
        ([1000], [1019], "same"),  # nobody knows how well repetitions agree
        ([1000], [1021], "worse"),
        ([0] * 3, [0] * 3, "same"),
        ([0] * 3, [4096] * 3, "changed"),
    ],
)
def test_bytes_are_judged_by_how_well_their_repetitions_agree(
    base: list[float], head: list[float], verdict: str
) -> None:
    """Up to 2 %, of which less is tolerated where they agree more closely."""
    assert by_repetitions(base, head, 0.02).verdict == verdict


def test_a_change_of_bytes_has_an_interval_and_what_was_tolerated() -> None:
    """From the repetitions that are nearest to each other to those that are farthest apart."""
    judged = by_repetitions([1000, 1002], [1100, 1104], 0.02)
    assert judged.verdict == "worse"
    assert (judged.low, judged.high) == (1100 / 1002, 1104 / 1000)
    assert judged.ratio == pytest.approx(1102 / 1001)
    assert judged.reason == "2.00% are tolerated"


def replicates(number: int = 3, **changes: object) -> list[Result]:
    row = {"peak_bytes": 9_000_000, "peak_allocated_bytes": 7_000_000, **changes}
    return [replace(remembered(**row), trial=replace(MEMORY, round=one)) for one in range(number)]


@pytest.mark.parametrize(
    ("changes", "figure"),
    [
        ({"saved_bytes": 4096 + 82}, "bytes saved for backward"),  # 2 %
        ({"peak_bytes": 9_450_000}, "peak of a training step"),  # 5 %
        ({"peak_allocated_bytes": 7_140_000}, "bytes allocated at once"),  # 2 %
    ],
)
def test_two_percent_of_bytes_and_five_of_a_peak_are_found(
    changes: dict[str, object], figure: str
) -> None:
    """Where eight repetitions agree; the other way round it is better."""
    base = replicates(8)
    head = replicates(8, **changes)
    (worse,) = ruled(base, head).worse
    assert (worse.figure, worse.kind) == (figure, "memory")
    (better,) = ruled(head, base).better
    assert better.figure == figure


@pytest.mark.parametrize(
    ("larger", "number", "verdict"),
    [
        (1.0, 8, "same"),
        (1.0, 16, "same"),
        (1.02, 8, "same"),
        (1.05, 16, "worse"),
        (0.95, 16, "better"),
    ],
)
def test_peaks_with_many_repetitions_are_judged_by_an_interval(
    larger: float, number: int, verdict: str
) -> None:
    """They differ by some 2 % from process to process, and their ranges overlap."""
    base = 9e6 * (1 + 0.02 * np.linspace(-1.5, 1.5, number))
    head = larger * base[::-1]
    assert peaks(list(base), list(head), 0.05).verdict == verdict


def test_a_peak_takes_repetitions_and_more_than_a_few_pages() -> None:
    """Pages of small cells come and go, and one repetition of a peak tells nothing."""
    assert ruled(replicates(peak_bytes=4096), replicates(peak_bytes=12288)).verdict == "passed"
    assert ruled(replicates(peak_bytes=0), replicates(peak_bytes=8192)).verdict == "passed"
    assert ruled(replicates(2), replicates(2, peak_bytes=12_000_000)).verdict == "undecided"
    assert ruled(replicates(), replicates(peak_bytes=12_000_000)).verdict == "regression"


@pytest.mark.parametrize(("larger", "verdict"), [(1.09, "same"), (1.11, "worse"), (0.89, "better")])
def test_of_a_few_repetitions_of_a_peak_a_tenth_is_tolerated(larger: float, verdict: str) -> None:
    """However closely they agree: ranges of three do not overlap by luck in one case of ten."""
    base = [8.9e6, 9e6, 9.1e6]
    assert peaks(base, [larger * peak for peak in base], 0.05).verdict == verdict


def test_half_a_percent_of_instructions_is_tolerated() -> None:
    """A percent is found."""

    def counted(instructions: int) -> list[Result]:
        row = InstructionsRow(row="gru", kernel="k", parameters=432, instructions=instructions)
        trial = replace(OPERATIONS, measurement="instructions")
        return [replace(without_run(trial, "ok", ""), provenance=HERE, costs=(row,))]

    assert ruled(counted(100_000), counted(100_499)).verdict == "passed"
    (worse,) = ruled(counted(100_000), counted(101_000)).worse
    assert (worse.kind, worse.verdict) == ("instructions", "worse")


def test_a_rule_of_the_policy_tolerates_more_of_one_cell() -> None:
    """The last rule that fits counts."""
    base = [remembered()]
    head = [remembered(saved_bytes=4500)]
    much = GateRule(of="bytes", cell="gru", tolerance=0.2)
    assert ruled(base, head).verdict == "regression"
    assert ruled(base, head, policy=GatePolicy(rules=(much,))).verdict == "passed"
    none = GateRule(of="bytes", tolerance=0.0)
    assert ruled(base, head, policy=GatePolicy(rules=(much, none))).verdict == "regression"
    other = replace(much, cell="lstm")
    assert ruled(base, head, policy=GatePolicy(rules=(other,))).verdict == "regression"


@pytest.mark.parametrize(
    ("of", "field", "larger"),
    [("bytes", "saved_bytes", 4500), ("peak", "peak_bytes", 10_000_000)],
)
@pytest.mark.parametrize("number", [3, 8])
def test_what_the_policy_tolerates_is_tolerated_however_repetitions_agree(
    of: Tolerated, field: str, larger: int, number: int
) -> None:
    """A tenth more is tolerated by who tolerates a fifth, and not by who tolerates a twentieth."""
    base = replicates(number)
    head = replicates(number, **{field: larger})
    assert ruled(base, head).verdict == "regression"
    for tolerance, verdict in ((0.2, "passed"), (0.06, "regression")):
        policy = GatePolicy(rules=(GateRule(of=of, tolerance=tolerance),))
        assert ruled(base, head, policy=policy).verdict == verdict


# Times


def times(ratio: float, session: str, spread: float = 0.004, seed: int = 0) -> list[Result]:
    """Twelve replicates whose ratio to the reference cell is about this one."""
    rng = np.random.default_rng(seed)
    results = []
    for number, noise in enumerate(rng.normal(0, spread, 12)):
        result = timed({"gru": 2.0}, round=number, session=session)
        (row,) = result.costs
        assert isinstance(row, TimeRow)
        measured = replace(row, log_ratio_to_reference_cell=float(np.log(ratio) + noise))
        results.append(replace(result, costs=(measured,)))
    return results


def time_change(ruling: Ruling) -> Change:
    (change,) = [
        change
        for change in (*ruling.worse, *ruling.better, *ruling.undecided, *ruling.left_out)
        if change.kind == "time"
    ]
    return change


def test_a_slower_cell_is_found_within_one_named_session() -> None:
    """By the ratio to the reference cell, with its interval."""
    ruling = ruled(times(1.0, "monday"), times(1.08, "monday", seed=1))
    assert ruling.verdict == "regression"
    slower = time_change(ruling)
    assert slower.ratio == pytest.approx(1.08, abs=0.01)
    assert slower.low is not None
    assert slower.high is not None
    assert 1.02 < slower.low < slower.ratio < slower.high
    assert ruled(times(1.08, "monday"), times(1.0, "monday", seed=1)).better == (
        time_change(ruled(times(1.08, "monday"), times(1.0, "monday", seed=1))),
    )


@pytest.mark.parametrize(("base", "head"), [("", ""), ("monday", "tuesday"), ("monday", "")])
def test_times_of_other_sessions_are_neither_red_nor_green(base: str, head: str) -> None:
    """Passed over by default; said where they were asked for."""
    runs = (times(1.0, base), times(2.0, head, seed=1))
    ruling = ruled(*runs)
    assert (ruling.verdict, ruling.compared["time"], ruling.left_out) == ("passed", 0, ())
    asked = ruled(*runs, kinds=["time"])
    assert asked.verdict == "nothing to compare"
    assert "session" in time_change(asked).reason


def test_a_session_lasts_three_hours() -> None:
    """A name that comes back on another day is another session."""
    base = [replace(one, started="2026-11-30T08:00:00+00:00") for one in times(1.0, "monday")]
    later = times(1.08, "monday", seed=1)
    soon = [replace(one, started="2026-11-30T10:00:00+00:00") for one in later]
    assert ruled(base, soon, kinds=["time"]).verdict == "regression"
    tomorrow = [replace(one, started="2026-12-01T08:00:00+00:00") for one in later]
    ruling = ruled(base, tomorrow, kinds=["time"])
    assert ruling.verdict == "nothing to compare"
    assert time_change(ruling).reason == f"more than 3 hours lie between these results; {USE_AB}"


def test_times_beside_other_work_are_not_compared() -> None:
    """A ratio moves with what others do."""
    head = times(1.08, "monday", seed=1)
    busy = replace(head[0], surroundings=Surroundings(load=None, busy_cores=1.5))
    ruling = ruled(times(1.0, "monday"), [busy, *head[1:]], kinds=["time"])
    assert ruling.verdict == "nothing to compare"
    assert time_change(ruling).reason == f"others used 1.5 of its cores before a trial; {USE_AB}"


def test_an_interval_across_the_tolerance_leaves_the_gate_undecided() -> None:
    """More replicates would tell."""
    ruling = ruled(times(1.0, "monday", 0.05), times(1.03, "monday", 0.05, seed=1))
    assert ruling.verdict == "undecided"
    assert time_change(ruling).verdict == "undecided"
    few = by_interval([1.0] * 7, [2.0] * 7, 0.02)
    assert (few.verdict, few.reason) == (
        "not comparable",
        "7 replicates, and an interval takes 8",
    )


def test_equal_times_are_the_same_and_count_as_compared() -> None:
    ruling = ruled(times(1.0, "monday"), times(1.001, "monday", seed=1))
    assert (ruling.verdict, ruling.compared["time"]) == ("passed", 1)


# Learning

Epochs = Callable[[int], int | None]


def trained(
    epochs: Epochs, seeds: int = SEEDS, horizon: int = 10, cell: str = "gru"
) -> list[Result]:
    """Trials that reach their target after so many epochs of thirty."""
    results = []
    for seed in range(seeds):
        trial = learning_trial(
            seed=seed,
            dials={"horizon": horizon},
            cell=CellUse(name=cell),
            recipe=Recipe(epochs=BUDGET, steps_per_epoch=10, tune=False),
        )
        reached = epochs(seed)
        score = 0.02 if reached is None else 0.005
        result = learned(trial, reached, score + 1e-4 * seed)
        results.append(replace(result, provenance=HERE))
    return results


def over_seeds(ruling: Ruling) -> list[Change]:
    every = (*ruling.worse, *ruling.better, *ruling.undecided)
    return [change for change in every if change.kind == "learning"]


IGNORE = GatePolicy(on_change="ignore")


def test_a_cell_that_needs_more_epochs_over_seeds_is_worse() -> None:
    """Paired by seed, with the interval of the ratio; exchanged, it is better."""
    base = trained(lambda seed: 5 + seed % 3)
    head = trained(lambda seed: 9 + seed % 4)
    (worse,) = over_seeds(ruled(base, head, policy=IGNORE))
    assert (worse.verdict, worse.figure) == ("worse", "epochs to target, over seeds")
    assert worse.ratio is not None
    assert worse.low is not None
    assert 1.3 < worse.low < worse.ratio < 2.2
    assert worse.base is not None
    assert worse.head is not None
    assert "12 seeds, p = " in worse.reason
    (better,) = over_seeds(ruled(head, base, policy=IGNORE))
    assert better.verdict == "better"
    assert better.ratio == pytest.approx(1 / worse.ratio)


def test_without_a_difference_over_seeds_nothing_is_worse() -> None:
    """As many seeds are better as are worse; the figure counts as compared."""
    base = trained(lambda seed: 5 + seed % 2)
    head = trained(lambda seed: 6 - seed % 2)
    ruling = ruled(base, head, policy=IGNORE)
    assert (ruling.verdict, over_seeds(ruling), ruling.compared["learning"]) == ("passed", [], 1)


def test_too_few_seeds_are_not_green_for_whoever_asked_for_learning() -> None:
    """And passed over by default."""
    base = trained(lambda _: 5, seeds=4)
    head = trained(lambda _: 15, seeds=4)
    assert ruled(base, head, policy=IGNORE).verdict == "passed"
    asked = ruled(base, head, ["learning"], IGNORE)
    assert asked.verdict == "undecided"
    (change,) = asked.undecided
    assert (change.verdict, change.reason) == (
        "too few seeds",
        "4 seeds in common, too few for a verdict",
    )


@pytest.mark.parametrize(("head", "verdict"), [(0.5, "worse"), (0.8, "better")])
def test_a_score_of_which_more_is_better_is_judged_by_its_direction(
    head: float, verdict: str
) -> None:
    """Where no seed reaches the target."""
    runs = []
    for score in (0.6, head):
        scores = {"gru": [score + seed / 1000 for seed in range(SEEDS)]}
        results = scores_by_seed(scores, direction="higher", trivial=0.1, target=0.95)
        runs.append([replace(result, provenance=HERE) for result in results])
    (change,) = over_seeds(ruled(*runs, policy=IGNORE))
    assert (change.verdict, change.direction) == (verdict, "higher")


@pytest.mark.parametrize(
    ("direction", "verdict"), [("lower", "worse"), ("higher", "better"), ("", "changed")]
)
def test_a_count_that_rises_is_judged_by_its_direction(direction: Direction, verdict: str) -> None:
    """By none, where none is better."""
    before = Figure(name="count", kind="exact", value=3, direction=direction)
    assert exactly(before, replace(before, value=4)) == verdict


def test_the_family_of_all_cells_is_counted() -> None:
    """What one cell alone would show is out of reach of seven seeds among thirty: too few, and not
    green for who asked."""

    def head(seed: int) -> int:
        return 6 if seed < 7 else 5

    alone = ruled(trained(lambda _: 5, 7), trained(head, 7), policy=IGNORE)
    assert [change.verdict for change in over_seeds(alone)] == ["worse"]
    cells = [f"cell-{number}" for number in range(30)]
    first, *others = [trained(lambda _: 5, 7, cell=cell) for cell in cells]
    slower = trained(head, 7, cell=cells[0])
    base = list(chain(first, *others))
    changed = list(chain(slower, *others))
    among = ruled(base, changed, policy=IGNORE)
    assert over_seeds(among) == []
    asked = ruled(base, changed, ["learning"], IGNORE)
    assert asked.verdict == "undecided"
    assert {change.verdict for change in asked.undecided} == {"too few seeds"}


def test_a_small_difference_in_every_seed_is_worse() -> None:
    """Nothing is tolerated by default."""
    ruling = ruled(trained(lambda _: 20), trained(lambda _: 21), policy=IGNORE)
    assert [change.verdict for change in over_seeds(ruling)] == ["worse"]


def test_an_easier_target_is_no_better_learning() -> None:
    """Runs with other targets are not compared."""

    def easier(result: Result) -> Result:
        assert result.learning
        return replace(result, learning=replace(result.learning, target=1.0))

    base = trained(lambda seed: 9 + seed % 4)
    head = [easier(result) for result in trained(lambda seed: 5 + seed % 3)]
    assert ruled(base, head, ["learning"]).verdict == "nothing to compare"


def test_scores_decide_where_no_seed_reaches_the_target() -> None:
    """And a run that lost the score of some seeds decides nothing."""

    def scored(more: float) -> list[Result]:
        results = []
        for number, result in enumerate(trained(lambda _: None)):
            assert result.learning
            test = {"mse": 0.02 + more + 1e-4 * number}
            results.append(replace(result, learning=replace(result.learning, test=test)))
        return results

    (worse,) = over_seeds(ruled(scored(0), scored(0.01), policy=IGNORE))
    assert (worse.verdict, worse.figure) == ("worse", "mse, over seeds")
    assert "worse by 0.01" in worse.reason
    (better,) = over_seeds(ruled(scored(0.01), scored(0), policy=IGNORE))
    assert better.verdict == "better"
    assert "better by 0.01" in better.reason
    lost = [
        replace(one, status="diverged", learning=replace(one.learning, test={}))
        if number < 3 and one.learning
        else one
        for number, one in enumerate(scored(0))
    ]
    asked = ruled(scored(0), lost, ["learning"], IGNORE)
    assert asked.verdict in ("undecided", "regression")
    (open_,) = [change for change in asked.undecided if change.kind == "learning"]
    assert "3 seeds without a score in one run" in open_.reason


def test_a_tolerance_of_learning_passes_over_what_is_within_it() -> None:
    """The whole interval has to lie beyond it."""
    base = trained(lambda seed: 5 + seed % 3)
    head = trained(lambda seed: 9 + seed % 4)
    much = replace(IGNORE, tolerances=Tolerances(learning=2.0))
    assert ruled(base, head, policy=IGNORE).verdict == "regression"
    assert ruled(base, head, policy=much).verdict == "passed"


def test_a_shorter_span_over_seeds_is_worse() -> None:
    """The longest horizon up to which all are solved, seed by seed."""
    lengths = (10, 20, 40)

    def run(solved: Callable[[int], int]) -> list[Result]:
        results = []
        for number, length in enumerate(lengths):
            results += trained(lambda s, n=number: 5 if n < solved(s) else None, horizon=length)
        return results

    ruling = ruled(run(lambda _: 3), run(lambda seed: 1 + seed % 2), policy=IGNORE)
    (span,) = [c for c in over_seeds(ruling) if c.figure == "longest horizon solved, over seeds"]
    assert (span.verdict, span.base, span.head) == ("worse", 40, 10)

    def spans(base: list[Result], head: list[Result]) -> list[str]:
        every = over_seeds(ruled(base, head, policy=IGNORE))
        return [change.verdict for change in every if change.figure.startswith("longest")]

    assert spans(run(lambda seed: 1 + seed % 2), run(lambda _: 3)) == ["better"]
    without_longest = [r for r in run(lambda _: 3) if r.trial.dials != {"horizon": 40}]
    assert spans(run(lambda _: 3), without_longest) == []
    lenient = replace(IGNORE, tolerances=Tolerances(learning=2.0))
    shorter = ruled(run(lambda _: 3), run(lambda seed: 1 + seed % 2), policy=lenient)
    assert "longest horizon solved, over seeds" in [one.figure for one in shorter.worse]
    some_worse = run(lambda seed: 2 if seed < 8 else 3)  # most seeds tie with 20 more
    many = [*run(lambda _: 3)]
    assert spans(many, some_worse) == ["worse"]


def test_trials_that_failed_shorten_no_span() -> None:
    """A seed without figures has no longest horizon; so many are open, as their scores are."""
    shorter = trained(lambda _: 5)
    longer = trained(lambda _: 5, horizon=20)
    failed = [replace(one, status="error", reason="lost", learning=None) for one in longer]
    base = [*shorter, *longer]
    head = [*shorter, *failed[:5], *longer[5:]]
    every = over_seeds(ruled(base, head, ["learning"], IGNORE))
    (span,) = [change for change in every if change.figure.startswith("longest")]
    assert (span.verdict, span.base, span.head) == ("undecided", 20, 20)
    assert "5 seeds without a score in one run" in span.reason
    none = over_seeds(ruled(base, [*shorter, *failed], ["learning"], IGNORE))
    assert not any(change.figure.startswith("longest") for change in none)


# Last bits, and what is typed


def one_bit(result: Result) -> Result:
    assert result.learning
    head, *tail = result.learning.curve
    changed = replace(head, train_loss=float(np.nextafter(head.train_loss, 9)))
    return replace(result, learning=replace(result.learning, curve=(changed, *tail)))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 4),
        (("--on-change", "fail"), 3),
        slow((("--on-change", "undecided"), 4)),
        (("--on-change", "ignore"), 0),
        (("--on-change", "fail", "--warn-only"), 0),
        slow((("--policy", "fail.toml"), 3)),
        (("--policy", "fail.toml", "--on-change", "ignore"), 0),
        (("--policy", "wrong.toml"), 2),
        slow((("--policy", "nowhere.toml"), 2)),
    ],
)
def test_what_a_last_bit_makes_of_the_exit_code(
    tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    """By the policy, and before it by what is typed."""
    head = written(tmp_path / "head", edited(first(one_bit)))
    (tmp_path / "fail.toml").write_text('[gate]\non_change = "fail"\n')
    (tmp_path / "wrong.toml").write_text("[gate.tolerances]\npeeks = 0.1\n")
    done = rnnbench("gate", str(BASELINE), str(head), *options, cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr


def test_a_suite_says_what_its_gate_tolerates(tmp_path: Path) -> None:
    """In its table [gate], which a run does not read."""
    suite = tmp_path / "mine.toml"
    suite.write_text(
        '[gate]\non_change = "ignore"\n[gate.tolerances]\npeak = 0.1\n'
        '[[gate.rules]]\nof = "time"\ncell = "gru"\ntolerance = 0.05\n'
    )
    policy = read_policy(suite)
    assert (policy.on_change, policy.tolerance("peak")) == ("ignore", 0.1)
    assert [policy.tolerance("time", cell) for cell in ("gru", "rnn")] == [0.05, 0.02]


def test_the_policy_of_an_installed_suite_holds_for_its_runs(
    tmp_path: Path, make_plugin: MakePlugin
) -> None:
    """Without --policy; the ruling names the file."""
    suite = tmp_path / "mine.toml"
    suite.write_text('version = 1\nsummary = "s"\n[gate]\non_change = "fail"\n')
    make_plugin(
        f"""
        from pathlib import Path
        import rnnbench

        @rnnbench.hookimpl
        def rnnbench_suites():
            return [Path({str(suite)!r})]
        """
    )

    def of_suite(result: Result) -> Result:
        return replace(result, trial=replace(result.trial, suite="mine"))

    base = written(tmp_path / "base", edited(of_suite))
    head = written(tmp_path / "head", map(of_suite, edited(first(one_bit))))
    done = rnnbench("gate", str(base), str(head), cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"policy\t{suite}\n" in done.stdout


def test_the_policy_on_the_page_is_the_default_with_one_rule(tmp_path: Path) -> None:
    page = Path(__file__).parents[1] / "docs" / "gate.md"
    (block,) = [text for language, text in fenced(page.read_text()) if language == "toml"]
    (tmp_path / "page.toml").write_text(block)
    rules = (GateRule(of="time", cell="gru", tolerance=0.05),)
    assert read_policy(tmp_path / "page.toml") == GatePolicy(rules=rules)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gate]\non_change = 'never'\n", "mine.toml: gate: Invalid enum value 'never'"),
        ("[gate.tolerances]\nbytes = -1\n", "mine.toml: gate: Expected `float` >= 0"),
        ("[gate]\ntolerance = 1\n", "mine.toml: gate: Object contains unknown field"),
        ("gate = [\n", "mine.toml: is not TOML"),
        ("[gates]\n", "mine.toml: has no table [gate]"),
    ],
)
def test_what_is_wrong_with_a_policy_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(RnnbenchError, match=re.escape(said)):
        read_policy(tmp_path / "mine.toml")


def test_each_line_says_the_kind_the_change_with_its_interval_and_what_repeats_it(
    tmp_path: Path,
) -> None:
    """In lines for programs, in JSON, and on the page of a server."""
    base = written(tmp_path / "base", replicates())
    head = written(tmp_path / "head", replicates(peak_bytes=10_800_000))
    page = tmp_path / "page.md"
    done = rnnbench("gate", "base", "head", "--markdown", str(page), cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("worse")]
    cells = line.split("\t")
    assert cells[1] == "memory"
    assert cells[4:6] == ["9000000", "10800000"]
    assert [float(part) for part in cells[7:10]] == pytest.approx([1.2] * 3)
    assert cells[10] == "rnnbench run suite s -c gru -o AGAIN"
    assert "| memory | 9,000,000 | 10,800,000 | +20.0% |" in page.read_text()
    told = json.loads(rnnbench("gate", "base", "head", "--json", cwd=tmp_path).stdout)
    assert told["worse"][0]["command"] == cells[10]
    assert base.exists()
    assert head.exists()


def test_the_command_of_a_trial_runs_that_trial_again() -> None:
    """Of HEAD, by its id."""
    ruling = ruled(KEPT, edited(first(one_bit)))
    (change,) = ruling.undecided
    assert change.command == f"rnnbench reproduce HEAD {change.trial}"
    (missing,) = ruled(KEPT, KEPT[1:]).undecided
    assert missing.verdict == "missing"
    assert missing.command == f"rnnbench reproduce BASE {missing.trial}"


def test_exchanged_runs_have_opposite_verdicts() -> None:
    """Of figures with a tolerance, at every size of a change."""
    sizes = [1000.0, 1005.0, 1020.0, 1100.0]
    opposite = {"worse": "better", "better": "worse", "same": "same"}
    for one, other in pairwise(sizes):
        there = by_repetitions([one] * 3, [other] * 3, 0.02).verdict
        back = by_repetitions([other] * 3, [one] * 3, 0.02).verdict
        assert back == opposite[there]
