"""A run that is loaded: what the report of the command line has of it, in the same words, and
nothing written."""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import rnnbench
from rnnbench.records import Look, Outcome
from rnnbench.store import keep_claims, keep_failed_checks, keep_look, keep_planned
from tests.builders import claims
from tests.builders.cli import rnnbench as typed
from tests.builders.gate import BASELINE, KEPT, written


def content(folder: Path) -> dict[str, str]:
    """Every file below a folder, and a hash of what stands in it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def smoke(place: Path) -> Path:
    """The smoke suite as it was measured, with a check that failed beside it."""
    folder = written(place / "run", KEPT)
    failed = Outcome(
        check="causal",
        law="It looks at no later step.",
        status="failed",
        subject="gru",
        sentence="It does.",
    )
    keep_failed_checks(folder, [failed])
    return folder


def looked_at(place: Path) -> Path:
    """Claims with the results that decide them, and looks that were had before."""
    whole = claims.suite(claims.claim())
    folder = written(place / "run", claims.run(whole, claims.noisy(gru=8, lstm=16)))
    keep_claims(folder, whole.claims, whole.seeds)
    keep_planned(folder, 10)
    return folder


def seen_before(place: Path) -> Path:
    """Conditions, one of which was looked at when it had fewer seeds."""
    whole = claims.suite(claims.claim())
    folder = written(place / "run", claims.run(whole, claims.noisy(gru=8, lstm=16)))
    (condition,) = rnnbench.load(folder).findings.conditions
    assert condition.look
    fewer = {row: seeds - 2 for row, seeds in condition.look.seeds.items()}
    keep_look(folder, [Look(condition=condition.look.condition, seeds=fewer)])
    return folder


@pytest.mark.parametrize("make", [smoke, looked_at, seen_before])
def test_the_findings_are_those_of_the_report(tmp_path: Path, make: object) -> None:
    """To the last byte, with claims, failed checks and looks that lie beside the results."""
    folder = make(tmp_path)  # type: ignore[operator]
    findings = rnnbench.load(folder).findings
    done = typed("report", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    kept = (folder / "report" / "findings.json").read_bytes()
    assert msgspec.json.format(msgspec.json.encode(findings), indent=1) == kept
    told = {
        smoke: findings.law_caveats,
        looked_at: findings.claims,
        seen_before: findings.conditions,
    }
    assert told[make]  # type: ignore[index]


def test_the_looks_beside_the_results_are_allowed_for(tmp_path: Path) -> None:
    """As the report says it."""
    (condition,) = rnnbench.load(seen_before(tmp_path)).findings.conditions
    assert "before" in condition.sure


def test_loading_writes_nothing(tmp_path: Path) -> None:
    """And records no look, however often it is done and whatever is asked of it."""
    folder = looked_at(tmp_path)
    before = content(folder)
    for _ in range(2):
        run = rnnbench.load(str(folder))
        assert len(run.trials) == len(run.results)
    assert content(folder) == before


def test_damaged_results_are_left_out_as_the_report_leaves_them_out(tmp_path: Path) -> None:
    """Each by its file, with the words that the command line has for it."""
    folder = written(tmp_path / "run", KEPT)
    victims = sorted((folder / "trials").glob("*.json"))[:2]
    victims[0].write_text("{")
    victims[1].write_text(victims[1].read_text().replace('"epochs_run": 2', '"epochs_run": 7'))
    run = rnnbench.load(folder)
    assert len(run.results) == len(run.trials) == len(KEPT) - 2
    assert list(run.unreadable) == victims
    said = typed("report", str(folder), cwd=tmp_path).stderr
    lines = [
        f"{path}: left out, cannot be read: {problem}." for path, problem in run.unreadable.items()
    ]
    assert [line for line in said.splitlines() if "left out" in line] == lines


@pytest.mark.parametrize("made", ["nothing", "folder", "empty run", "damaged run", "newer run"])
def test_what_cannot_be_reported_is_refused_in_the_words_of_the_report(
    tmp_path: Path, made: str
) -> None:
    """As one error of rnnbench: no run and a newer one by `load`, one without results by its
    findings."""
    folder = tmp_path / "run"
    if made != "nothing":
        folder.mkdir()
    if made.endswith("run"):
        (folder / "trials").mkdir()
    if made == "damaged run":
        (folder / "trials" / "some.json").write_text("[")
    if made == "newer run":
        (folder / "trials" / "some.json").write_text('{"format": 999}')
    with pytest.raises(rnnbench.RnnbenchError) as refused:
        rnnbench.load(folder).findings  # noqa: B018
    done = typed("report", str(folder), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"rnnbench: {refused.value}"


def test_a_run_that_has_no_result_yet_has_frames_without_rows(tmp_path: Path) -> None:
    """With all their columns, of their types."""
    (tmp_path / "trials").mkdir()
    run = rnnbench.load(tmp_path)
    whole = rnnbench.load(BASELINE)
    for name in ("trials", "epochs", "costs"):
        empty = getattr(run, name)
        assert len(empty) == 0
        assert dict(empty.dtypes) == {
            column: getattr(whole, name).dtypes[column] for column in empty.columns
        }


def test_a_run_is_shown_in_a_line() -> None:
    """Notebooks show what a cell ends with."""
    assert repr(rnnbench.load(BASELINE)) == f"<rnnbench.Run {BASELINE}: 13 trials: 13 ok>"


def test_frames_are_made_once() -> None:
    """A column that was added stays."""
    run = rnnbench.load(BASELINE)
    run.trials["mine"] = 1
    assert "mine" in run.trials.columns


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        ("import rnnbench", {"torch", "pandas", "numpy"}),
        (f"import rnnbench; rnnbench.load({str(BASELINE)!r}).costs", {"torch"}),
    ],
)
def test_the_door_is_light(program: str, absent: set[str]) -> None:
    """Looked up in sys.modules of a fresh process."""
    check = f"{program}\nimport sys\nfound = {absent} & set(sys.modules)\nassert not found, found"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
