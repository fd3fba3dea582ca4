"""The first bad commit is named after a few judgements, and nothing is named where none is bad."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

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
from rnnbench.history.ab_judge import judgement_of
from tests.builders.cli import rnnbench
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
    with pytest.raises(NotWorse, match=r"c1: is not worse than good \(same\)"):
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


@pytest.mark.parametrize(
    ("code", "judgement"),
    [(0, "same"), (3, "worse"), (4, "undecided"), (5, "undecided"), (1, "undecided")],
)
def test_what_ab_exits_with_is_the_judgement(code: int, judgement: str) -> None:
    assert judgement_of(code, "c") == judgement


def test_ab_that_refuses_or_is_interrupted_ends_the_search() -> None:
    with pytest.raises(RnnbenchError, match="refused to measure it"):
        judgement_of(2, "c")
    with pytest.raises(KeyboardInterrupt):
        judgement_of(130, "c")


PRETENDS = """
import json, os, sys
with open(os.environ["ASKED"], "a") as file:
    file.write(json.dumps(sys.argv[1:]) + chr(10))
print("what ab prints")
sys.exit(3 if sys.argv[sys.argv.index("--head-ref") + 1] >= "5" else 0)
"""


def test_ab_is_asked_with_both_commits_and_a_folder_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A program stands in for `rnnbench`; what it prints is no answer of ours."""
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    program = (sys.executable, "-c", PRETENDS)
    judge = ab_judge("cost", tmp_path, tmp_path / "out", ["--minutes", "3"], program)
    assert [judge("1", head) for head in ("7", "4")] == ["worse", "same"]
    asked = (tmp_path / "asked").read_text().splitlines()
    folder = tmp_path / "out"
    assert asked[0] == (
        '["ab", "cost", "--base-ref", "1", "--head-ref", "7", "-o", '
        f'"{folder / "7"}", "--minutes", "3"]'
    )
    assert "what ab prints" not in capfd.readouterr().out


def test_a_mistyped_commit_is_one_sentence(tmp_path: Path) -> None:
    """Before anything is measured."""
    repository(tmp_path, 2)
    done = rnnbench("history", "bisect", "HEAD~7", "HEAD", "cost", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("rnnbench: HEAD~7: is no commit of the git checkout at ")
    assert done.stderr.count("\n") == 1
