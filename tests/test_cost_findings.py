"""What cost figures of several cells, days and lengths say together."""

import json
import math
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rnnbench.campaign import FAILURES
from rnnbench.campaign.progress import outcome
from rnnbench.executors.running import without_run
from rnnbench.findings import CostPair, find
from rnnbench.findings.cost.step_times import over_sessions
from rnnbench.records import (
    CellUse,
    CostTrial,
    MemoryRow,
    PrecisionTarget,
    Result,
    Seconds,
    Shape,
    Surroundings,
    TimeRow,
)
from rnnbench.store import Store
from rnnbench_reports.pytest_benchmark import render
from tests.builders.cli import rnnbench
from tests.builders.records import COST

CELLS = {
    "gru": ("gru", "k"),
    "lstm": ("lstm", "k"),
    "lstm B": ("lstm", "k"),
    "lstm C": ("lstm", "other"),
}


def times(seconds: dict[str, float], replicate: int = 0, **changes: object) -> Result:
    """A replicate in which steps take so long, the reference cell a second."""
    uses = tuple(CellUse(name=CELLS[row][0], label=row) for row in seconds)
    trial: CostTrial = msgspec.structs.replace(COST, cells=uses, round=replicate, **changes)
    rows = tuple(
        TimeRow(
            row=row,
            kernel=CELLS[row][1],
            parameters=9,
            cpu_seconds=(taken, taken, taken),
            wall_seconds=(taken, taken, 2 * taken),
            log_ratio_to_reference_cell=math.log(taken),
            first_call_seconds=1.0,
        )
        for row, taken in seconds.items()
    )
    around = Surroundings(
        load=0.1, busy_cores=0.0, matrix_flops_per_second=1e9, copied_bytes_per_second=1e9
    )
    return msgspec.structs.replace(without_run(trial, "ok", ""), costs=rows, surroundings=around)


def pair(results: list[Result], slow: str, fast: str) -> CostPair:
    (finding,) = find(results).costs
    (found,) = [p for p in finding.pairs if (p.slow, p.fast) == (slow, fast)]
    return found


@pytest.mark.parametrize(
    ("replicates", "said"),
    [(1, "2 (once)"), (3, "2 [2 to 2 over 3 replicates]"), (8, "2 [2 to 2]")],
)
def test_a_range_of_few_replicates_is_called_one(replicates: int, said: str) -> None:
    """It is no interval, and one replicate has not even that."""
    (finding,) = find([times({"gru": 1.0, "lstm": 2.0}, r) for r in range(replicates)]).costs
    assert " A training step takes 1" in finding.answer
    assert f"{said} (lstm)" in finding.answer


def test_any_two_rows_are_held_against_each_other() -> None:
    """Of one cell on one kernel the ratio is stable; a version on another kernel is another kind.
    What runs on one kernel is told."""
    results = [times({"gru": 1.0, "lstm": 2.0, "lstm B": 3.0, "lstm C": 4.0}, r) for r in range(8)]
    (finding,) = find(results).costs
    found = {
        (p.slow, p.fast): (round(p.ratio.centre, 6), p.same_kind, p.kernel) for p in finding.pairs
    }
    assert found == {
        ("lstm", "gru"): (2.0, False, "k"),
        ("lstm B", "gru"): (3.0, False, "k"),
        ("lstm C", "gru"): (4.0, False, ""),
        ("lstm B", "lstm"): (1.5, True, "k"),
        ("lstm C", "lstm"): (2.0, False, ""),
        ("lstm C", "lstm B"): (round(4 / 3, 6), False, ""),
    }


def test_a_pair_is_compared_in_the_replicates_that_it_shares() -> None:
    """Noise that both have in common, replicate by replicate, is none of their ratio."""
    host = np.exp(np.random.default_rng(0).normal(0, 0.5, 8))
    results = [times({"lstm": s, "lstm B": 1.1 * s}, r) for r, s in enumerate(host)]
    results.append(times({"lstm": 100.0}, 9))
    slow, fast = sorted(("lstm B", "lstm"), key=lambda row: row == "lstm")
    found = pair(results, slow, fast).ratio
    assert (found.n, found.kind) == (8, "95 % interval")
    assert found.low == pytest.approx(1.1) == found.high


def replace_session(result: Result, day: str) -> Result:
    return msgspec.structs.replace(result, trial=msgspec.structs.replace(result.trial, session=day))


