"""Every command's usage errors: one line on standard error that names what is wrong, a documented
code, no more."""

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from rnnbench.cli.interruption import interruption
from rnnbench.cli.main import cli, main
from tests.builders.gate import BASELINE

USAGE = 2
DIGITS = "9" * 5000
DEEP = "[" * 5000
Case = tuple[str, str]
"""What is typed, with `{here}` for a folder of the test and `{run}` for one with results; and what
the line names."""

RUN_SUITE = "run suite smoke --dry-run"
TRIAL = "run trial gru adding"
MINIMAL = (
    *(
        RUN_SUITE,
        TRIAL,
        "list",
        "show gru",
        "check gru",
        "new cell my-cell -o {here}/new",
        "report {run}",
    ),
    *(
        "export {run} --format pytest-benchmark",
        "compare {run} {run}",
        "gate {run} {run}",
        "reproduce {run} x",
    ),
    *("inspect {here}/none.csv", "data list", "data fetch", "doctor"),
)
"""A line for each command that asks for no more than it has to."""
FULL = tuple(line for line in MINIMAL if line not in ("check gru", "data fetch", "report {run}"))
"""Those that take no further argument."""

COMMANDS: list[Case] = [
    ("frobnicate", "frobnicate"),
    ("--frobnicate", "--frobnicate"),
    ("runn suite quick", "runn"),
    ("run suit quick", "suit"),
    ("run --frobnicate", "--frobnicate"),
    ("data frobnicate", "frobnicate"),
    ("data --frobnicate", "--frobnicate"),
    *((f"{line} --frobnicate", "--frobnicate") for line in MINIMAL),
    *((f"{line} -x", "-x") for line in MINIMAL),
    *((f"{line} superfluous", "superfluous") for line in FULL),
]
MISSING: list[Case] = [
    ("run trial", "CELL"),
    ("run trial gru", "TASK"),
    ("show", "NAME"),
    ("check", "NAME"),
    ("new", "{cell|task|suite|report|diagnostic|claims|executor}"),
    ("new cell", "NAME"),
    ("report", "FOLDER"),
    ("export", "FOLDER"),
    ("export {run}", "--format"),
    ("compare", "BASE"),
    ("compare {run}", "HEAD"),
    ("gate", "BASE"),
    ("gate {run}", "HEAD"),
    ("reproduce", "FOLDER"),
    ("inspect", "FILE"),
    ("reproduce {run}", "ID"),
    *(
        (f"{RUN_SUITE} {option}", option)
        for option in ("-o", "-c", "-t", "--seeds", "--claim", "--threads", "-j")
    ),
    *(
        (f"{RUN_SUITE} {option}", option)
        for option in ("--executor", "--set", "--output", "--cell", "--task", "--jobs")
    ),
    *((f"{TRIAL} {option}", option) for option in ("--seed", "--dial", "--option", "--set")),
    *((f"check gru {option}", option) for option in ("--option", "--dial", "--skip")),
    ("export {run} --format", "--format"),
    ("export {run} --format pytest-benchmark -o", "-o"),
    *((f"gate {{run}} {{run}} {option}", option) for option in ("--kind", "--markdown", "--junit")),
    ("new cell my-cell -o", "-o"),
]
NUMBERS: list[Case] = [
    *(
        (f"{RUN_SUITE} {option} {value}", option)
        for option, value in product(("--seeds", "--threads"), ("x", "0", "-1", "1.5"))
    ),
    *(
        (f"{RUN_SUITE} --jobs {value}", "--jobs")
        for value in ("x", "0", "-1", "1.5", "nan", "inf", DIGITS)
    ),
    *((f"{TRIAL} --seed {value}", "--seed") for value in ("x", "-1", "1.5", "nan", "1e3", DIGITS)),
    (f"{RUN_SUITE} --seeds 99999999", "--seeds"),
    (f"{RUN_SUITE} --seeds {DIGITS}", "--seeds"),
    (f"{TRIAL} --seed 99999999", "seeds"),
    *(
        (f"run trial lstm adding --option chrono={value}", "chrono")
        for value in ("inf", "nan", "1e999", DIGITS, DEEP)
    ),
    *(
        (f"run trial lstm adding --option chrono={value}", "chrono")
        for value in ("x", "true", "[1]", "{{a=1}}", "-inf")
    ),
    *((f"run trial lstm adding --option chrono={10**n}", "chrono") for n in (19, 30, 400)),
    *(
        (f"{TRIAL} --dial horizon={value}", "horizon")
        for value in ("inf", "nan", "1e999", DIGITS, DEEP, "x", "1.5")
    ),
    *(
        (f"{TRIAL} --dial horizon={value}", "horizon")
        for value in ("0", "-1", "true", "[1]", 10**19, 10**400)
    ),
    *(
        (f"{TRIAL} --set recipe.epochs={value}", "epochs")
        for value in ("inf", "nan", "0", "-1", "1.5", "x", "true")
    ),
    *(
        (f"{TRIAL} --set recipe.epochs={value}", "epochs")
        for value in (DIGITS, DEEP, 10**19, "[1]", "1e999")
    ),
    *(
        (f"{TRIAL} --set recipe.learning_rate={value}", "learning_rate")
        for value in ("0", "-1", "inf", "nan", "x", DIGITS)
    ),
    *(
        (f"{RUN_SUITE} --set seeds={value}", "seeds")
        for value in ("0", "-1", "x", "[]", "1.5", "[-1]", "99999999", DIGITS)
    ),
    *((f"check gru --option x={value}", "x") for value in ("1", "inf", DIGITS, DEEP)),
    *(
        (f"check adding --dial horizon={value}", "horizon")
        for value in ("inf", "x", "0", DIGITS, DEEP, 10**30)
    ),
]
NAMES: list[Case] = [
    ("run suite smok", "smok"),
    ("run suite {here}/absent.toml", "absent.toml"),
    ("run suite {here}", "cannot be read"),
    (f"{RUN_SUITE} -c gruu", "gruu"),
    (f"{RUN_SUITE} -c gru:compild", "compild"),
    (f"{RUN_SUITE} -c gru -c gru", "gru"),
    (f"{RUN_SUITE} -t addin", "addin"),
    (f"{RUN_SUITE} --claim x", "claims"),
    (f"{RUN_SUITE} --core", "claims"),
    (f"{RUN_SUITE} --until-decided", "claims"),
    ("run suite claims --dry-run --claim no-such-claim", "no-such-claim"),
    ("run suite claims --dry-run -c gru", "--claim"),
    ("run suite claims --dry-run -t adding", "--claim"),
    (f"{RUN_SUITE} --executor locl", "locl"),
    ("run trial gruu adding", "gruu"),
    ("run trial gru addin", "addin"),
    ("run trial gru:x adding", "x"),
    ("list cell", "cell"),
    ("list nothing", "nothing"),
    ("show gruu", "gruu"),
    ("show [red]", "[red]"),
    ("check gruu", "gruu"),
    ("check gru:x", "x"),
    ("check gru --skip x", "x"),
    ("check adding --dial x=1", "x"),
    ("new thing my-thing", "thing"),
    ("new cell My-Cell", "My-Cell"),
    ("new cell a/b", "a/b"),
    ("new cell gru", "gru"),
    ("data fetch nothing", "nothing"),
    ("data fetch bitcoin nothing", "nothing"),
    ("export {run} --format html5", "html5"),
    ("gate {run} {run} --kind noisy", "noisy"),
    ("reproduce {run} nothing", "nothing"),
    ("reproduce {run} adding", "adding"),
]
SETTINGS: list[Case] = [
    *(
        (f"{RUN_SUITE} --set {setting}", setting[:20])
        for setting in ("x", "=1", ".=1", "a..b=1", "..=1", "recipe.=1")
    ),
    *((f"{RUN_SUITE} --set {'a.' * 3000}b=1", "a.a.a.") for _ in range(1)),
    (f"{RUN_SUITE} --set recipe.epoch=1", "epoch"),
    (f"{RUN_SUITE} --set epochs=1", "epochs"),
    (f"{RUN_SUITE} --set recipe.match=size", "match"),
    (f"{RUN_SUITE} --set recipe.optimiser=adamm", "adam"),
    (f"{RUN_SUITE} --set recipe=1", "recipe"),
    (f"{RUN_SUITE} --set recipe.epochs.more=1", "recipe.epochs"),
    (f"{RUN_SUITE} --set tasks.*.horizons=[]", "horizons"),
    (f"{RUN_SUITE} --set tasks.*.horizon=3", "horizon"),
    (f"{RUN_SUITE} --set version=0", "version"),
    (f"{RUN_SUITE} --set version=x", "version"),
    (f"{RUN_SUITE} --set summary=1", "summary"),
    (f"{RUN_SUITE} --set device=tpu", "device"),
    (f"{RUN_SUITE} --set size=huge", "size"),
    (f"{RUN_SUITE} --set threads=0", "threads"),
    (f"{RUN_SUITE} --set cost.replicates=0", "replicates"),
    (f"{RUN_SUITE} --set cost.precision=0", "precision"),
    (f"{RUN_SUITE} --set cost.occasion=a/b", "occasion"),
    (f"{RUN_SUITE} --set diagnostics=[1]", "diagnostics"),
    (f"{RUN_SUITE} --set diagnostics=['x']", "x"),
    (f"{RUN_SUITE} --set executor.nothing=1", "nothing"),
    (f"{RUN_SUITE} --set executor.cost=x", "executor.cost"),
    (f"{RUN_SUITE} --set executor.checkpoint_seconds=x", "checkpoint_seconds"),
    (f"{RUN_SUITE} --set executor.checkpoint_seconds=inf", "checkpoint_seconds"),
    (f"{RUN_SUITE} --set executor.checkpoint_seconds={DIGITS}", "checkpoint_seconds"),
    (f"{TRIAL} --set recipe.tune=true", "recipe.tune"),
    (f"{TRIAL} --option x", "--option"),
    (f"{TRIAL} --dial x", "--dial"),
    (f"{TRIAL} --option nothing=1", "nothing"),
    (f"{TRIAL} --dial nothing=1", "nothing"),
    (f"{RUN_SUITE} --set summary=\udce4", "\\udce4"),
    (f"{TRIAL} --dial horizon=\udce4", "\\udce4"),
]
FOLDERS: list[Case] = [
    ("report {here}/absent", "absent"),
    ("report {run} {here}/absent -o {here}/out", "absent"),
    ("report {here}", "trials"),
    ("export {here}/absent --format pytest-benchmark", "absent"),
    ("export {run} --format pytest-benchmark -o {here}/file/out", "file/out"),
    ("compare {here}/absent {run}", "absent"),
    ("compare {run} {here}/absent", "absent"),
    ("gate {run}/trials {run}", "trials"),
    ("gate {run} {run}/trials", "trials"),
    ("gate {run} {run} --junit {here}/absent/a.xml", "absent/a.xml"),
    ("gate {run} {run} --markdown {here}/absent/a.md", "absent/a.md"),
    ("gate {run} {run} --markdown {here}", "cannot be written"),
    ("reproduce {here}/absent x", "absent"),
    ("run suite smoke -o {here}/file", "file"),
    ("run suite smoke -o {here}/file/below", "file/below"),
    ("new cell my-cell -o {here}/file", "file"),
    ("new cell my-cell -o {here}/full", "full"),
]
ALL = [*COMMANDS, *MISSING, *NUMBERS, *NAMES, *SETTINGS, *FOLDERS]

