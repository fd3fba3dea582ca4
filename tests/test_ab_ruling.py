"""What paired replicates say of a cell, and what a folder keeps of them."""

from collections.abc import Sequence
from math import log
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.ab import PairedFolder
from rnnbench.compare import PairedMeasurement, paired_comparison, rule
from rnnbench.compare.paired_judging import MOST_REPLICATES, judge_paired
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    GatePolicy,
    GateRule,
    PairedReplicate,
    PartOfTrial,
)
from tests.builders.compare import HERE
from tests.builders.paired import TRIAL, part, ratios, replicates

TOLERANCE = 0.02
PRECISION = 0.015


# The ruling on a cell


@pytest.mark.parametrize(
    ("values", "verdict", "is_open"),
    [
        (ratios(1.0, 7), "undecided", True),  # too few for an interval
        (ratios(1.0, 8), "same", False),
        (ratios(1.1, 8), "undecided", True),  # nothing has confirmed it yet
        (ratios(1.1, 11), "undecided", True),  # a second batch takes four
        (ratios(1.1, 12), "worse", False),
        (ratios(0.9, 16), "better", False),
        (ratios(1.1, 8) + ratios(1.0, 8), "same", False),  # the second batch says otherwise
        (ratios(1.1, 8) + ratios(0.9, 8), "undecided", False),
        (ratios(1.03, 8, 0.02), "undecided", True),  # the interval lies across the tolerance
        (ratios(1.0, MOST_REPLICATES, 0.5), "undecided", False),  # it will not get narrow enough
    ],
)
def test_a_cell_is_slower_only_where_a_second_batch_confirms_it(
    values: Sequence[float], verdict: str, is_open: bool
) -> None:
    """Each batch needs its whole interval beyond the tolerance."""
    ruled = judge_paired(values, TOLERANCE, PRECISION)
    assert (ruled.verdict, ruled.is_open) == (verdict, is_open)


def test_replicates_after_the_ruling_change_nothing() -> None:
    """A cell that is decided is decided, whatever is measured after it."""
    decided = judge_paired(ratios(1.0, 8), TOLERANCE, PRECISION)
    assert judge_paired(ratios(1.0, 8) + [log(2.0)] * 20, TOLERANCE, PRECISION) == decided


def test_the_reason_tells_both_batches() -> None:
    """Somebody who doubts a regression sees the interval that confirmed it."""
    ruled = judge_paired(ratios(1.1, 16), TOLERANCE, PRECISION)
    assert ruled.interval
    assert ruled.interval.ratio == pytest.approx(1.1, rel=0.01)
    assert ruled.reason.startswith("8 replicates of turns, and a second batch of 4: +")


# What all replicates say


def measurement(
    found: tuple[PairedReplicate, ...],
    base: PartOfTrial | None = None,
    head: PartOfTrial | None = None,
    policy: GatePolicy = GatePolicy(),  # noqa: B008  frozen
) -> PairedMeasurement:
    return PairedMeasurement(
        trial=TRIAL,
        base=base or part(TRIAL),
        head=head or part(TRIAL),
        replicates=found,
        policy=policy,
    )


@pytest.mark.parametrize(
    ("found", "verdict", "standing"),
    [
        (measurement(replicates(1.1, 16)), "worse", "regression"),
        (measurement(replicates(1.0, 16)), "same", "passed"),
        (measurement(replicates(1.1, 9)), "undecided", "undecided"),
        (measurement((), base=part(TRIAL, gru="no cell")), "new", "nothing to compare"),
        (measurement((), head=part(TRIAL, gru="no cell")), "missing", "undecided"),
        (measurement(replicates(1, 2, {"gru": ("", "boom")})), "worse", "regression"),
        (measurement(replicates(1, 2, {"gru": ("boom", "")})), "undecided", "undecided"),
        (measurement(replicates(1, 2, {"gru": ("boom", "boom")})), "undecided", "undecided"),
        (measurement(replicates(1, 1, {"gru": ("", "boom")})), "undecided", "undecided"),
    ],
)
def test_what_became_of_a_cell_makes_the_ruling(
    found: PairedMeasurement, verdict: str, standing: str
) -> None:
    """A cell that fails in HEAD alone is a regression; one that BASE lacks is new, and one that
    BASE has and cannot run leaves it undecided."""
    (change,) = found.changes()
    assert change.verdict == verdict
    comparison = paired_comparison([found], ("base", "head"), ("", ""))
    assert rule(comparison).verdict == standing