def test_a_day_that_was_cut_short_is_no_session() -> None:
    """Its replicates enter no ratio and no exponent beside a day that is whole, and the report says
    so; alone, they are what there is."""
    whole = [times({"gru": 1.0, "lstm": 2.0 + r / 1e3}, r, session="2026-01-01") for r in range(8)]
    short = [times({"gru": 1.0, "lstm": 9.0}, r, session="2026-01-02") for r in range(7)]
    found = pair(whole + short, "lstm", "gru")
    assert (found.ratio.n, found.ratio.kind, found.sessions) == (8, "95 % interval", {})
    assert found.ratio.high < 3
    assert any(
        "7 replicates are of sessions that were cut short" in caveat
        for caveat in find(whole + short).caveats
    )
    assert not any("cut short" in caveat for caveat in find(whole).caveats + find(short).caveats)
    assert pair(short, "lstm", "gru").ratio.n == 7
    results = [
        at_length(steps, {"gru": float(steps)}, r, session="2026-01-01")
        for steps, r in product((64, 128, 256), range(8))
    ]
    results += [
        at_length(steps, {"gru": float(steps**3)}, r, session="2026-01-02")
        for steps, r in product((64, 128, 256), range(7))
    ]
    (curve,) = find(results).scalings[0].curves
    assert curve.exponent is not None
    assert (round(curve.exponent.high, 6), curve.exponent.n) == (1.0, 8)


def test_who_is_missing_is_told_with_the_reason() -> None:
    """In how many of the replicates; the others' figures are what they are without."""
    results = [times({"gru": 1.0, "lstm": 2.0}, r) for r in range(8)]
    uses = (*results[0].trial.cells, CellUse(name="rnn"))  # type: ignore[union-attr]
    beside = [
        msgspec.structs.replace(
            result,
            trial=msgspec.structs.replace(result.trial, cells=uses),
            absent={"rnn": "ValueError: no."} if r < 3 else {},
        )
        for r, result in enumerate(results)
    ]
    said = "rnn has no figure of train-step-time in 3 of 8 replicates: ValueError: no."
    (finding,) = find(beside).costs
    assert finding.absent == (said,)
    assert f"{finding.title}: {said}" in find(beside).caveats
    assert finding.pairs == find(results).costs[0].pairs
    assert [row.row for row in finding.rows] == ["gru", "lstm"]


def test_what_moves_from_day_to_day_is_in_the_printed_range() -> None:
    """Each day's interval is narrow, and the days differ: the range covers them all, and a caveat
    tells."""
    rng = np.random.default_rng(0)
    days = {"2026-01-01": 1.8, "2026-01-02": 2.4, "2026-01-03": 2.0}
    results = [
        times({"gru": 1.0, "lstm": ratio * math.exp(rng.normal(0, 0.005))}, r, session=day)
        for (day, ratio), r in product(days.items(), range(8))
    ]
    found = pair(results, "lstm", "gru")
    assert found.ratio.kind == "over sessions"
    assert found.ratio.low < min(r.low for r in found.sessions.values()) < 1.81
    assert found.ratio.high > max(r.high for r in found.sessions.values()) > 2.39
    assert found.ratio.n == 3
    assert {day: round(r.centre, 1) for day, r in found.sessions.items()} == days
    assert any(
        re.search(r"ratio of lstm to gru \(train\) ranged from 1\.8 to 2\.39? over 3 sessions", d)
        for d in find(results).caveats
    )
    more = [
        replace_session(result, day)
        for day, result in product(("2026-01-04", "2026-01-05"), results[:8])
    ]
    assert not any("moves by 5 to 15 %" in caveat for caveat in find([*results, *more]).caveats)
    assert any("moves by 5 to 15 %" in caveat for caveat in find(results).caveats)
    (finding,) = find(results).costs
    assert "moves by 5 to 15 %" in finding.answer


def test_one_session_is_as_it_was_and_more_never_narrow_the_range() -> None:
    """However many days agree, the range is that of the widest of them at least. Where days differ
    more than replicates do, what is printed of four holds the mean over all days 95 times of
    100."""
    logs = [0.0, 0.01, -0.01, 0.02, -0.02, 0.01, 0.0, -0.01]
    one = over_sessions({"": logs})
    many = over_sessions({str(day): logs for day in range(20)})
    assert (many.low, many.high) == (one.low, one.high)
    assert one.kind == "95 % interval"
    rng = np.random.default_rng(0)
    truth = 0.0
    covered = 0
    for _ in range(300):
        days = truth + rng.normal(0, 0.1, 4)
        found = over_sessions(
            {str(i): (day + rng.normal(0, 0.01, 8)).tolist() for i, day in enumerate(days)}
        )
        covered += math.log(found.low) < truth < math.log(found.high)
    assert covered >= 0.93 * 300


