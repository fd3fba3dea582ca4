"""Two environments that take turns: what is decided, what is kept, and what goes wrong."""

import json
import subprocess
import sys
from collections.abc import Sequence
from math import log
from pathlib import Path

import click
import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.ab import Environment, PairedFolder, PairedRun, make_environment, time_trials
from rnnbench.ab.replicate import SideOfTrial, Sides, measure
from rnnbench.catalogue import Catalogue
from rnnbench.cli.ab_order import interpreter_of
from rnnbench.compare import PairedMeasurement, paired_comparison, rule
from rnnbench.compare.paired_judging import MOST_REPLICATES, judge_paired
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    CellUse,
    CostTrial,
    GatePolicy,
    GateRule,
    PairedReplicate,
    PairedTimes,
    PartOfTrial,
)
from rnnbench.suite import check_suite
from tests.builders.cli import rnnbench
from tests.builders.compare import HERE
from tests.builders.matrix import slow
from tests.builders.records import COST
from tests.conftest import MakePlugin

TOLERANCE = 0.02
PRECISION = 0.015
TRIAL = replace(COST, measurement="train-step-time", cells=(CellUse(name="gru"),))


def ratios(ratio: float, number: int, noise: float = 0.01) -> list[float]:
    """Logarithms with this mean ratio and this standard deviation, evenly spread and shuffled."""
    spread = np.linspace(-1, 1, number) * noise * np.sqrt(3)
    np.random.default_rng(number).shuffle(spread)
    return [log(ratio) + deviation for deviation in spread]


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


def part(trial: CostTrial, **missing: str) -> PartOfTrial:
    cells = tuple(cell for cell in trial.cells if cell.row not in missing)
    return PartOfTrial(
        trial=replace(trial, cells=cells), missing=missing, plugins=(), provenance=HERE
    )


def replicates(
    slower: float, number: int, absent: dict[str, tuple[str, str]] | None = None
) -> tuple[PairedReplicate, ...]:
    """Replicates of a GRU whose step in HEAD takes this many times as long as in BASE."""
    made = []
    for position, value in enumerate(ratios(slower, number)):
        turns = PairedTimes(base=(1.0, 1.0), head=(float(np.exp(value)),) * 2)
        made.append(
            PairedReplicate(
                trial=replace(TRIAL, round=position),
                started="2026-01-01T00:00:00+00:00",
                seconds=1.0,
                times={} if absent else {"gru": turns},
                absent=absent or {},
            )
        )
    return tuple(made)


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


# Two environments

SUITE = {
    "version": 1,
    "summary": "made for a test",
    "cells": ["gru"],
    "cost": {
        "measure": ["train-step-time"],
        "shapes": [{"steps": 2, "batch": 1, "hidden": 2, "inputs": 2}],
        "repeats": 2,
    },
}
HERE_TOO = Environment("BASE", Path(sys.executable))


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnbench.ab.replicate.FEWEST_TURNS", 4)
    monkeypatch.setattr("rnnbench.ab.replicate.BLOCK_SECONDS", 1e-4)


def paired_run(folder: Path) -> PairedRun:
    catalogue = Catalogue.present()
    suite = check_suite(dict(SUITE), "made.toml", catalogue)
    trials = time_trials(suite, catalogue)
    head = replace_name(HERE_TOO, "HEAD")
    return PairedRun(trials, HERE_TOO, head, PairedFolder(folder), GatePolicy())


def replace_name(environment: Environment, name: str) -> Environment:
    return Environment(name, environment.interpreter)


def interpreter(folder: Path, **variables: str) -> Path:
    """A Python with other environment variables, as another environment would have them."""
    settings = " ".join(f"{name}='{value}'" for name, value in variables.items())
    folder.mkdir(exist_ok=True)
    file = folder / "python"
    file.write_text(f'#!/bin/sh\nexec env {settings} {sys.executable} "$@"\n')
    file.chmod(0o755)
    return file