def test_failures_count_wherever_they_come() -> None:
    """Two of twelve replicates, and none of the last: the cell is not the same for that."""
    failed = replicates(1.0, 2, {"gru": ("", "boom")})
    (change,) = measurement((*replicates(1.0, 5), *failed, *replicates(1.0, 5))).changes()
    assert (change.verdict, change.reason) == ("worse", "HEAD: boom")


def test_what_failed_in_either_environment_at_any_time_counts() -> None:
    """A cell that fails in BASE in one replicate, and in HEAD in another, is no regression."""
    failed = (*replicates(1, 1, {"gru": ("bang", "")}), *replicates(1, 1, {"gru": ("", "boom")}))
    (change,) = measurement(failed).changes()
    assert (change.verdict, change.reason) == ("undecided", "BASE: bang; HEAD: boom")


def test_the_same_code_under_other_versions_is_said_to_be_so() -> None:
    """A new torch may be what made the cell slower."""
    newer = replace(part(TRIAL), provenance=replace(HERE, versions={**HERE.versions, "torch": "9"}))
    (change,) = measurement(replicates(1.1, 16), head=newer).changes()
    assert change.reason.endswith("; other versions of torch")
    (change,) = measurement(replicates(1.1, 16)).changes()
    assert change.reason.endswith("; gru is the same code in both")


def test_without_a_tolerance_equal_code_can_still_be_the_same() -> None:
    """Within the precision; a cell that is slower by more is found all the same."""
    assert judge_paired(ratios(1.0, 8), 0.0, PRECISION).verdict == "same"
    assert judge_paired(ratios(1.05, 16), 0.0, PRECISION).verdict == "worse"


def test_a_policy_tolerates_more_of_a_cell() -> None:
    """The rules of a gate hold for times in turns too."""
    lenient = GatePolicy(rules=(GateRule(of="time", cell="gru", tolerance=0.2),))
    assert measurement(replicates(1.1, 16), policy=lenient).changes()[0].verdict == "same"


def test_a_decided_cell_is_measured_no_more() -> None:
    """Nor is one that fails again and again, or that one environment lacks."""
    assert measurement(replicates(1.0, 7)).open_rows() == ("gru",)
    assert measurement(replicates(1.0, 8)).open_rows() == ()
    assert measurement(replicates(1, 2, {"gru": ("", "boom")})).open_rows() == ()
    assert measurement((), head=part(TRIAL, gru="no cell")).open_rows() == ()


# What a folder keeps


def test_replicates_of_other_software_are_not_mixed(tmp_path: Path) -> None:
    """The folder is refused, unless what it holds is discarded."""
    folder = PairedFolder(tmp_path)
    with folder.locked():
        folder.prepare((part(TRIAL),), (part(TRIAL),))
        folder.write(replicates(1.0, 1)[0])
        other = replace(part(TRIAL), provenance=replace(HERE, versions={"torch": "3"}))
        with pytest.raises(
            RnnbenchError, match=r"\(HEAD has another numpy, python, rnnbench and 2 more\)"
        ):
            folder.prepare((part(TRIAL),), (other,))
        folder.prepare((part(TRIAL),), (part(TRIAL),))
        assert len(folder.read()) == 1
        folder.prepare((part(TRIAL),), (other,), fresh=True)
    assert folder.read() == ()


def test_a_damaged_replicate_is_named(tmp_path: Path) -> None:
    """Nothing is decided without it."""
    folder = PairedFolder(tmp_path)
    with folder.locked():
        folder.prepare((part(TRIAL),), (part(TRIAL),))
        folder.write(replicates(1.0, 1)[0])
    (file,) = (tmp_path / "replicates").glob("*.json")
    file.write_text(file.read_text()[:-9])
    with pytest.raises(RnnbenchError, match=r"cannot be read: .* remove it"):
        folder.read()