HEAD = 'version = 1\nsummary = "s"\ncells = ["gru"]\n'
TASK = '[[tasks]]\nname = "adding"\n'
CLAIM = '[[claims]]\nname = "c"\nsentence = "S."\n'
READING = f'version = 1\nsummary = "s"\n{CLAIM}[[claims.readings]]\ncells = ["gru", "lstm"]\n'
SUITES: list[Case] = [
    ("", "version"),
    ("version = 1\n", "summary"),
    ("\x00", "TOML"),
    ("version = ", "TOML"),
    ("version = 1\nversion = 2\n", "TOML"),
    (f"version = {DIGITS}\n", "TOML"),
    (f"x = {DEEP}", "deep"),
    (f"x = {'[' * 3000}{']' * 3000}", "deep"),
    ("\udce4", "TOML"),
    (f"version = {10**30}\nsummary = 's'\n", "version"),
    (HEAD, "empty"),
    (f'version = 1\nsummary = "s"\n{TASK}', "cells"),
    (f"{HEAD}nothing = 1\n{TASK}", "nothing"),
    (f"{HEAD}epochs = 1\n{TASK}", "recipe.epochs"),
    (f"{HEAD}seeds = 'x'\n{TASK}", "seeds"),
    (f"{HEAD}threads = 1.5\n{TASK}", "threads"),
    (f"{HEAD}{TASK}horizon = 3\n", "horizon"),
    (f"{HEAD}{TASK}dials = 3\n", "dials"),
    (f"{HEAD}{TASK}dials = {{ horizon = inf }}\n", "horizon"),
    (f"{HEAD}{TASK}dials = {{ nothing = 1 }}\n", "nothing"),
    (f"{HEAD}{TASK}horizons = [3]\ndials = {{ horizon = 3 }}\n", "horizon"),
    (f"{HEAD}{TASK}horizons = [0]\n", "horizons"),
    (f"{HEAD}{TASK}ladder = true\n", "ladder"),
    (f"{HEAD}{TASK}{TASK}", "adding"),
    (f"{HEAD}[[tasks]]\nname = 'addin'\n", "addin"),
    (f"{HEAD}[[tasks]]\n", "name"),
    (f"{HEAD}tasks = 1\n", "tasks"),
    (f"{HEAD}{TASK}[recipe]\nepoch = 1\n", "epoch"),
    (f"{HEAD}{TASK}[recipe]\nlearning_rates = []\n", "learning_rates"),
    (f"{HEAD}{TASK}[recipe]\nlearning_rates = [nan]\n", "learning_rates"),
    (f"{HEAD}{TASK}[cost]\nmeasure = ['time']\n", "measure"),
    (f"{HEAD}{TASK}[cost]\nshapes = [{{ steps = 0 }}]\n", "steps"),
    (f"{HEAD}{TASK}[[cells]]\nname = 'gru'\n", "TOML"),
    ('version = 1\nsummary = "s"\ncells = [1]\n', "cells"),
    ('version = 1\nsummary = "s"\ncells = [{ name = "gru", optons = {} }]\n', "optons"),
    (
        'version = 1\nsummary = "s"\ncells = [{ name = "lstm", options = { chrono = "x" } }]\n',
        "chrono",
    ),
    (f'version = 1\nsummary = "s"\n{CLAIM}', "readings"),
    (f"{READING}figure = 'speed'\nat_most = 1.0\n", "figure"),
    (f"{READING}figure = 'epochs'\nat_most = 1.0\n", "tasks"),
    (f"{READING}figure = 'train-time'\nat_most = 1.0\n", "shapes"),
    (f"{READING}figure = 'parameters'\nshapes = [{{}}]\n", "at_most"),
    (f"{READING}figure = 'parameters'\nshapes = [{{}}]\nat_most = -1.0\n", "at_most"),
    (f"{READING}figure = 'parameters'\nshapes = [{{}}]\nat_most = inf\n", "at_most"),
    (
        (
            f"{READING}figure = 'score'\nmetric = 'x'\nat_most = 1.0\ntasks = [{{ name = 'adding'"
            " }]\n"
        ),
        "x",
    ),
]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a file in it, and a project that is there already."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "pyproject.toml").write_text("mine")
    return tmp_path