@pytest.mark.usefixtures("short_turns")
def test_an_interrupted_measurement_goes_on(tmp_path: Path) -> None:
    """Each replicate is kept, and the next call takes the one after it."""
    run = paired_run(tmp_path / "ab")
    with run.folder.locked():
        run.prepare()

        def interrupt(_doing: str) -> None:
            if run.replicates:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.measure(1.0, interrupt)
    (kept,) = run.folder.read()
    assert set(kept.times) == {"", "gru"}
    assert len(kept.times["gru"].base) == len(kept.times["gru"].head) == 4
    assert min(kept.times["gru"].base + kept.times["gru"].head) > 0
    again = paired_run(tmp_path / "ab")
    again.parts = run.parts
    again.replicates = list(again.folder.read())
    ((trial, _),) = again._due()
    assert trial.round == 1
    again.measure(kept.seconds / 60, lambda _: pytest.fail("these minutes were used up before"))


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


def test_an_environment_without_rnnbench_is_named(tmp_path: Path) -> None:
    """As is one that has no Python at all."""
    trials = paired_run(tmp_path).trials
    isolated = tmp_path / "python"
    isolated.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    isolated.chmod(0o755)
    with pytest.raises(RnnbenchError, match=r"BASE \(.*\): rnnbench is not installed"):
        Environment("BASE", isolated).describe(trials)
    with pytest.raises(RnnbenchError, match="cannot be run: No such file"):
        Environment("BASE", tmp_path / "nowhere").describe(trials)


TOY = """
    import rnnbench
    from torch import nn

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("toy", lambda i, h: nn.GRU(i, h, batch_first=True), "a GRU")]
"""


