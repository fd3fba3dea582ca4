"""The gate: what is worse is red, what is unknown is not green, and what is noise is nobody's
fault."""

import json
import math
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.compare import JUDGED, Kind, Ruling, compare, junit, markdown, read_run, rule
from rnnbench.plan import due_trials
from rnnbench.records import (
    CostTrial,
    Diagnosed,
    Diagnosis,
    Learning,
    LearningTrial,
    OperationsRow,
    Result,
    TimeRow,
    trial_id,
)
from rnnbench.suite import Choices, read_suite
from tests.builders.cli import rnnbench
from tests.builders.compare import elsewhere, of
from tests.builders.gate import BASELINE, KEPT, Edit, again, edited, first, is_learned, written

AGAIN = tuple(again(kept) for kept in KEPT)


def learned(**changes: Any) -> Edit:
    """Other figures of one learning trial."""
    return first(lambda result: replace(result, learning=replace(result.learning, **changes)))


def last_bit(result: Result) -> Result:
    """A training loss that is the next number up."""
    assert result.learning
    *before, last = result.learning.curve
    worse = replace(last, train_loss=math.nextafter(last.train_loss, math.inf))
    return replace(result, learning=replace(result.learning, curve=(*before, worse)))


def one_parameter_more(result: Result) -> Result:
    assert result.learning
    return replace(
        result, learning=replace(result.learning, parameters=result.learning.parameters + 1)
    )


def one_operation_fewer(result: Result) -> Result:
    rows = [
        replace(row, flops=row.flops - 1) if isinstance(row, OperationsRow) else row
        for row in result.costs
    ]
    return replace(result, costs=tuple(rows))


def slower(result: Result) -> Result:
    """All times tenfold."""
    rows = [
        (
            replace(
                row,
                cpu_seconds=tuple(10 * s for s in row.cpu_seconds),
                log_ratio_to_reference_cell=row.log_ratio_to_reference_cell + 2,
            )
            if isinstance(row, TimeRow)
            else row
        )
        for row in result.costs
    ]
    return replace(result, costs=tuple(rows))


def failed(result: Result) -> Result:
    return replace(result, status="error", reason="ValueError: no such luck", learning=None)


def on_another_processor(result: Result) -> Result:
    return elsewhere(result, processor="another one")


def under_another_torch(result: Result) -> Result:
    return elsewhere(result, torch="9")


def as_it_is(result: Result) -> Result:
    return result


def gone(_: Result) -> None:
    return None


def ruled(
    head: Iterable[Result],
    base: Iterable[Result] = KEPT,
    kinds: Sequence[Kind] = (),
    *,
    skip: bool = False,
) -> Ruling:
    return rule(compare(of(base, "BASE"), of(head, "HEAD")), kinds, skip_incomparable=skip)


def test_the_baseline_is_of_the_suite_as_it_is() -> None:
    """Every trial that the suite would run, and no other; all of them went well. Otherwise: make
    baseline."""
    suite = read_suite("smoke", Catalogue.present(), Choices())
    assert sorted(trial_id(result.trial) for result in KEPT) == sorted(
        map(trial_id, due_trials(suite, {}))
    )
    assert {result.status for result in KEPT} == {"ok"}
    assert {result.provenance.commit.partition("+")[2] for result in KEPT} == {""}


@pytest.mark.parametrize(
    ("edit", "standing"),
    [
        (as_it_is, "passed"),
        (slower, "passed"),
        (one_operation_fewer, "passed"),
        (first(one_parameter_more), "regression"),
        (first(last_bit), "undecided"),
        (learned(epochs_to_target=2), "passed"),
        (learned(hidden_size=12), "undecided"),
        (first(failed), "regression"),
        (first(gone), "undecided"),
        (gone, "nothing to compare"),
        (on_another_processor, "undecided"),
        (under_another_torch, "undecided"),
        (
            first(
                lambda result: replace(result, status="skipped", reason="no data", learning=None)
            ),
            "undecided",
        ),
    ],
)
def test_what_passes_and_what_does_not(edit: Edit, standing: str) -> None:
    """By one change of the baseline each."""
    assert ruled(edited(edit)).verdict == standing


