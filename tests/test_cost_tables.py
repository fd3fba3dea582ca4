"""Cost tables: one reference that is named beforehand, intervals that hold for all rows, and what a
kernel explains."""

import csv
import math
from collections.abc import Callable
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy import stats

from rnnbench.campaign.cost_notices import target_of
from rnnbench.catalogue import Catalogue
from rnnbench.errors import UnknownName
from rnnbench.executors.running import without_run
from rnnbench.findings import CostFinding, find
from rnnbench.findings.stats.estimates import Family, ratio
from rnnbench.plan import cost_trials
from rnnbench.records import CellUse, CostTrial, PrecisionTarget, Result, TimeRow, trial_id
from rnnbench.suite import Choices, read_suite
from rnnbench_reports.cost_ratios import render
from tests.builders.records import COST
from tests.builders.report_page import text_of

STEPPED = "eager operations"
FUSED = "oneDNN"
Rows = dict[tuple[str, str, str], float]
"""Seconds of a step by name of the cell, implementation and kernel; the reference cell takes a
second."""


def replicate(
    rows: Rows, number: int = 0, reference: str = "", started: str = "", noise: float = 0.0
) -> Result:
    rng = np.random.default_rng(number)
    uses = [_use(name, implementation) for name, implementation, _ in rows]
    trial: CostTrial = msgspec.structs.replace(COST, cells=tuple(uses), round=number)
    found = []
    for use, (_, _, kernel), seconds in zip(uses, rows, rows.values(), strict=True):
        taken = seconds * math.exp(rng.normal(0, noise))
        found.append(
            TimeRow(
                row=use.row,
                kernel=kernel,
                parameters=9,
                cpu_seconds=(taken,) * 3,
                wall_seconds=(taken,) * 3,
                log_ratio_to_reference_cell=math.log(taken),
                first_call_seconds=1.0,
            )
        )
    return msgspec.structs.replace(
        without_run(trial, "ok", ""),
        costs=tuple(found),
        precision_target=PrecisionTarget(0.02, 600.0, 24, reference),
        started=started,
    )


def _use(name: str, implementation: str) -> CellUse:
    label = name if implementation == "default" else f"{name} ({implementation})"
    return CellUse(name=name, implementation=implementation, label=label)


def table(rows: Rows, reference: str = "", noise: float = 0.0) -> CostFinding:
    (found,) = find([replicate(rows, number, reference, noise=noise) for number in range(8)]).costs
    return found


def alone(*names: str) -> Rows:
    return {(name, "default", STEPPED): 1.0 for name in names}


def test_the_reference_is_what_the_suite_names_and_not_the_fastest() -> None:
    """Each row is stated over it, whichever came out fastest, and the reference itself has no
    ratio."""
    rows = alone("a", "b", "c")
    rows["a", "default", STEPPED] = 0.5
    found = table(rows, "b")
    over = {row.row: row.train.over for row in found.rows if row.train}
    assert found.references == {"train": "b"}
    assert over["b"] is None
    assert {row: round(ratio.centre, 6) for row, ratio in over.items() if ratio} == {
        "a": 0.5,
        "c": 1.0,
    }
    assert (
        " A training step takes 0.5 [0.5 to 0.5] (a), 1 [1 to 1] (c) times as long as one of b. "
        in found.answer
    )
    by_reference_cell = table(rows)
    assert by_reference_cell.references == {"train": ""}
    assert all(row.train and row.train.over is None for row in by_reference_cell.rows)
    assert " A training step takes 0.5 [0.5 to 0.5] (a), " in by_reference_cell.answer
    assert "times as long as one of torch's LSTM (the reference cell)" in by_reference_cell.answer


def test_a_reference_that_is_named_after_measuring_changes_nothing() -> None:
    """It is the one of the result that was started first, in whatever order results are read."""
    later = [replicate(alone("a", "b"), number, "b", "2026-01-02T00:00:00") for number in range(7)]
    for started, reference in (("2026-01-01T00:00:00", "a"), ("2026-01-03T00:00:00", "b")):
        (found,) = find([*later, replicate(alone("a", "b"), 7, "a", started)]).costs
        assert found.reference == reference