def test_a_base_without_the_cell_has_its_own_sentence(
    tmp_path: Path, make_plugin: MakePlugin
) -> None:
    """The cell is new, and with nothing else to compare the command exits with 5."""
    site = make_plugin(TOY)
    both = tmp_path / "both"
    base = interpreter(tmp_path / "one", RNNBENCH_DISABLE_PLUGINS="my-plugin", PYTHONPATH=str(site))
    head = interpreter(both, PYTHONPATH=str(site))
    suite = tmp_path / "toy.toml"
    suite.write_text(
        'version = 1\nsummary = "s"\ncells = ["toy"]\n[cost]\nmeasure = ["train-step-time"]\n'
    )
    sides = ("--base", str(base), "--head", str(head), "-o", str(tmp_path / "ab"))
    ran = rnnbench("ab", str(suite), *sides, "--json", cwd=tmp_path)
    ruling = json.loads(ran.stdout)
    (change,) = ruling["new"]
    assert ran.returncode == ruling["exit_code"] == 5, ran.stderr
    assert change["reason"].startswith("BASE: no cell called 'toy'.")
    assert change["command"].startswith(f"rnnbench ab {suite} --base {base} --head {head} ")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("smoke",), "give --base PYTHON, or --base-ref REF"),
        (("smoke", "--base", "p", "--base-ref", "r"), "--base and --base-ref exclude each other"),
        (("memory", "--base", "p"), "memory: the suite times no steps"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    arguments: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    """A usage error, before anything is measured."""
    ran = rnnbench("ab", *arguments, cwd=tmp_path)
    assert ran.returncode == 2
    assert problem in ran.stderr
    assert not ran.stdout


# Cells that fail

FRAGILE = """
    import os
    import rnnbench
    from torch import nn

    class Fragile(nn.GRU):
        calls = 0

        def forward(self, x, state=None):
            Fragile.calls += 1
            if Fragile.calls > int(os.environ.get("FRAGILE_AFTER", 10**9)):
                if "FRAGILE_KILLS" in os.environ:
                    os.abort()
                raise ArithmeticError("worn out")
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        build = lambda i, h: Fragile(i, h, batch_first=True)
        return [rnnbench.CellSpec("fragile", build, "a GRU that wears out")]
"""


def fragile_replicate(
    tmp_path: Path, site: Path, base: dict[str, str], head: dict[str, str]
) -> PairedReplicate:
    """A replicate of a cell that wears out in either environment, and of a GRU beside it."""
    catalogue = Catalogue.load()
    suite = check_suite({**SUITE, "cells": ["fragile", "gru"]}, "made.toml", catalogue)
    (trial,) = time_trials(suite, catalogue)
    sides = []
    for name, variables in (("BASE", base), ("HEAD", head)):
        python = interpreter(tmp_path / name, PYTHONPATH=str(site), **variables)
        environment = Environment(name, python)
        (described,) = environment.describe((trial,))
        sides.append(SideOfTrial(environment, described))
    return measure(trial, Sides(*sides))


@pytest.mark.usefixtures("short_turns")
@pytest.mark.parametrize(
    ("base", "head", "absent", "measured"),
    [
        slow(({}, {"FRAGILE_AFTER": "12"}, (False, True), {"", "gru"})),
        ({"FRAGILE_AFTER": "12"}, {"FRAGILE_AFTER": "12"}, (True, True), {"", "gru"}),
        slow(({}, {"FRAGILE_AFTER": "12", "FRAGILE_KILLS": "1"}, (False, True), set())),
        slow(({}, {"FRAGILE_AFTER": "1", "FRAGILE_KILLS": "1"}, (False, True), set())),
    ],
)
def test_a_cell_that_fails_is_blamed_alone_and_wherever_it_fails(
    tmp_path: Path,
    make_plugin: MakePlugin,
    base: dict[str, str],
    head: dict[str, str],
    absent: tuple[bool, bool],
    measured: set[str],
) -> None:
    """In a turn or before, by an exception or by the end of its process."""
    replicate = fragile_replicate(tmp_path, make_plugin(FRAGILE), base, head)
    assert set(replicate.absent) == {"fragile"}
    assert tuple(map(bool, replicate.absent["fragile"])) == absent
    assert set(replicate.times) == measured


def test_a_relative_python_is_found_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare name is looked up as a shell would, and no link is followed."""
    monkeypatch.chdir(tmp_path)
    assert interpreter_of("env/bin/python") == tmp_path / "env/bin/python"
    assert interpreter_of("./python") == tmp_path / "python"
    assert interpreter_of(None) == Path(sys.executable)
    assert interpreter_of("sh").is_absolute()
    with pytest.raises(click.UsageError, match="no such program"):
        interpreter_of("no-such-python")


def test_options_with_their_default_are_left_to_each_environment() -> None:
    """A default that changes from BASE to HEAD is part of the change; what a suite sets is not."""
    catalogue = Catalogue.present()
    cells = ["lstm", {"name": "lstm", "options": {"forget_bias": 0.0}}]
    suite = check_suite({**SUITE, "cells": cells}, "made.toml", catalogue)
    (trial,) = time_trials(suite, catalogue)
    assert [cell.options for cell in trial.cells] == [{}, {"forget_bias": 0.0}]


# An environment of a commit


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_commit_that_does_not_exist_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As is a folder without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RnnbenchError, match="git rev-parse failed: fatal: not a git repository"):
        make_environment("HEAD")
    git(tmp_path, "init", "-q")
    with pytest.raises(RnnbenchError, match="git rev-parse failed"):
        make_environment("nowhere")


@pytest.mark.slow
def test_an_environment_of_a_commit_has_its_project_and_the_packages_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project as it was, and torch as it is here; what is newer is not found there."""
    project = tmp_path / "project"
    (project / "toyproject").mkdir(parents=True)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "toyproject"\nversion = "1"\n'
    )
    (project / "toyproject" / "__init__.py").write_text("AGE = 'old'\n")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    (project / "toyproject" / "__init__.py").write_text("AGE = 'new'\n")
    (project / "toyproject" / "newer.py").write_text("")
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    monkeypatch.chdir(project)
    made = make_environment("HEAD~1")
    program = (
        "import importlib.util as u, toyproject, torch;"
        "print(toyproject.AGE, torch.__file__, u.find_spec('toyproject.newer'))"
    )
    said = subprocess.run(
        Environment("BASE", made.interpreter).command("-c", program),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert said[0] == "old"
    assert Path(said[1]).is_relative_to(sys.prefix)
    assert said[2] == "None"
    assert made.seconds > 0
    assert make_environment("HEAD~1").seconds == 0
    assert git(project, "worktree", "list").count("\n") == 0