def test_noisy_figures_are_never_judged() -> None:
    """Not among what was compared either."""
    ruling = ruled(edited(slower))
    assert ruling.compared == ruled(AGAIN).compared
    assert (ruling.worse, ruling.better, ruling.undecided) == ((), (), ())
    timed = [result for result in KEPT if isinstance(result.trial, CostTrial)]
    assert ruled([again(result) for result in timed], timed, ["memory"]).compared == {
        "memory": 4
    }  # bytes saved for backward, and peaks


@pytest.mark.parametrize(
    ("edit", "left_out_exact"),
    [(on_another_processor, set()), (under_another_torch, {"floating-point operations"})],
)
def test_what_a_machine_cannot_be_held_to_may_be_left_out(
    edit: Edit, left_out_exact: set[str]
) -> None:
    """Counts are compared all the same, and still judged; what was left out is told."""
    there = edited(edit)
    ruling = ruled(there, skip=True)
    assert (ruling.verdict, ruling.compared["deterministic"]) == ("passed", 0)
    assert {change.figure for change in ruling.left_out if change.kind == "exact"} == left_out_exact
    whole = ruled(AGAIN)
    assert ruling.compared["exact"] + len(ruling.left_out) == sum(whole.compared.values())
    assert f"{len(ruling.left_out)} figures left out" in ruling.sentence
    bigger = [one_parameter_more(result) if is_learned(result) else result for result in there]
    assert ruled(bigger, skip=True).verdict == "regression"


def test_leaving_out_leaves_nothing_out_that_is_missing_or_failed() -> None:
    """Whatever the machine."""
    there = edited(on_another_processor)
    assert (
        ruled([result for result in there if not is_learned(result)], skip=True).verdict
        == "undecided"
    )
    assert (
        ruled([failed(r) if is_learned(r) else r for r in there], skip=True).verdict == "regression"
    )


def test_where_nothing_is_compared_nothing_is_green() -> None:
    """No baseline, no results, nothing of the kind, another suite, all left out, all failed in
    both."""
    there = edited(on_another_processor)
    assert ruled(there, kinds=["deterministic"], skip=True).verdict == "nothing to compare"
    assert ruled((), ()).verdict == "undecided"
    assert ruled(KEPT, ()).verdict == "undecided"
    renamed = edited(lambda result: replace(result, trial=replace(result.trial, suite="other")))
    ruling = ruled(renamed, skip=True)
    assert ruling.verdict == "undecided"
    assert "BASE is of smoke 1, HEAD of other 1" in ruling.caveats[0]
    bad = [failed(result) for result in KEPT if isinstance(result.trial, LearningTrial)]
    assert ruled([again(result) for result in bad], bad).verdict == "undecided"
    out_of_memory = [replace(result, status="out-of-memory") for result in bad]
    assert (
        ruled([again(result) for result in out_of_memory], out_of_memory).verdict
        == "nothing to compare"
    )
    diverged = [replace(result, status="diverged") for result in bad]
    assert ruled(KEPT[:4], diverged[:4]).verdict == "nothing to compare"  # better, and that is all


def test_a_regression_counts_before_what_is_undecided_and_that_before_nothing() -> None:
    """The first of them is what the exit code says."""

    def both(result: Result) -> Result | None:
        if is_learned(result, seed=1):
            return None
        return one_parameter_more(result) if is_learned(result) else on_another_processor(result)

    ruling = ruled(edited(both))
    assert ruling.verdict == "regression"
    assert ruling.undecided
    assert ruled((), ()).verdict == "undecided"