def outcome(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """What `main` exits with, and what it prints to standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["rnnbench", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_there_are_two_hundred_cases_and_more() -> None:
    """Each typed once."""
    typed = [line for line, _ in [*ALL, *SUITES]]
    assert len(typed) > 300
    assert not [line for line, times in Counter(typed).items() if times > 1]


@pytest.mark.parametrize(("line", "named"), ALL, ids=lambda text: ascii(text)[1:60])
def test_a_usage_error_is_one_line_that_names_what_is_wrong(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    named: str,
) -> None:
    """With the code of usage errors; nothing is printed to standard output, and nothing is run."""
    monkeypatch.chdir(here)
    arguments = [word.format(here=here, run=BASELINE) for word in line.split(" ")]
    code, out, err = outcome(arguments, monkeypatch, capsys)
    check_one_line(code, out, err, named)
    assert sorted(path.name for path in here.iterdir()) == ["file", "full"]


@pytest.mark.parametrize(("content", "named"), SUITES, ids=lambda text: ascii(text)[1:60])
def test_what_is_wrong_with_a_suite_is_one_line_with_its_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
    named: str,
) -> None:
    """Whatever stands in it."""
    file = tmp_path / "mine.toml"
    file.write_bytes(content.encode(errors="surrogateescape"))
    code, out, err = outcome(["run", "suite", str(file), "--dry-run"], monkeypatch, capsys)
    check_one_line(code, out, err, named)
    assert "mine.toml" in err


def check_one_line(code: int, out: str, err: str, named: str) -> None:
    """What holds for every usage error."""
    assert "Traceback" not in err
    assert code == USAGE, err
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("rnnbench: ")
    assert line.removeprefix("rnnbench: ").strip()
    assert named in line


def test_what_tries_to_end_a_command_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command runs: where it exits with 0, the command gave no answer, and says so."""

    def leave(_: object) -> None:
        sys.exit(0)

    monkeypatch.setattr("rnnbench.cli.listing.everything", leave)
    code, out, err = outcome(["list"], monkeypatch, capsys)
    assert (code, out) == (1, "")
    assert (
        err
        == "rnnbench: something that this command ran tried to end it by sys.exit(0), and it gave"
        " no answer.\n"
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("run suite quick", "What finished is kept; the same command goes on from there."),
        ("ab smoke --fresh", "the same command, without --fresh, goes on from there."),
        ("--debug history bisect a b smoke", "the same command goes on from there."),
        ("export {run} --format csv", "Stored results are as they were; the same command starts"),
        ("run trial gru adding", "Stored results are as they were; the same command starts again."),
    ],
)
def test_an_interrupted_command_names_only_options_that_it_has(typed: str, sentence: str) -> None:
    """And goes on from what has finished only where it keeps that."""
    said = interruption(typed.split())
    assert said.startswith("Interrupted. ")
    assert sentence in said
    assert ("--fresh" in said) == ("--fresh" in typed)


def test_main_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line on standard error, with the code of an interruption."""

    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["rnnbench", "export", "x", "--format", "csv"])
    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == f"{interruption(['export'])}\n"
