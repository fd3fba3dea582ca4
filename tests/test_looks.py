"""Looks at a suite's comparisons: kept with the results, and allowed for by the next one."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.cli.main import main
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Comparison, Condition, find
from rnnbench.findings.learning.look_summary import with_look
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.learning.multiplicity import adjusted
from rnnbench.findings.stats.error_spending import smallest_p
from rnnbench.findings.stats.power import more_seeds
from rnnbench.records import Look, Looked, Result
from rnnbench.store import Store, keep_look, keep_planned, kept_looks
from tests.builders.findings import noisy


def only(results: Sequence[Result], looked: Looked) -> Condition:
    (condition,) = find(results, looked=looked).conditions
    return condition


def after(*seeds: int, planned: int = 10, **trial: object) -> Looked:
    """What is kept of looks at so many seeds."""
    looks = [only(noisy(number, **trial), Looked(planned=planned)).look for number in seeds]
    return Looked(planned=planned, looks=tuple(look for look in looks if look))


def test_a_second_look_decides_at_a_smaller_level_and_says_so() -> None:
    """The first planned one has nothing to say."""
    first = only(noisy(10), Looked(planned=10))
    assert first.comparisons[0].level == pytest.approx(0.04)
    assert "This look" not in first.sure
    second = only(noisy(20), after(10))
    assert second.comparisons[0].looked == (10,)
    assert second.comparisons[0].level == pytest.approx(0.0137, abs=1e-4)
    assert second.sure.endswith(
        " This look decides at 0.014, as the results were looked at with 10 seeds before."
    )
    assert only(noisy(30), after(10, 15, 20)).sure.endswith(
        " This look decides at 0.0036, as the results were looked at with 10, 15 and 20 seeds"
        " before."
    )


def test_a_verdict_needs_the_level_of_its_look() -> None:
    """The same results: better by themselves, and open where they were looked at as seeds were
    added."""
    alone = only(noisy(20, 1.15), Looked(planned=20)).comparisons[0]
    assert alone.p_value is not None
    assert 0.0137 < alone.p_value <= 0.04
    assert alone.answer == "better"
    again = only(noisy(20, 1.15), after(10))
    assert again.comparisons[0].p_value == alone.p_value
    assert again.comparisons[0].answer == "undecided"


def test_the_same_seeds_are_the_same_look() -> None:
    """A report that is made again says what it said."""
    assert only(noisy(10), after(10, 10)) == only(noisy(10), Looked(planned=10))


def test_other_conditions_and_other_cells_have_looks_of_their_own() -> None:
    """Looks at another setting of the task, or at two cells of three, cost this one nothing."""
    elsewhere = after(10, dials={"horizon": 77})
    assert only(noisy(20), elsewhere).comparisons[0].looked == ()
    three = {
        one.other: one for one in only(noisy(20, cells="abc"), after(10, cells="ab")).comparisons
    }
    assert {other: one.looked for other, one in three.items()} == {"b": (10,), "c": ()}
    assert three["b"].level < three["c"].level


def test_a_look_before_the_plan_says_how_many_seeds_were_planned() -> None:
    """It has a part of the error that grows with the seeds."""
    early = only(noisy(9, ratio=3), Looked(planned=12))
    assert early.comparisons[0].answer == "better"
    assert early.sure.endswith(
        " This look decides at 0.014, as 9 of 12 planned seeds have results."
    )
    none = only(noisy(7, ratio=3), Looked(planned=12))
    assert none.comparisons[0].answer == "too few seeds"
    assert none.look is None
    assert "No verdict: it takes at least 8 seeds, and there are 7." in none.sure


def test_a_p_value_below_five_in_a_hundred_that_decides_nothing_is_explained() -> None:
    """At the planned look, of which a part is left for others."""
    open_ = Comparison("b", 8, 10, 1.0, 0.045, answer="undecided", level=0.04, planned=10)
    assert (
        with_look("A.", [open_])
        == "A. This look decides at 0.04, not at 0.05, so that seeds may be added."
    )
    assert with_look("A.", [replace(open_, p_value=0.06)]) == "A."
    assert with_look("A.", [replace(open_, p_value=0.03, answer="better")]) == "A."
    assert with_look("A.", [replace(open_, p_value=None)]) == "A."


@pytest.mark.parametrize("pairs", [1, 3, 6, 276])
def test_advice_honours_the_level_of_the_next_look_and_what_a_p_value_can_reach(pairs: int) -> None:
    """However clear the values are, it is for seeds at which the smallest p-value, over all pairs,
    decides."""
    values = np.random.default_rng(0).normal(1.0, 0.4, 10).tolist()
    look = Schedule(10, (), 10, pairs)
    more = look.more_seeds(lambda level: more_seeds(values, [1.0], level))
    assert more is not None
    assert 0 < pairs * smallest_p(10 + more) <= look.next_level(10 + more)
    weaker = np.random.default_rng(0).normal(0.4, 0.4, 10).tolist()
    later = Schedule(10, (8, 9), 10, pairs).more_seeds(
        lambda level: more_seeds(weaker, [0.3], level)
    )
    first = look.more_seeds(lambda level: more_seeds(weaker, [0.3], level))
    assert first is not None
    assert later is not None
    assert first >= more
    assert later >= first
    assert look.more_seeds(lambda level: more_seeds([1.0] * 10, [1.0], level)) is None
    assert look.more_seeds(lambda level: more_seeds(weaker, [1e-4], level)) is None


def test_a_run_of_an_older_version_plans_what_it_was_seen_with_first() -> None:
    """Nothing is known of its looks: the first that is kept is the planned one."""
    assert only(noisy(20), Looked()).comparisons[0].level == pytest.approx(0.04)
    with_plan = only(noisy(20), after(10))
    without = only(noisy(20), after(10, planned=0))
    assert with_plan.comparisons[0].level == without.comparisons[0].level


def seen(seeds: int) -> Look:
    return Look(condition="adding.0", seeds={"gru: gru": seeds, "lstm: lstm": seeds})


def test_looks_are_kept_each_in_a_file_and_once(tmp_path: Path) -> None:
    """Nobody changes what another one wrote; folders that are copied together have the looks of
    both."""
    assert kept_looks(tmp_path) == Looked()
    for seeds in (10, 20, 10):
        keep_look(tmp_path, [seen(seeds)])
    keep_look(tmp_path, [])
    files = sorted((tmp_path / "looks").iterdir())
    assert len(files) == 2
    assert set(json.loads(files[0].read_text())[0]) == {"condition", "seeds"}
    assert sorted(look.seeds["gru: gru"] for look in kept_looks(tmp_path).looks) == [10, 20]
    other = tmp_path / "other"
    other.mkdir()
    keep_look(other, [seen(30)])
    (copied,) = (other / "looks").iterdir()
    copied.rename(tmp_path / "looks" / copied.name)
    assert sorted(look.seeds["gru: gru"] for look in kept_looks(tmp_path).looks) == [10, 20, 30]


def test_a_look_that_was_cut_off_while_it_was_written_is_no_look(tmp_path: Path) -> None:
    """It has another name until it is whole; the next run removes it."""
    keep_look(tmp_path, [seen(10)])
    part = tmp_path / "looks" / ".aaaa.json.7.part"
    part.write_text("[{")
    assert len(kept_looks(tmp_path).looks) == 1
    assert Store(tmp_path).repair() == ["removed 1 half-written files of a run that was cut off"]
    assert not part.exists()


@pytest.mark.parametrize("damage", ["", "[{", '[{"seeds": 3}]', "[" * 100_000])
def test_a_damaged_look_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    """One that was not counted would let too much pass."""
    keep_look(tmp_path, [seen(10)])
    (file,) = (tmp_path / "looks").iterdir()
    file.write_text(damage)
    with pytest.raises(RnnbenchError, match=f"{file.name}: cannot be read"):
        kept_looks(tmp_path)


def test_the_first_plan_stays(tmp_path: Path) -> None:
    """More seeds that are asked for later were not planned."""
    keep_planned(tmp_path, 10)
    keep_planned(tmp_path, 30)
    assert kept_looks(tmp_path).planned == 10


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr(sys, "argv", ["rnnbench", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_a_report_keeps_its_look_and_the_next_one_allows_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the terminal, and in what reports are made from; at the same seeds it is no other look."""
    monkeypatch.setattr("rnnbench.driver.reporting.render", lambda *_: [])
    store = Store(tmp_path / "run")
    store.prepare()
    keep_planned(store.folder, 10)
    results = noisy(10)
    monkeypatch.setattr(Store, "read", lambda _: iter(results))
    for _ in range(2):
        assert call(monkeypatch, "report", str(store.folder), "-v") == 0
    assert "before" not in capsys.readouterr().out
    assert [set(look.seeds.values()) for look in kept_looks(store.folder).looks] == [{10}]
    results = noisy(20)
    assert call(monkeypatch, "report", str(store.folder), "-v") == 0
    said = " ".join(capsys.readouterr().out.split())
    told = "This look decides at 0.014, as the results were looked at with 10 seeds before."
    assert told in said
    kept = json.loads((store.folder / "report" / "findings.json").read_text())
    assert told in kept["conditions"][0]["sure"]
    assert len(kept_looks(store.folder).looks) == 2


def test_a_look_that_cannot_be_kept_is_told_and_the_answers_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in place of the folder, as a disk that cannot be written."""
    monkeypatch.setattr("rnnbench.driver.reporting.render", lambda *_: [])
    store = Store(tmp_path / "run")
    store.prepare()
    monkeypatch.setattr(Store, "read", lambda _: iter(noisy(10)))
    (store.folder / "looks").write_text("in the way")
    call(monkeypatch, "report", str(store.folder), "-v")
    out, err = capsys.readouterr()
    assert "cannot be written: File exists; this look at the verdicts is not recorded" in err
    assert "p = " in out


def test_a_pair_without_a_p_value_keeps_its_share() -> None:
    """Of three pairs one can be tested so far: it has a third of the error, and not all of it."""
    looks = {pair: Schedule(10, (), 10, 3) for pair in (("a", "b"), ("a", "c"), ("b", "c"))}
    assert adjusted({("a", "b"): 0.01}, looks) == {("a", "b"): pytest.approx(0.03)}
    assert adjusted({("a", "b"): 0.01}, {("a", "b"): looks["a", "b"]}) == {
        ("a", "b"): pytest.approx(0.01)
    }
