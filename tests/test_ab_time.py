"""How long a paired measurement goes on: until its cells are decided, or their time is up."""

import sys
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.ab import FIRST_BATCHES_SHARE, Environment, PairedFolder, PairedRun
from rnnbench.ab.sides import Sides
from rnnbench.compare.paired_judging import CONFIRMING_REPLICATES, MOST_REPLICATES
from rnnbench.findings import INTERVAL_REPLICATES
from rnnbench.records import CellUse, CostTrial, GatePolicy, PairedReplicate, PairedTimes
from tests.builders.paired import TRIAL, part, ratios

SECONDS = 16.0
"""Of a replicate."""
SLOWER = ratios(1.1, INTERVAL_REPLICATES) + ratios(1.1, MOST_REPLICATES)
LogRatios = Mapping[str, Sequence[float]]


def measured(
    monkeypatch: pytest.MonkeyPatch, folder: Path, log_ratios: LogRatios, minutes: float
) -> PairedRun:
    """A run whose first batches have so many minutes, of replicates that were made by hand.

    log_ratios: by cell, as many as may be asked for. Each replicate takes `SECONDS`.
    """

    def take(trial: CostTrial, _sides: Sides) -> PairedReplicate:
        times = {}
        for cell in trial.cells:
            value = log_ratios[cell.name][trial.round]
            times[cell.row] = PairedTimes(base=(1.0,), head=(exp(value),))
        return PairedReplicate(trial=trial, started="", seconds=SECONDS, times=times)

    monkeypatch.setattr("rnnbench.ab.measuring.measure", take)
    trial = replace(TRIAL, cells=tuple(CellUse(name=name) for name in log_ratios))
    base = Environment("BASE", Path(sys.executable))
    head = Environment("HEAD", Path(sys.executable))
    run = PairedRun((trial,), base, head, PairedFolder(folder), GatePolicy())
    run.parts = ((part(trial),), (part(trial),))
    with run.folder.locked():
        run.measure(minutes / FIRST_BATCHES_SHARE, lambda _: None)
    return run


def verdicts(run: PairedRun) -> dict[str, str]:
    return {change.row: change.verdict for change in run.measurements[0].changes()}


def replicates_of(run: PairedRun, row: str) -> int:
    return sum(row in replicate.times for replicate in run.replicates)


@pytest.mark.parametrize("number", range(INTERVAL_REPLICATES, INTERVAL_REPLICATES + 4))
def test_a_second_batch_is_not_cut_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    """A cell that is slower by a tenth is red, wherever in its second batch the minutes end."""
    run = measured(monkeypatch, tmp_path, {"gru": SLOWER}, SECONDS * number / 60)
    assert verdicts(run) == {"gru": "worse"}
    assert len(run.replicates) == INTERVAL_REPLICATES + CONFIRMING_REPLICATES


def test_a_second_batch_ends_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that never decides is given up when all minutes are used, and the cell is undecided."""
    unclear = ratios(1.1, INTERVAL_REPLICATES) + ratios(1.03, MOST_REPLICATES, 0.1)
    minutes = SECONDS * INTERVAL_REPLICATES / 60
    run = measured(monkeypatch, tmp_path, {"gru": unclear}, minutes)
    assert verdicts(run) == {"gru": "undecided"}
    assert run.open_cells() == ["gru"]
    longest = 60 * minutes / FIRST_BATCHES_SHARE
    assert longest - SECONDS < run.seconds <= longest


@pytest.mark.parametrize("left_over", [1.0, SECONDS / 2, SECONDS - 1])
def test_no_replicate_begins_that_would_end_after_the_minutes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, left_over: float
) -> None:
    """However much of a replicate's time is left over, nothing is measured beyond the minutes."""
    unclear = ratios(1.1, INTERVAL_REPLICATES) + ratios(1.03, MOST_REPLICATES, 0.1)
    seconds = SECONDS * 2 * INTERVAL_REPLICATES + left_over
    minutes = seconds / 60
    run = measured(monkeypatch, tmp_path, {"gru": unclear}, minutes * FIRST_BATCHES_SHARE)
    assert run.open_cells() == ["gru"]
    assert run.seconds == seconds - left_over


def test_first_batches_end_with_their_share_of_the_minutes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A cell that nobody suspects gets no more time while another one is confirmed."""
    wide = ratios(1.0, MOST_REPLICATES, 0.1)
    minutes = SECONDS * INTERVAL_REPLICATES / 60
    run = measured(monkeypatch, tmp_path, {"gru": SLOWER, "rnn": wide}, minutes)
    assert verdicts(run) == {"gru": "worse", "rnn": "undecided"}
    assert replicates_of(run, "rnn") == INTERVAL_REPLICATES
    assert replicates_of(run, "gru") == INTERVAL_REPLICATES + CONFIRMING_REPLICATES


def test_the_time_of_earlier_calls_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A second call with the same minutes measures nothing; one with more goes on."""
    early = measured(monkeypatch, tmp_path, {"gru": SLOWER}, SECONDS * 3 / 60)
    assert len(early.replicates) == 3
    minutes = SECONDS * 3 / 60 / FIRST_BATCHES_SHARE
    early.measure(minutes, lambda _: pytest.fail("these minutes were used up before"))
    early.measure(minutes * INTERVAL_REPLICATES / 3, lambda _: None)
    assert verdicts(early) == {"gru": "worse"}