def test_a_wide_interval_and_a_busy_machine_are_doubts() -> None:
    """Wider than two percent; others at work before the start."""
    rng = np.random.default_rng(0)
    noisy = [times({"gru": math.exp(rng.normal(0, 0.2))}, r) for r in range(8)]
    assert any(
        "1 of 1 ratio to the reference cell is wider than ±2%" in caveat
        for caveat in find(noisy).caveats
    )
    steady = [times({"gru": 1.0}, r) for r in range(8)]
    assert not any("wider than" in caveat for caveat in find(steady).caveats)
    around = Surroundings(load=3.0, busy_cores=1.4, busiest="miner (99% of a core)")
    busy = [msgspec.structs.replace(steady[0], surroundings=around), *steady[1:]]
    assert (
        "The machine was busy with other work before 1 of 8 cost trials: up to 1.4 cores' worth,"
        " such as miner (99% of a core)." in find(busy).caveats
    )


def at_length(steps: int, seconds: dict[str, float], replicate: int, **changes: object) -> Result:
    return times(seconds, replicate, shape=Shape(steps=steps), **changes)


def test_the_exponent_is_that_of_the_power_law() -> None:
    """Time a T^1.3 in each replicate, whatever the replicate's own speed."""
    results = [
        at_length(steps, {"gru": (1 + r) * steps**1.3, "lstm": steps}, r)
        for steps, r in product((64, 128, 256), range(8))
    ]
    (scaling,) = find(results).scalings
    exponents = {curve.row: curve.exponent for curve in scaling.curves}
    assert exponents["gru"] is not None
    assert exponents["gru"].centre == pytest.approx(1.3)
    assert exponents["gru"].low == pytest.approx(1.3) == exponents["gru"].high
    assert exponents["gru"].kind == "95 % interval"
    assert exponents["lstm"] is not None
    assert exponents["lstm"].centre == pytest.approx(1.0)


def test_an_exponent_of_several_days_holds_what_each_of_them_says() -> None:
    """Days differ by more than replicates do: each has its own narrow interval, and what is printed
    reaches over all, where one sample of all replicates would lie between the days."""
    days = {"2026-01-01": 1.1, "2026-01-02": 1.5}
    rng = np.random.default_rng(0)
    results = [
        at_length(steps, {"gru": steps**power * math.exp(rng.normal(0, 0.01))}, r, session=day)
        for (day, power), steps, r in product(days.items(), (64, 128, 256), range(8))
    ]
    (scaling,) = find(results).scalings
    (exponent,) = [curve.exponent for curve in scaling.curves]
    assert exponent is not None
    assert (exponent.kind, exponent.n) == ("over sessions", 2)
    assert exponent.low < 1.1
    assert exponent.high > 1.5
    (alone,) = [curve.exponent for curve in find(results[:24]).scalings[0].curves]
    assert alone is not None
    assert (alone.kind, alone.n) == ("95 % interval", 8)
    assert exponent.low == alone.low


def test_days_that_disagree_make_no_break_even() -> None:
    """At the longer length each cell was in front on one of two days: nobody knows whether they
    cross, though all replicates taken for one sample would tell."""

    def on_day(day: str, shift: float) -> list[Result]:
        made = []
        for (steps, ratio), r in product(((64, 1.1), (256, 0.9)), range(8)):
            seconds = {"gru": 1.0, "lstm": ratio * shift * (1 + r / 1e4)}
            made.append(at_length(steps, seconds, r, session=day))
        return made

    first = on_day("2026-01-01", 1.0)
    (agree,) = find([*first, *on_day("2026-01-02", 1.001)]).scalings
    assert [point.below for point in agree.break_evens] == ["gru"]
    (disagree,) = find([*first, *on_day("2026-01-02", 1.13)]).scalings
    assert disagree.break_evens == ()


def test_the_break_even_is_where_the_lines_cross() -> None:
    """0.01 T + 1 against 0.02 T: equal at T = 100; between lengths, on straight lines through
    logarithms."""
    results = [
        at_length(steps, {"gru": 0.02 * steps, "lstm": 0.01 * steps + 1}, r)
        for steps, r in product((50, 90, 110, 200), range(8))
    ]
    (scaling,) = find(results).scalings
    (point,) = scaling.break_evens
    assert (point.below, point.above) == ("gru", "lstm")
    assert point.steps.centre == pytest.approx(100, rel=0.005)
    assert (point.steps.low, point.steps.high) == (90, 110)
    assert "gru trains faster than lstm below T = 100, and more slowly above." in scaling.answer


