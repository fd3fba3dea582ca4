"""What the command line says to those who look for their way: help, examples, suggestions,
completions."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from click.shell_completion import ShellComplete, get_completion_class

from rnnbench.cli.examples import EXAMPLES
from rnnbench.cli.main import COMPLETE, cli
from tests.builders.cli import call
from tests.builders.gate import KEPT, written
from tests.builders.inside import rnnbench_here, rnnbench_on_terminal

ROOT = Path(__file__).parents[1]
SHELLS = ("bash", "zsh", "fish")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, the program itself and groups included."""
    yield "", cli
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command
        yield from within(name, command)


def within(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner_name, inner in command.commands.items():
            yield from within(f"{name} {inner_name}", inner)


COMMANDS = dict(commands())


def test_every_command_has_examples_and_there_are_no_others() -> None:
    """A command that is added without them is found here."""
    assert set(EXAMPLES) == set(COMMANDS)
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_examples_that_fit(name: str) -> None:
    """80 columns, each example on one line."""
    command = COMMANDS[name]
    context = click.Context(command, info_name=f"rnnbench {name}".strip(), terminal_width=80)
    text = command.get_help(context)
    examples = text[text.index("Examples:") :].splitlines()[1:]
    assert [line.partition("#")[0].strip() for line in examples] == [
        line for line, _ in EXAMPLES[name]
    ]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "line", [line for line, _ in chain.from_iterable(EXAMPLES.values())], ids=str
)
def test_every_example_parses(line: str) -> None:
    """Its command exists, with each of its options and as many arguments."""
    program, *words = shlex.split(line)
    assert program == "rnnbench"
    name, rest = called(words)
    command = COMMANDS[name]
    with command.make_context(name, rest):
        pass


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name])
def test_examples_call_their_own_command(name: str) -> None:
    """Or, of a group, one that is in it."""
    for line, _ in EXAMPLES[name]:
        called_name, _ = called(shlex.split(line)[1:])
        assert called_name == name or called_name.startswith(f"{name} ")


def called(words: list[str]) -> tuple[str, list[str]]:
    """The longest name of a command that these words begin with, and the words behind it."""
    for length in range(len(words), -1, -1):
        name = " ".join(words[:length])
        if name in COMMANDS:
            return name, words[length:]
    raise AssertionError(words)


@pytest.mark.parametrize(
    ("line", "guess"),
    [
        ("runn suite", "'run'"),
        ("repport runs/quick", "'report'"),
        ("run suit", "'suite'"),
        ("history shw", "'show'"),
        ("data fech", "'fetch'"),
        ("run suite --sed 3", "'--seeds'"),
        ("gate a b --skip-incomparible", "'--skip-incomparable'"),
        ("list cels", "'cells'"),
        ("gate a b --on-change undecidd", "'undecided'"),
    ],
)
def test_what_is_misspelt_is_answered_with_the_nearest_name(
    tmp_path: Path, line: str, guess: str
) -> None:
    """A command, an option, or a value of which there are few."""
    done = rnnbench_here(*line.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert f"Did you mean {guess}" in done.stderr.replace("one of: ", "")
    assert "?." not in done.stderr


def test_bare_on_a_terminal_says_what_to_do_next_and_piped_gives_the_help(tmp_path: Path) -> None:
    """Three lines, each with a command that exists."""
    shown = rnnbench_on_terminal(cwd=tmp_path)
    lines = shown.stdout.splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 80
    for line in lines:
        called(line.split("  ")[0].split()[1:])
    piped = rnnbench_here(cwd=tmp_path)
    assert "Commands:" in piped.stderr
    assert shown.returncode == piped.returncode


def completed(line: str, incomplete: str) -> set[str]:
    """What a shell offers behind these words."""
    completion = ShellComplete(cli, {}, "rnnbench", COMPLETE)
    return {item.value for item in completion.get_completions(line.split(), incomplete)}


@pytest.mark.parametrize(
    ("line", "incomplete", "offered"),
    [
        ("", "re", {"report", "reproduce"}),
        ("run", "su", {"suite"}),
        ("run suite", "qui", {"quick"}),
        ("run suite quick -c", "gru", {"gru", "gru-v3"}),
        ("run suite quick --task", "addi", {"adding", "adding-anywhere"}),
        ("run suite --executor", "lo", {"local"}),
        ("run suite claims --claim", "gru-fa", {"gru-faster"}),
        ("run trial", "lst", {"lstm"}),
        ("run trial lstm", "bitc", {"bitcoin"}),
        ("check", "even", {"even-pairs"}),
        ("show", "smo", {"smoke"}),
        ("data fetch", "bitc", {"bitcoin"}),
        ("ab", "sca", {"scaling"}),
        ("list", "ce", {"cells"}),
        ("export run --format", "jun", {"junit"}),
    ],
)
def test_names_are_completed(line: str, incomplete: str, offered: set[str]) -> None:
    """Of cells, tasks, suites and all else that has a name; those that begin like it alone."""
    found = completed(line, incomplete)
    assert all(name.startswith(incomplete) for name in found)
    assert all(name.startswith(tuple(offered)) for name in found)
    assert offered <= found


def test_runs_and_ids_of_their_trials_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders with results, in `runs` and where the path leads; else any folder."""
    written(tmp_path / "runs" / "quick", KEPT)
    written(tmp_path / "elsewhere" / "other", KEPT[:1])
    (tmp_path / "runs" / "none").mkdir()
    monkeypatch.chdir(tmp_path)
    for command in ("report", "compare", "gate runs/quick", "export", "reproduce", "history add"):
        assert completed(command, "") == {"runs/quick"}
        assert completed(command, "runs/q") == {"runs/quick"}
    assert completed("report", "elsewhere/") == {"elsewhere/other"}
    assert completed("report", "nowhere") == {"nowhere"}
    ids = {path.stem for path in (tmp_path / "runs" / "quick" / "trials").glob("*.json")}
    assert completed("reproduce runs/quick", "") == ids
    gru = {name for name in ids if name.startswith("adding.h4.gru")}
    assert completed("reproduce runs/quick", "adding.h4.gru") == gru
    assert 0 < len(gru) < len(ids)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_page_says_how_a_shell_is_given_its_script(shell: str) -> None:
    """Which asks by the same variable."""
    asks = f"{COMPLETE}={shell}_complete"
    completion = get_completion_class(shell)
    assert completion
    assert asks in completion(cli, {}, "rnnbench", COMPLETE).source_template.replace(
        "%(complete_var)s", COMPLETE
    )
    assert f"{COMPLETE}={shell}_source rnnbench" in (ROOT / "docs" / "terminal.md").read_text()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_a_word(tmp_path: Path) -> None:
    """By the line of the page, and the function that it defines."""
    script = tmp_path / "bin" / "rnnbench"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m rnnbench "$@"\n')
    script.chmod(0o755)
    program = f"""
        eval "$({COMPLETE}=bash_source rnnbench)"
        COMP_WORDS=(rnnbench run suite smo)
        COMP_CWORD=3
        _rnnbench_completion rnnbench
        echo "${{COMPREPLY[@]}}"
    """
    path = os.pathsep.join([str(script.parent), os.environ["PATH"]])
    done = call(["bash", "-c", program], cwd=tmp_path, env={"PATH": path})
    assert (done.stdout, done.stderr) == ("smoke\n", "")


def test_commands_are_completed_without_their_modules() -> None:
    """A summary stands beside each name, and no command is imported."""
    with patch("rnnbench.cli.main.import_module", side_effect=AssertionError):
        assert completed("", "do") == {"doctor"}