def test_the_reference_cell_stands_in_for_a_reference_that_was_not_measured() -> None:
    """And for one that has nothing to learn, of training steps."""
    found = table(alone("a", "b"), "missing")
    assert (found.reference, found.references) == ("missing", {"train": ""})
    assert all(row.train and row.train.ratio for row in found.rows)


@pytest.mark.parametrize("rows", [1, 3, 24])
def test_intervals_of_a_table_are_those_of_all_its_rows(rows: int) -> None:
    """Student's at the level divided by the number of ratios; one alone is as it was."""
    logs = np.random.default_rng(rows).normal(0, 0.02, 10)
    found = ratio(logs.tolist(), Family(rows, "rows"))
    low, high = stats.t.interval(1 - 0.05 / rows, 9, loc=logs.mean(), scale=stats.sem(logs))
    assert (found.low, found.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert found.kind == ("95 % interval" if rows == 1 else "95 % over all rows")


@pytest.mark.parametrize("reference", ["", "a"])
def test_a_table_counts_its_ratios(reference: str) -> None:
    """Four rows: four ratios to the reference cell, three to a row, six pairs."""
    found = table(alone("a", "b", "c", "d"), reference, noise=0.01)
    logs = {
        row: [
            math.log(replicate(alone("a", "b", "c", "d"), n, noise=0.01).costs[i].cpu_seconds[0])
            for n in range(8)
        ]  # type: ignore[union-attr]
        for i, row in enumerate("abcd")
    }
    to_reference = np.array(logs["b"]) - (np.array(logs["a"]) if reference else 0.0)
    (step_time,) = [row.train for row in found.rows if row.row == "b"]
    assert step_time
    shown = step_time.over if reference else step_time.ratio
    assert shown
    expected = ratio(to_reference.tolist(), Family(3 if reference else 4, "rows"))
    assert (shown.low, shown.high) == pytest.approx((expected.low, expected.high))
    assert len(found.pairs) == 6
    (pair,) = [pair for pair in found.pairs if {pair.slow, pair.fast} == {"a", "b"}]
    apart = np.array(logs[pair.slow]) - np.array(logs[pair.fast])
    expected = ratio(apart.tolist(), Family(6, "pairs"))
    assert (pair.ratio.low, pair.ratio.high) == pytest.approx((expected.low, expected.high))


FLIPPED: Rows = {
    ("lstm", "default", FUSED): 0.5,
    ("gru", "default", "loop in ATen"): 1.0,
    ("gru", "eager", STEPPED): 2.0,
    ("lstm", "eager", STEPPED): 2.5,
}


@pytest.mark.parametrize("reference", ["", "lstm"])
def test_the_sentence_says_why_where_the_kernels_make_the_ratio(reference: str) -> None:
    """On different kernels one cell is in front, on one kernel the other one."""
    found = table(FLIPPED, reference)
    (pair,) = found.kernel_pairs
    assert (pair.row, pair.over, pair.kernels) == ("gru", "lstm", ("loop in ATen", FUSED))
    assert (round(pair.apart.centre, 6), round(pair.alike.centre, 6)) == (2.0, 0.8)
    assert (pair.alike_kernel, pair.by_step, pair.explained) == (STEPPED, True, True)
    assert (
        "In training, gru takes 2 [2 to 2] times as long as lstm. In training, gru runs on torch's"
        " own loop, and lstm on oneDNN's fused kernel. With both step by step, gru takes 0.8 [0.8"
        " to 0.8] times as long as lstm." in found.answer
    )


def test_nothing_is_explained_by_kernels_that_change_little() -> None:
    """Step by step the ratio is nearly what it was: it is the cells'."""
    found = table(FLIPPED | {("gru", "eager", STEPPED): 4.5})
    (pair,) = found.kernel_pairs
    assert round(pair.alike.centre, 6) == 1.8
    assert not pair.explained
    assert "runs on" not in found.answer


def without_steps(number: int) -> Rows:
    """Rows of a replicate: those that loop over steps are in the first four alone."""
    return {row: seconds for row, seconds in FLIPPED.items() if number < 4 or row[1] == "default"}


@pytest.mark.parametrize("reference", ["", "lstm"])
@pytest.mark.parametrize(
    "results",
    [
        lambda reference: [replicate(FLIPPED, 0, reference)],
        lambda reference: [replicate(FLIPPED, number, reference) for number in range(7)],
        lambda reference: [
            replicate(without_steps(number), number, reference) for number in range(10)
        ],
        lambda reference: on_two_days(
            [replicate(FLIPPED, number, reference) for number in range(4)]
        ),
    ],
    ids=["one replicate", "seven", "few on one kernel", "few on each day"],
)
def test_nothing_is_explained_by_ranges(
    results: Callable[[str], list[Result]], reference: str
) -> None:
    """Both ratios need an interval: a range of few replicates tells no two rows apart."""
    (found,) = find(results(reference)).costs
    (pair,) = found.kernel_pairs
    assert (round(pair.apart.centre, 6), round(pair.alike.centre, 6)) == (2.0, 0.8)
    assert not pair.explained
    assert "runs on" not in found.answer


def on_two_days(results: list[Result]) -> list[Result]:
    """The same replicates on each of them."""
    return [
        msgspec.structs.replace(made, trial=msgspec.structs.replace(made.trial, session=day))
        for day, made in product(("2026-01-01", "2026-01-02"), results)
    ]


def test_cells_with_one_row_are_held_against_the_reference_on_their_kernel() -> None:
    """A cell that has no other kernel meets the reference on its own, by the row of the reference
    that is there."""
    found = table(FLIPPED | {("peephole", "default", STEPPED): 2.6}, "lstm")
    pairs = {pair.row: pair for pair in found.kernel_pairs}
    assert set(pairs) == {"gru", "peephole"}
    assert (pairs["peephole"].alike_row, pairs["peephole"].alike_over) == (
        "peephole",
        "lstm (eager)",
    )
    assert pairs["peephole"].explained
    assert (
        "With lstm on single operations of torch too, peephole takes 1.04 [1.04 to 1.04] times as"
        " long as lstm." in found.answer
    )


def test_a_ratio_to_another_cell_carries_its_caution() -> None:
    """Also where each row has a version of itself in the table; versions of the reference alone
    carry none."""
    uses = {"lstm": "lstm", "lstm B": "lstm", "gru": "gru", "gru B": "gru"}

    def answer(*names: str) -> str:
        results = [replicate(alone(*names), number, "lstm") for number in range(8)]
        return find([_renamed(result, uses) for result in results]).costs[0].answer

    assert "moves by 5 to 15 %" in answer("lstm", "lstm B", "gru", "gru B")
    assert "moves by 5 to 15 %" not in answer("lstm", "lstm B")


def _renamed(result: Result, names: dict[str, str]) -> Result:
    """The same replicate of cells by these names, under the labels that they have."""
    trial = result.trial
    assert isinstance(trial, CostTrial)
    cells = tuple(msgspec.structs.replace(cell, name=names[cell.name]) for cell in trial.cells)
    return msgspec.structs.replace(result, trial=msgspec.structs.replace(trial, cells=cells))


def test_a_scan_that_was_asked_for_is_no_loop() -> None:
    """Both call torch's operations one by one, and are arranged otherwise."""
    found = table({("a", "default", STEPPED): 1.0, ("b", "scan", STEPPED): 2.0})
    assert [pair.kernel for pair in found.pairs] == [""]


def test_what_moved_most_from_day_to_day_is_one_doubt() -> None:
    """However many pairs there are."""
    results = []
    for day, factor in (("2026-01-01", 1.0), ("2026-01-02", 1.2)):
        for number in range(8):
            rows = alone("a", "b", "c")
            rows["c", "default", STEPPED] = 2.0 * factor
            rows["b", "default", STEPPED] = 1.5 * factor**0.5
            made = replicate(rows, number)
            results.append(
                msgspec.structs.replace(
                    made, trial=msgspec.structs.replace(made.trial, session=day)
                )
            )
    moved = [
        caveat
        for caveat in find(results).caveats
        if " ranged from " in caveat and "sessions" in caveat
    ]
    (caveat,) = moved
    assert caveat.endswith(
        "the ratio of c to a (train) ranged from 2 to 2.4 over 2 sessions. Of 3 ratios that varied by"
        " over 2%, the ratio of c to a varied most."
    )


def test_days_are_told_over_the_reference_or_not_at_all() -> None:
    """The reference has no ratio to itself, nor has a row that shared no process with it; over the
    reference cell all have."""

    def sessions(reference: str) -> dict[str, dict[str, float]]:
        results = []
        for day in ("2026-01-01", "2026-01-02"):
            for number in range(16):
                rows = {("a", "default", STEPPED): 2.0, ("b", "default", STEPPED): 3.0}
                if number >= 8:
                    rows = {("c", "default", STEPPED): 4.0}
                made = replicate(rows, number, reference)
                results.append(
                    msgspec.structs.replace(
                        made, trial=msgspec.structs.replace(made.trial, session=day)
                    )
                )
        (found,) = find(results).costs
        return {
            row.row: {day: round(ratio.centre, 6) for day, ratio in row.train.sessions.items()}
            for row in found.rows
            if row.train
        }

    def both(ratio: float) -> dict[str, float]:
        return {"2026-01-01": ratio, "2026-01-02": ratio}

    assert sessions("a") == {"a": {}, "b": both(1.5), "c": {}}
    assert sessions("") == {"a": both(2.0), "b": both(3.0), "c": both(4.0)}


def mixed(short: int, whole: int = 10) -> list[Result]:
    """As many replicates of a and b, the first few of them with c beside."""
    return [
        replicate(alone("a", "b", "c") if number < short else alone("a", "b"), number)
        for number in range(whole)
    ]


def page_of(results: list[Result], folder: Path) -> str:
    return (
        Catalogue.present()
        .reports["html"]
        .item.load()(find(results), folder)[0]
        .read_text(encoding="utf-8")
    )


def test_each_cell_names_its_kind_where_kinds_differ(tmp_path: Path) -> None:
    """One of few replicates is a range beside intervals; where all are alike, the head of the
    column names the kind."""
    page = page_of(mixed(short=4), tmp_path)
    assert ">over torch&#39;s LSTM<" in page
    assert page.count(">1 (95 % over all rows)<") == 2
    assert page.count(">1 (range over 4)<") == 3
    assert ">1 (95 % over all pairs)<" in page
    assert "3 ratios " in page
    page = page_of(mixed(short=10), tmp_path)
    assert ">over torch&#39;s LSTM [95 % over all rows]<" in page
    assert ">ratio [95 % over all pairs]<" in page
    assert "(95 % over all" not in page
    assert "(range over" not in page


@pytest.mark.parametrize(
    ("results", "hold"),
    [
        (mixed(4), False),
        (mixed(3, 3), False),
        (on_two_days(mixed(3, 3)), False),
        (mixed(10), True),
        (on_two_days(mixed(8, 8)), True),
    ],
)
def test_only_intervals_hold_at_once(results: list[Result], hold: bool, tmp_path: Path) -> None:
    """A table with one range among them does not say so, nor do days of ranges, in the answer and
    in the report."""
    (found,) = find(results).costs
    at_once = "The intervals of ratios to the reference hold for all rows at once."
    assert (at_once in found.answer) == hold
    assert (
        "These intervals hold for all 3 pairs of rows at once"
        in text_of(page_of(results, tmp_path))
    ) == hold


def test_every_two_rows_are_exported(tmp_path: Path) -> None:
    """With their kernels, on one or not."""
    (path,) = render(find([replicate(FLIPPED, number) for number in range(8)]), tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 6
    assert [
        line["row"] + " over " + line["over"] for line in lines if line["one_kernel"] == "yes"
    ] == ["lstm (eager) over gru (eager)"]
    (line,) = [line for line in lines if (line["row"], line["over"]) == ("gru", "lstm")]
    assert (float(line["ratio"]), line["kernel"], line["over_kernel"]) == (
        pytest.approx(2),
        "loop in ATen",
        FUSED,
    )


SUITE = """
version = 1
summary = "made for a test"
cells = ["gru", "lstm", "lstm:eager"]
[cost]
measure = ["train-step-time"]
"""


def test_a_suite_names_its_reference_and_measures_the_same(tmp_path: Path) -> None:
    """Ids of trials are what they are without it, and each result keeps it; a name that there is
    not is refused."""
    catalogue = Catalogue.present()
    path = tmp_path / "made.toml"
    path.write_text(SUITE)
    plain = read_suite(str(path), catalogue)
    ids = [trial_id(trial) for trial in cost_trials(plain)]
    for given, row in (("lstm", "lstm"), ("lstm:eager", "lstm (eager)")):
        path.write_text(f'{SUITE}reference = "{given}"')
        suite = read_suite(str(path), catalogue)
        trials = list(cost_trials(suite))
        assert [trial_id(trial) for trial in trials] == ids
        asked = target_of(suite, trials[0])
        assert asked
        assert asked.reference == row
    path.write_text(f'{SUITE}reference = "lstn"')
    with pytest.raises(
        UnknownName,
        match=r"cost.reference: no cell of this suite called 'lstn'. Did you mean 'lstm'?",
    ):
        read_suite(str(path), catalogue)


@pytest.mark.parametrize("chosen", [(), ("gru",), ("lstm",), ("lstm:eager", "gru")])
def test_the_reference_is_the_same_row_whichever_cells_are_chosen(
    chosen: tuple[str, ...], tmp_path: Path
) -> None:
    """It is looked up among the cells of the suite, or the chosen ones where the suite has none,
    and a name that there is not is refused."""
    catalogue = Catalogue.present()
    path = tmp_path / "made.toml"
    choices = Choices(cells=chosen)
    path.write_text(f'{SUITE}reference = "lstm:eager"')
    suite = read_suite(str(path), catalogue, choices)
    assert suite.cost
    assert suite.cost.reference == "lstm (eager)"
    path.write_text(f'{SUITE}reference = "lstn"')
    with pytest.raises(
        UnknownName,
        match=r"cost.reference: no cell of this suite called 'lstn'. Did you mean 'lstm'?",
    ):
        read_suite(str(path), catalogue, choices)


def test_a_suite_without_cells_takes_its_reference_from_the_chosen_ones(tmp_path: Path) -> None:
    """A name that is not among them is refused."""
    catalogue = Catalogue.present()
    path = tmp_path / "made.toml"
    path.write_text(
        SUITE.replace('cells = ["gru", "lstm", "lstm:eager"]\n', "") + 'reference = "lstm"'
    )
    suite = read_suite(str(path), catalogue, Choices(cells=("lstm", "gru")))
    assert suite.cost
    assert suite.cost.reference == "lstm"
    with pytest.raises(UnknownName, match="no cell of this suite called 'lstm'"):
        read_suite(str(path), catalogue, Choices(cells=("gru",)))


def test_results_from_before_there_was_a_reference_are_read() -> None:
    """They are stated over the reference cell."""
    old = msgspec.json.decode(
        b'{"precision": 0.02, "seconds": 600.0, "replicates": 24}', type=PrecisionTarget
    )
    assert old.reference == ""
