"""The first bad commit is named after a few judgements, and nothing is named where none is bad."""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from rnnbench.cli.history_bisect import bisect_
from rnnbench.cli.rulings import Forms, give
from rnnbench.compare import Change, GateVerdict, Kind, Ruling, Verdict, compare
from rnnbench.errors import RnnbenchError
from rnnbench.history import (
    BadUndecided,
    Checkout,
    Judge,
    Judgement,
    NotWorse,
    ab_judge,
    bisect,
)
from rnnbench.history.ab_judge import judgement_of, ruling_of
from tests.builders.cli import rnnbench
from tests.builders.compare import of
from tests.builders.history import git, repository


def silent(commit: str, judgement: Judgement, left: int) -> None:
    """Hear nothing."""


def judge_of(bad: Sequence[str], undecided: Sequence[str] = ()) -> Judge:
    def judge(base: str, head: str) -> Judgement:
        assert base == "good"
        if head in undecided:
            return "undecided"
        return "worse" if head in bad else "same"

    return judge


@pytest.mark.parametrize("count", [1, 2, 3, 8, 31, 100])
def test_each_first_bad_commit_is_found_after_log2_judgements(count: int) -> None:
    """One of the bad commit itself, and then at most log2 of their number, rounded up."""
    commits = [f"c{number}" for number in range(count)]
    for first in range(count):
        found = bisect("good", commits, judge_of(commits[first:]), silent)
        assert found.suspects == (commits[first],)
        assert len(found.judged) <= 1 + math.ceil(math.log2(count))


def test_undecided_commits_are_passed_over() -> None:
    """Where they are not beside the first bad one, it is named all the same."""
    commits = [f"c{number}" for number in range(16)]
    found = bisect("good", commits, judge_of(commits[11:], commits[6:9]), silent)
    assert found.suspects == ("c11",)
    assert found.judged["c7"] == "undecided"


def test_undecided_commits_before_the_first_bad_one_leave_several() -> None:
    """Each of which may be it, and no more; none is judged twice."""
    commits = [f"c{number}" for number in range(16)]
    heard: list[tuple[str, Judgement, int]] = []

    def listen(commit: str, judgement: Judgement, left: int) -> None:
        heard.append((commit, judgement, left))

    found = bisect("good", commits, judge_of(commits[10:], commits[8:10]), listen)
    assert found.suspects == ("c8", "c9", "c10")
    assert heard[0] == ("c15", "worse", 16)
    assert heard[-1][2] == 3
    assert [commit for commit, *_ in heard] == list(found.judged)


def test_a_bad_commit_that_is_not_worse_is_said_to_be_so() -> None:
    commits = ["c0", "c1"]
    with pytest.raises(NotWorse, match="c1: is not worse than good, but equal within"):
        bisect("good", commits, judge_of([]), silent)
    with pytest.raises(BadUndecided, match="c1: whether it is worse than good was not decided"):
        bisect("good", commits, judge_of(["c0"], ["c1"]), silent)


def test_the_commits_between_are_those_of_the_branch(tmp_path: Path) -> None:
    """By first parents, without the good one; the older one comes first."""
    hashes = repository(tmp_path, 6)
    checkout = Checkout(tmp_path)
    assert checkout.between("HEAD~4", "main") == hashes[2:]
    git(tmp_path, "switch", "-q", "-c", "side", hashes[3])
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "beside")
    git(tmp_path, "switch", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "merged", "side")
    assert checkout.between(hashes[3], "main")[:-1] == hashes[4:]
    with pytest.raises(RnnbenchError, match="name the older one first"):
        checkout.between("main", hashes[0])
    with pytest.raises(RnnbenchError, match=r"^nowhere: is no commit of the git checkout at"):
        checkout.between("nowhere", "main")


def test_a_toy_repository_is_searched_from_end_to_end(tmp_path: Path) -> None:
    """The judge reads a file of the commits that it is asked about."""
    hashes = []
    git(tmp_path, "init", "-q", "-b", "main")
    for number in range(20):
        (tmp_path / "speed").write_text("slow" if number >= 13 else "fast")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", f"change {number}")
        hashes.append(git(tmp_path, "rev-parse", "--short=12", "HEAD"))
    checkout = Checkout(tmp_path)

    def judge(base: str, head: str) -> Judgement:
        before, after = (git(tmp_path, "show", f"{ref}:speed") for ref in (base, head))
        return "same" if before == after else "worse"

    found = bisect(hashes[0], checkout.between(hashes[0], "main"), judge, silent)
    assert found.suspects == (hashes[13],)
    assert len(found.judged) <= 1 + math.ceil(math.log2(19))


def changed(kind: Kind, verdict: Verdict) -> Change:
    return Change(trial="t", title="t", row="gru", figure="f", kind=kind, verdict=verdict)


def ruled(*changes: Change, verdict: GateVerdict = "regression", caveats: int = 0) -> Ruling:
    return Ruling(
        verdict=verdict,
        sentence="So it is.",
        kinds=("time",),
        compared={"time": 1},
        worse=tuple(change for change in changes if change.verdict == "worse"),
        undecided=tuple(change for change in changes if change.verdict != "worse"),
        better=(),
        new=(),
        left_out=(),
        caveats=("a file cannot be read",) * caveats,
    )


SLOWER = changed("time", "worse")
FAILS = changed("outcome", "worse")