def test_noise_makes_no_break_even() -> None:
    """Two cells that cost the same cross at every length by chance; none of it is told."""
    rng = np.random.default_rng(1)
    results = [
        at_length(steps, {row: steps * math.exp(rng.normal(0, 0.05)) for row in ("gru", "lstm")}, r)
        for steps, r in product((64, 128, 256, 512), range(8))
    ]
    (scaling,) = find(results).scalings
    assert scaling.break_evens == ()


def test_the_longest_that_fits_stands_with_the_first_that_does_not() -> None:
    """Out of memory is a data point."""
    results = []
    for steps in (64, 128, 256, 512):
        trial = msgspec.structs.replace(
            COST, measurement="peak-memory", cells=(CellUse(name="gru"),), shape=Shape(steps=steps)
        )
        if steps > 128:
            results.append(without_run(trial, "out-of-memory", "wanted more"))
            continue
        row = MemoryRow(
            row="gru",
            kernel="k",
            parameters=9,
            parameter_bytes=36,
            peak_bytes=steps << 20,
            meter="m",
        )
        results.append(msgspec.structs.replace(without_run(trial, "ok", ""), costs=(row,)))
    (scaling,) = find(results).scalings
    (longest,) = scaling.longest
    assert (longest.row, longest.limit_mib, longest.fits, longest.fails) == ("gru", 4096, 128, 256)
    assert "gru fits into 4096 MiB at T = 128, but not at 256." in scaling.answer


def test_wall_time_is_what_counts_on_several_threads() -> None:
    """Thread CPU time sees one of them alone."""
    results = [times({"gru": 1.0}, r, threads=2) for r in range(8)]
    odd = [
        msgspec.structs.replace(
            result,
            costs=(msgspec.structs.replace(result.costs[0], wall_seconds=(5.0, 5.0, 5.0)),),
        )
        for result in results
    ]
    (finding,) = find(odd).costs
    assert finding.title.endswith("2 threads")
    assert finding.rows[0].train is not None
    assert finding.rows[0].train.seconds.centre == 5.0