def test_a_cell_under_another_name_is_missing_and_new() -> None:
    """Its trials of BASE are missing, so that the gate is undecided, and those of HEAD are listed."""

    def rename(result: Result) -> Result:
        if not is_learned(result):
            return result
        assert isinstance(result.trial, LearningTrial)
        cell = replace(result.trial.cell, name="gru-of-mine")
        return replace(result, trial=replace(result.trial, cell=cell))

    ruling = ruled(edited(rename))
    assert ruling.verdict == "undecided"
    (missing,) = ruling.undecided
    assert (missing.title, missing.reason) == ("adding.h4.gru.s0", "HEAD has no such trial")
    (new,) = ruling.new
    assert new.title == "adding.h4.gru-of-mine.s0"


def test_what_is_new_is_told_and_not_judged() -> None:
    """Even where it failed."""
    base = [result for result in KEPT if not is_learned(result)]
    for new in (as_it_is, failed):
        ruling = ruled(edited(first(new)), base)
        assert ruling.verdict == "passed"
        assert [change.title for change in ruling.new] == ["adding.h4.gru.s0"]


def test_a_kind_that_was_not_asked_for_is_not_judged_and_a_failure_always_is() -> None:
    """Counts alone, or training alone."""
    bigger = edited(first(one_parameter_more))
    other = edited(first(last_bit))
    assert ruled(bigger, kinds=["deterministic"]).verdict == "passed"
    assert ruled(other, kinds=["exact"]).verdict == "passed"
    assert ruled(edited(on_another_processor), kinds=["exact"]).verdict == "passed"
    for kind in JUDGED:
        assert ruled(edited(first(failed)), kinds=[kind]).verdict == "regression"
        assert ruled(edited(first(gone)), kinds=[kind]).verdict == "undecided"


def test_what_cannot_be_read_leaves_the_gate_undecided() -> None:
    """In either run, by name."""
    for name in ("base", "head"):
        sides = {"base": of(KEPT), "head": of(AGAIN)}
        sides[name] = replace(sides[name], unreadable={"trials/x.json": "truncated"})
        ruling = rule(compare(**sides))
        assert (ruling.verdict, ruling.caveats) == (
            "undecided",
            ("trials/x.json cannot be read: truncated",),
        )