@pytest.mark.parametrize(
    ("ruling", "judgement"),
    [
        (ruled(verdict="passed"), "same"),
        (ruled(SLOWER), "worse"),
        (ruled(SLOWER, FAILS), "worse"),
        (ruled(changed("learning", "worse")), "worse"),
        (ruled(FAILS), "undecided"),
        (ruled(changed("time", "missing"), verdict="undecided"), "undecided"),
        (ruled(changed("deterministic", "changed"), verdict="undecided"), "same"),
        (ruled(changed("exact", "worse")), "same"),
        (ruled(verdict="undecided", caveats=1), "undecided"),
        (ruled(verdict="nothing to compare"), "undecided"),
    ],
)
def test_times_and_learning_alone_make_a_commit_worse(ruling: Ruling, judgement: str) -> None:
    """A cell that fails, or was not measured, says nothing of either."""
    assert judgement_of(ruling) == judgement


def test_a_commit_that_was_broken_for_a_while_is_not_the_first_bad_one() -> None:
    """A cell raises at c9, is mended at c10, and is slow from c14 on."""
    commits = [f"c{number}" for number in range(19)]

    def judge(base: str, head: str) -> Judgement:
        number = int(head[1:])
        if number == 9:
            return judgement_of(ruled(FAILS))
        return judgement_of(ruled(SLOWER) if number >= 14 else ruled(verdict="passed"))

    assert bisect("good", commits, judge, silent).suspects == ("c14",)


def test_what_ab_could_not_measure_is_undecided() -> None:
    """It prints no ruling then, whatever it exits with; its refusal and an interrupt end the
    search."""
    for code in (1, 4):
        assert ruling_of(code, b"", "c") is None
    assert ruling_of(3, msgspec.json.encode(ruled(SLOWER)), "c") == ruled(SLOWER)
    with pytest.raises(RnnbenchError, match="refused to measure it"):
        ruling_of(2, b"", "c")
    with pytest.raises(KeyboardInterrupt):
        ruling_of(130, b"", "c")


def test_the_ruling_is_read_as_ab_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    """With all that it prints besides."""
    ruling = ruled(SLOWER, FAILS, caveats=1)
    give(ruling, compare(of([]), of([])), Forms(False, None, None, as_json=True), command="ab")
    assert ruling_of(3, capsys.readouterr().out.encode(), "c") == ruling


PRETENDS = """
import json, os, sys
with open(os.environ["ASKED"], "a") as file:
    file.write(json.dumps(sys.argv[1:]) + chr(10))
is_bad = sys.argv[sys.argv.index("--head-ref") + 1] >= "5"
print(os.environ["BAD" if is_bad else "FINE"])
sys.exit(3 if is_bad else 0)
"""


def test_ab_is_asked_with_both_commits_and_a_folder_for_each_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program stands in for `rnnbench`. Paths are those of the working folder, although it runs
    in the checkout."""
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.setenv("BAD", msgspec.json.encode(ruled(SLOWER)).decode())
    monkeypatch.setenv("FINE", msgspec.json.encode(ruled(verdict="passed")).decode())
    monkeypatch.chdir(tmp_path)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    program = (sys.executable, "-c", PRETENDS)
    options = ["--minutes", "3", "--policy", "p.toml", "--junit=j.xml"]
    said: list[str] = []
    judge = ab_judge("./my.toml", checkout, Path("out"), options, program, said.append)
    assert [judge("1", head) for head in ("7", "4")] == ["worse", "same"]
    asked = json.loads((tmp_path / "asked").read_text().splitlines()[0])
    assert asked == [
        *("ab", str(tmp_path / "my.toml"), "--minutes", "3"),
        *("--policy", str(tmp_path / "p.toml"), f"--junit={tmp_path / 'j.xml'}"),
        *("--base-ref", "1", "--head-ref", "7", "-o", str(tmp_path / "out" / "my-1-7"), "--json"),
    ]
    assert said == ["7: So it is.", "4: So it is."]


@pytest.mark.parametrize("option", ["--warn-only", "--head-ref=x", "-o"])
def test_options_that_bisect_gives_itself_are_refused(tmp_path: Path, option: str) -> None:
    repository(tmp_path, 2)
    commits = ("HEAD~1", "HEAD", "cost", "--checkout", str(tmp_path))
    done = CliRunner().invoke(bisect_, [*commits, "--", option])
    assert done.exit_code == 2
    assert f"{option.partition('=')[0]}: is no option that `bisect` hands on" in done.output


def test_no_commit_between_is_one_sentence(tmp_path: Path) -> None:
    """And another one where git fails."""
    hashes = repository(tmp_path, 3)
    with pytest.raises(RnnbenchError, match=r"^HEAD and main: are one commit"):
        Checkout(tmp_path).between("HEAD", "main")
    middle = git(tmp_path, "rev-parse", hashes[1])
    (tmp_path / ".git" / "objects" / middle[:2] / middle[2:]).unlink()
    with pytest.raises(RnnbenchError, match="git could not"):
        Checkout(tmp_path).between(hashes[0], hashes[2])
    with pytest.raises(RnnbenchError, match="good: there is no commit after it"):
        bisect("good", [], judge_of([]), silent)


def test_a_subject_is_one_line_without_characters_that_steer_a_terminal(tmp_path: Path) -> None:
    repository(tmp_path, 1)
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "red \x1b[31m and\ta tab")
    found = Checkout(tmp_path).commit("HEAD")
    assert found
    assert found.subject == "red [31m and a tab"


def test_a_mistyped_commit_is_one_sentence(tmp_path: Path) -> None:
    """Before anything is measured."""
    repository(tmp_path, 2)
    done = rnnbench("history", "bisect", "HEAD~7", "HEAD", "cost", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("rnnbench: HEAD~7: is no commit of the git checkout at ")
    assert done.stderr.count("\n") == 1