def test_pytest_benchmark_compares_what_is_exported(tmp_path: Path) -> None:
    """Every field of its format is there, and its own command reads it. Rounds are replicates, and
    their values ratios, which equal the seconds here."""
    store = Store(tmp_path / "run")
    store.prepare()
    for replicate in range(3):
        store.write(times({"gru": 0.001 * (replicate + 1), "lstm": 0.004}, replicate))
    done = rnnbench("export", str(store.folder), "--format", "pytest-benchmark", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    written = json.loads(path.read_text())
    gru = next(
        benchmark for benchmark in written["benchmarks"] if benchmark["params"]["cell"] == "gru"
    )
    assert (gru["stats"]["median"], gru["stats"]["rounds"]) == (pytest.approx(0.002), 3)
    assert gru["stats"]["data"] == pytest.approx([0.001, 0.002, 0.003])
    assert gru["extra_info"]["seconds_of_replicates"] == [0.001, 0.002, 0.003]
    compared = subprocess.run(
        ["pytest-benchmark", "compare", str(path), "--columns=median,rounds,ops"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}", "NO_COLOR": "1"},
    )
    assert compared.returncode == 0, compared.stderr
    assert "train over torch's LSTM[gru, T=100 B=32 H=64 I=64]" in compared.stdout
    assert "2.0000" in compared.stdout
    assert "4.0000" in compared.stdout


SETTINGS: list[dict[str, object]] = [
    {},
    {"threads": 2},
    {"device": "cuda"},
    {"threads": 2, "device": "cuda"},
    {"label": "A"},
    {"label": "B"},
    {"repeats": 9},
    {"repeats": 9, "threads": 2},
]


def test_names_stay_apart_whatever_differs(tmp_path: Path) -> None:
    """Threads, devices, labels, steps a replicate: a title each, of findings and of scalings, and
    every benchmark that is exported has a name and a group of its own setting, which its parameters
    tell too."""
    results = [
        times({"gru": 1.0, "lstm": 2.0}, r, shape=Shape(steps=steps), **setting)
        for setting, steps, r in product(SETTINGS, (10, 20), range(2))
    ]
    findings = find(results)
    assert len(findings.costs) == len({cost.title for cost in findings.costs}) == 2 * len(SETTINGS)
    assert (
        len(findings.scalings)
        == len({scaling.title for scaling in findings.scalings})
        == len(SETTINGS) - 2
    )
    (path,) = render(findings, tmp_path)
    benchmarks = json.loads(path.read_text())["benchmarks"]
    assert len(benchmarks) == len({one["fullname"] for one in benchmarks}) == 2 * 2 * len(SETTINGS)
    groups = [one["group"] for one in benchmarks]
    assert {groups.count(group) for group in groups} == {2}
    assert all(one["stats"]["rounds"] == 2 for one in benchmarks)
    told = {(one["params"]["threads"], one["params"]["device"]) for one in benchmarks}
    assert told == {(1, "cpu"), (2, "cpu"), (1, "cuda"), (2, "cuda")}


def test_trials_of_other_cells_are_no_partners() -> None:
    """A run with fewer cells leaves replicates of the same number in the folder: nobody is held
    against a step of another process, and each process counts once."""
    both = [times({"lstm": 1.0, "lstm B": 1.1}, r) for r in range(8)]
    alone = [times({"lstm": 50.0}, r) for r in range(8)]
    found = pair([*alone, *both], "lstm", "lstm B")
    assert found.ratio.n == 8
    assert found.ratio.centre == pytest.approx(1 / 1.1)


def test_the_report_says_whether_it_was_precise_enough_or_out_of_time() -> None:
    """By what the suite asked for when it ran."""
    rng = np.random.default_rng(0)

    def said(spread: float, target: PrecisionTarget, seconds: float = 10.0) -> str:
        results = [
            msgspec.structs.replace(
                times({"gru": math.exp(rng.normal(0, spread))}, r),
                precision_target=target,
                seconds=Seconds(process=seconds),
            )
            for r in range(8)
        ]
        (finding,) = find(results).costs
        return finding.stopping_reasons["train"]

    target = PrecisionTarget(precision=0.02, seconds=600.0, replicates=24)
    assert said(0.001, target).endswith(", where ±2.0% was asked for.")
    assert said(0.1, target, seconds=100.0).endswith("but time was up.")
    assert said(0.1, msgspec.structs.replace(target, replicates=8)).endswith(
        "but no more replicates were allowed."
    )
    assert said(0.1, target).endswith("but the run has not ended.")


def test_how_it_ended_is_said_of_the_last_day_by_its_own_intervals() -> None:
    """Neither by a wider day before it, nor by the few replicates of a day that was cut short after
    it."""
    rng = np.random.default_rng(0)
    target = PrecisionTarget(precision=0.02, seconds=600.0, replicates=24)

    def on_day(day: str, spread: float, number: int) -> list[Result]:
        return [
            msgspec.structs.replace(
                times({"gru": math.exp(rng.normal(0, spread))}, r, session=day),
                precision_target=target,
                seconds=Seconds(process=30.0),
            )
            for r in range(number)
        ]

    results = [
        *on_day("2026-01-01", 0.1, 8),
        *on_day("2026-01-02", 0.001, 8),
        *on_day("2026-01-03", 0.1, 3),
    ]
    (finding,) = find(results).costs
    said = finding.stopping_reasons["train"]
    assert re.fullmatch(
        r"2026-01-02: 8 replicates have every ratio to the reference cell within ±0\.\d%, where"
        r" ±2\.0% was asked for\.",
        said,
    ), said


def test_what_has_nothing_to_learn_is_nobodys_measure() -> None:
    """Its forward pass is no training step: it leads no answer, and no cell is held against it."""
    results = []
    for r in range(8):
        result = times({"gru": 0.001, "lstm": 1.0, "lstm B": 2.0}, r)
        rows = tuple(
            msgspec.structs.replace(row, parameters=0 if row.row == "gru" else 9)
            for row in result.costs
        )
        results.append(msgspec.structs.replace(result, costs=rows))
    (finding,) = find(results).costs
    assert {(p.slow, p.fast) for p in finding.pairs} == {("lstm B", "lstm")}
    assert finding.answer.startswith("A training step takes 1,000 ms (lstm)")


def test_memory_that_runs_out_is_a_result_and_not_a_failure() -> None:
    """Where memory is what is measured; anywhere else it is one."""
    memory = msgspec.structs.replace(COST, measurement="peak-memory", cells=(CellUse(name="gru"),))
    assert outcome(memory, "out-of-memory") not in FAILURES
    assert outcome(COST, "out-of-memory") in FAILURES
    assert outcome(memory, "killed") in FAILURES


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    """With those that there are."""
    done = rnnbench("export", str(tmp_path), "--format", "pytest-benchmrk", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'pytest-benchmark'?" in done.stderr