@pytest.mark.parametrize(
    ("edit", "options", "code", "said"),
    [
        (
            as_it_is,
            (),
            0,
            "gate: passed. 148 figures compared (64 exact, 80 deterministic, 4 memory): none worse.",
        ),
        (slower, (), 0, "gate: passed."),
        (one_operation_fewer, (), 0, "none worse, 2 figures better."),
        (first(one_parameter_more), (), 3, "gate: regression."),
        (
            first(last_bit),
            ("--kind", "deterministic", "--on-change", "fail"),
            3,
            "80 figures compared (80 deterministic): 1 figure worse.",
        ),
        (first(failed), (), 3, "error: ValueError: no such luck"),
        (on_another_processor, (), 4, "84 figures undecided"),
        (
            on_another_processor,
            ("--skip-incomparable",),
            0,
            "64 figures compared (64 exact): none worse, 84 figures",
        ),
        (first(gone), ("--skip-incomparable",), 4, "HEAD has no such trial"),
        (gone, (), 5, "holds no results"),
    ],
)
def test_the_exit_code_and_the_last_line_say_the_ruling(
    tmp_path: Path, edit: Edit, options: tuple[str, ...], code: int, said: str
) -> None:
    """0 passed, 3 regression, 4 undecided, 5 nothing to compare; the words stand on standard
    output."""
    head = written(tmp_path / "head", edited(edit))
    done = rnnbench("gate", str(BASELINE), str(head), *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout
    assert done.stdout.splitlines()[-1].startswith("gate: ")


@pytest.mark.parametrize("base", ["nowhere", "empty"])
def test_without_a_baseline_the_gate_is_undecided_and_says_how_to_make_one(
    tmp_path: Path, base: str
) -> None:
    """Whether there is no folder or no results in it; nothing is written there."""
    (tmp_path / "empty" / "trials").mkdir(parents=True)
    done = rnnbench("gate", base, str(BASELINE), cwd=tmp_path)
    assert done.returncode == 4
    assert f"rnnbench run suite smoke -o {base}" in done.stdout
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_result_of_a_later_format_leaves_no_ruling(tmp_path: Path, side: str) -> None:
    """In either run: a usage error, in a sentence that names the file, the format and what is read."""
    for name in ("base", "head"):
        edit = first(lambda result: replace(result, format=99)) if name == side else as_it_is
        written(tmp_path / name, edited(edit))
    done = rnnbench("gate", "base", "head", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rnnbench: {side}/trials/adding.h4.gru.s0.")
    assert "has format 99" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_for_programs_there_is_json_with_every_change_that_is_told(tmp_path: Path) -> None:
    """And the exit code in it, which is the one of the process."""
    head = written(tmp_path / "head", edited(first(one_parameter_more)))
    done = rnnbench("gate", str(BASELINE), str(head), "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert (told["standing"], told["exit_code"], done.returncode) == ("regression", 3, 3)
    (worse,) = told["worse"]
    assert (worse["title"], worse["figure"], worse["base"], worse["head"]) == (
        "adding.h4.gru.s0",
        "parameters",
        507,
        508,
    )
    assert told["base"]["results"] == told["head"]["results"] == len(KEPT)


def told_in(text: str) -> tuple[ElementTree.Element, dict[str, list[str]]]:
    """A JUnit file, and the names of its cases by what stands in them."""
    suite = ElementTree.fromstring(text)
    found: dict[str, list[str]] = {"failure": [], "error": [], "skipped": []}
    for case in suite.iter("testcase"):
        for mark in case:
            found[mark.tag].append(case.attrib["name"])
    return suite, found


def _id_of_first() -> str:
    (first_learned,) = [result for result in KEPT if is_learned(result)]
    return trial_id(first_learned.trial)


def test_junit_has_a_case_for_each_trial_with_what_is_wrong_in_it(tmp_path: Path) -> None:
    """Failures are what is worse, errors what is undecided, skipped what was left out; the counts
    are those of them."""

    def mixed(result: Result) -> Result | None:
        if is_learned(result, seed=1):
            return None
        return one_parameter_more(result) if is_learned(result) else on_another_processor(result)

    head = written(tmp_path / "head", edited(mixed))
    report = tmp_path / "gate.xml"
    arguments = ("--skip-incomparable", "--junit", str(report))
    assert rnnbench("gate", str(BASELINE), str(head), *arguments, cwd=tmp_path).returncode == 3
    suite, found = told_in(report.read_text())
    assert found == {"failure": ["adding.h4.gru.s0"], "error": ["adding.h4.gru.s1"], "skipped": []}
    assert suite.attrib == {
        "name": "rnnbench gate",
        "tests": "14",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
    }
    (failure,) = suite.iter("failure")
    said, again_by = failure.text.splitlines()
    assert said == "parameters (exact): 507 -> 508 +0.2%"
    assert again_by == f"again: rnnbench reproduce {head} {_id_of_first()}"


@pytest.mark.parametrize(
    ("base", "head", "kinds", "errors"),
    [
        ((), KEPT, JUDGED, 1),
        (KEPT, (), JUDGED, 15),
        (KEPT, edited(on_another_processor), ("deterministic",), 1),
    ],
)
def test_junit_is_not_green_where_the_gate_is_not(
    base: tuple[Result, ...], head: tuple[Result, ...], kinds: tuple[Kind, ...], errors: int
) -> None:
    """Without a baseline, without results, and where all was left out: a reader of this file alone
    must see it."""
    comparison = compare(of(base, "BASE"), of(head, "HEAD"))
    ruling = rule(comparison, kinds, skip_incomparable=True)
    assert ruling.verdict != "passed"
    suite, found = told_in(junit(ruling, comparison))
    assert suite.attrib["errors"] == str(errors) == str(len(found["error"]))
    partly = compare(of(KEPT), of(edited(on_another_processor)))
    assert told_in(junit(rule(partly, skip_incomparable=True), partly))[1]["skipped"] == []
    whole = rule(partly, ["deterministic"], skip_incomparable=True)
    assert len(told_in(junit(whole, partly))[1]["skipped"]) == 8  # what was trained


def test_the_folder_of_results_inside_of_a_run_is_no_run(tmp_path: Path) -> None:
    """It is told which one is meant, and not how to make a baseline in there."""
    done = rnnbench("gate", str(BASELINE / "trials"), str(BASELINE), cwd=tmp_path)
    assert done.returncode == 2
    assert f"give its folder, {BASELINE}" in done.stderr.replace("\n", " ")


def test_junit_tells_trials_of_one_title_apart() -> None:
    """Of another recipe, say: a server that goes by names would keep one of them."""

    def longer(result: Result) -> Result:
        if not isinstance(result.trial, LearningTrial):
            return result
        return replace(
            result, trial=replace(result.trial, recipe=replace(result.trial.recipe, epochs=99))
        )

    comparison = compare(of(KEPT), of(edited(longer)))
    suite, found = told_in(junit(rule(comparison), comparison))
    names = [case.attrib["name"] for case in suite.iter("testcase")]
    assert len(names) == len(set(names)) == 14 + 8
    assert len(found["error"]) == len(found["skipped"]) == 8


def test_junit_can_be_read_whatever_an_exception_says() -> None:
    """Colours, tags and zeros."""
    head = edited(
        first(lambda result: replace(failed(result), reason="\x1b[31mred\x1b[0m <b> & \x00"))
    )
    comparison = compare(of(KEPT), of(head))
    suite, _ = told_in(junit(rule(comparison), comparison))
    (failure,) = suite.iter("failure")
    assert failure.text is not None
    assert failure.text.startswith("outcome (outcome): ok -> error\nerror: ?[31mred?[0m <b> & ?\n")


def test_a_ruling_is_headed_by_the_command_that_gave_it() -> None:
    """A page with the rulings of `gate` and `ab` tells them apart."""
    comparison = compare(of(KEPT), of(AGAIN))
    ruling = rule(comparison)
    assert markdown(ruling, comparison, "ab").startswith("## rnnbench ab: passed\n")
    assert told_in(junit(ruling, comparison, "ab"))[0].attrib["name"] == "rnnbench ab"


def test_junit_of_a_gate_that_passed_is_green() -> None:
    """As many cases as there are trials and cells measured beside each other."""
    comparison = compare(of(KEPT), of(AGAIN))
    suite, found = told_in(junit(rule(comparison), comparison))
    assert found == {"failure": [], "error": [], "skipped": []}
    assert suite.attrib["tests"] == "14"


def test_the_markdown_says_what_is_worse_and_why(tmp_path: Path) -> None:
    """The ruling first, then tables; what stands in a reason does not break them."""

    def broken(result: Result) -> Result:
        return replace(failed(result), reason="ValueError: a | b <c>\nmore")

    head = written(
        tmp_path / "head",
        edited(lambda r: broken(r) if is_learned(r, seed=1) else first(last_bit)(r)),
    )
    page = tmp_path / "gate.md"
    assert (
        rnnbench("gate", str(BASELINE), str(head), "--markdown", str(page), cwd=tmp_path).returncode
        == 3
    )
    lines = page.read_text().splitlines()
    assert lines[0] == "## rnnbench gate: REGRESSION"
    assert "### Worse: 1 trial" in lines
    assert "### Undecided: 1 figure" in lines
    (loss,) = [
        line for line in lines if line.startswith("| adding.h4.gru.s0 | training loss, epoch 2 |")
    ]
    assert loss.count("|") == 9
    (failure,) = [line for line in lines if line.startswith("| adding.h4.gru.s1 |")]
    assert "ok | error" in failure
    assert "a \\| b &lt;c> more" in failure


def test_the_markdown_of_a_better_run_says_to_keep_it() -> None:
    """And how many figures were compared."""
    comparison = compare(of(KEPT, "BASE"), of(edited(one_operation_fewer), "HEAD"))
    page = markdown(rule(comparison), comparison)
    assert page.startswith("## rnnbench gate: passed\n\n148 figures compared")
    assert "renew the baseline" in page


def test_a_report_that_cannot_be_written_is_an_error_of_usage(tmp_path: Path) -> None:
    """Not a ruling."""
    done = rnnbench(
        "gate", str(BASELINE), str(BASELINE), "--junit", "/nowhere/at/all.xml", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "/nowhere/at/all.xml: cannot be written: No such file or directory" in done.stderr


def test_compare_shows_what_changed_and_counts_what_did_not(tmp_path: Path) -> None:
    """Piped, a line each; noisy figures with both values; exit code 0 whatever changed."""
    head = written(
        tmp_path / "head",
        edited(lambda r: slower(on_another_processor(first(one_parameter_more)(r)))),
    )
    done = rnnbench("compare", str(BASELINE), str(head), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert ["around", "processor", KEPT[0].provenance.machine.processor, "another one"] in lines
    assert [line[3:6] for line in lines if line[0] == "worse"] == [["parameters", "507", "508"]]
    assert len([line for line in lines if line[0] == "not comparable"]) == 86
    (step,) = [
        line
        for line in lines
        if line[0] == "not judged" and line[3] == "time of a step" and "gru" in line[2]
    ]
    assert float(step[5]) == pytest.approx(10 * float(step[4]))
    assert done.stdout.splitlines()[-5:] == [
        "exact: 63 same, 1 worse",
        "deterministic: 80 not comparable",
        "memory: 4 not comparable",
        "time: 2 not comparable",
        "learning: 4 too few seeds",
    ]


def test_compare_as_json_has_every_figure(tmp_path: Path) -> None:
    """Also what stayed the same."""
    done = rnnbench("compare", str(BASELINE), str(BASELINE), "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert sum(change["verdict"] == "same" for change in told["changes"]) == 148
    assert told["circumstances"] == []


@pytest.mark.parametrize(("head", "code"), [("nowhere", 2), ("other", 5)])
def test_compare_without_anything_in_common_says_so(tmp_path: Path, head: str, code: int) -> None:
    """A folder that is no run is an error; another suite has nothing to compare."""
    written(tmp_path / "other", [replace(r, trial=replace(r.trial, suite="other")) for r in KEPT])
    assert rnnbench("compare", str(BASELINE), head, cwd=tmp_path).returncode == code


@pytest.mark.parametrize("kind", ["the same folder", "a link", "a copy"])
def test_a_run_against_itself_is_undecided(tmp_path: Path, kind: str) -> None:
    """A cache that restores the baseline into the folder of the run, say: nothing was measured
    again."""
    head = {"the same folder": BASELINE, "a link": tmp_path / "link", "a copy": tmp_path / "copy"}[
        kind
    ]
    if kind == "a link":
        head.symlink_to(BASELINE)
    elif kind == "a copy":
        shutil.copytree(BASELINE, head)
    ruling = rule(compare(read_run(BASELINE), read_run(head)))
    assert ruling.verdict == "undecided"
    assert ruling.caveats == (
        (
            "BASE and HEAD are the same results, and nothing was measured again; run the suite into"
            " another folder, and compare that one with BASE"
        ),
    )


def test_a_run_that_kept_some_results_of_the_baseline_is_undecided() -> None:
    """Those were not measured again, whatever the others say."""
    some = (*KEPT[:3], *AGAIN[3:])
    ruling = ruled(some)
    assert ruling.verdict == "undecided"
    assert ruling.caveats[0].startswith("3 of 13 results of HEAD are results of BASE themselves")
    assert ruled(some, skip=True).verdict == "undecided"


def of_learning(change: Callable[[Learning], Learning]) -> Edit:
    """An edit of the figures of one learning trial."""

    def changed(result: Result) -> Result:
        assert result.learning
        return replace(result, learning=change(result.learning))

    return first(changed)


def opposite(learning: Learning) -> Learning:
    """Higher errors are better, it says now."""
    decides, *others = learning.metrics
    turned = replace(decides, direction="higher")
    worse = {**learning.test, decides.name: 2 * learning.test[decides.name]}
    return replace(learning, metrics=(turned, *others), test=worse)


def without_scores(learning: Learning) -> Learning:
    return replace(learning, test={}, absent={"test mse": "came out as nan"})


def without_validation(learning: Learning) -> Learning:
    """Another metric is validated; the curve is as long as it was."""
    metric = replace(learning.metrics[0], name="other")
    curve = tuple(replace(epoch, validation={"other": 0.0}) for epoch in learning.curve)
    return replace(
        learning, metrics=(metric,), curve=curve, test={"other": 0.0}, trivial={"other": 1.0}
    )


@pytest.mark.parametrize(
    ("change", "verdicts"),
    [
        (lambda one: replace(one, curve=()), {"missing"}),
        (lambda one: replace(one, curve=one.curve[1:]), {"missing"}),
        (opposite, {"changed", "undecided"}),
        (without_scores, {"missing"}),
        (without_validation, {"missing"}),
        (lambda one: replace(one, metrics=()), {"missing", "undecided"}),
        (lambda one: replace(one, metrics=one.metrics[:1]), {"missing", "undecided"}),
        (lambda one: replace(one, metrics=one.metrics[::-1]), {"changed"}),
        (lambda one: replace(one, trivial={}), {"missing"}),
        (lambda one: replace(one, target=1.0), {"changed"}),
        (lambda one: replace(one, steps_per_epoch=1), {"changed"}),
    ],
)
def test_figures_that_head_drops_or_defines_anew_are_not_green(
    change: Callable[[Learning], Learning], verdicts: set[str]
) -> None:
    """Nothing is worse by the words of HEAD alone; undecided, and told which figures."""
    ruling = ruled(edited(of_learning(change)))
    assert ruling.verdict == "undecided"
    assert {one.verdict for one in ruling.undecided} == verdicts
    assert ruling.worse == ()


def test_directions_are_those_of_base_and_a_change_of_them_is_told() -> None:
    """With both words."""
    ruling = ruled(edited(of_learning(opposite)))
    (told,) = [one for one in ruling.undecided if one.figure == "test mse"]
    assert told.reason == "lower is better in BASE, and higher is better in HEAD"
    (metric,) = [one for one in ruling.undecided if one.figure == "metric mse"]
    assert (metric.base, metric.head) == (
        "decides, lower is better, squared units of the target",
        "decides, higher is better, squared units of the target",
    )


def test_what_a_diagnostic_measured_is_held_to_the_last_bit_or_missing() -> None:
    """Also where it gives a curve and no figure of it."""
    diagnosis = Diagnosis(x_name="x", y_name="y", x=(1.0, 2.0), y=(1.0, 3.0))
    base = edited(
        of_learning(lambda one: replace(one, diagnoses={"lag": Diagnosed(fresh=diagnosis)}))
    )
    base = tuple(replace(result, started="2029") for result in base)
    for other, verdict in (({}, "missing"), ({"lag": Diagnosed(reason="no")}, "missing")):
        head = edited(of_learning(lambda one, other=other: replace(one, diagnoses=other)))
        (told,) = ruled(head, base).undecided
        assert (told.figure, told.verdict) == ("lag, fresh: mean of its curve", verdict)
    moved = replace(diagnosis, y=(1.0, math.nextafter(3.0, 4.0) + 1e-15))
    head = edited(of_learning(lambda one: replace(one, diagnoses={"lag": Diagnosed(fresh=moved)})))
    assert ruled(head, base).verdict == "undecided"


def test_the_baseline_names_no_folder_of_a_machine() -> None:
    """It is made on one machine and kept for all: files are named within the checkout."""
    for path in (Path(__file__).parent / "baseline").rglob("*.json"):
        assert '"/' not in path.read_text(), path
