"""The commands and their exit codes; a command's module is imported when the command runs."""

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from textwrap import fill
from types import ModuleType

import click
from click.shell_completion import CompletionItem, shell_complete

from rnnbench import __version__
from rnnbench.cli.early_start import StartsEarly
from rnnbench.cli.examples import epilog, with_examples
from rnnbench.cli.exit_codes import ExitCode
from rnnbench.cli.interruption import interruption
from rnnbench.cli.nearest import nearest
from rnnbench.cli.streams import ReaderGone, careful_streams
from rnnbench.errors import RnnbenchError, encodable, message, why_not

COMPLETE = "_RNNBENCH_COMPLETE"
"""The variable by which a shell asks for completions."""
WELCOME = """\
rnnbench run suite          RNN, GRU and LSTM: two minutes, then a report
rnnbench new cell my-cell   a cell of your own, as a plugin with tests
rnnbench --help             all commands; rnnbench list: all that they work on"""
COMMANDS = {
    "run": "rnnbench.cli.run:run",
    "list": "rnnbench.cli.listing:list_",
    "show": "rnnbench.cli.showing:show",
    "check": "rnnbench.cli.check:check",
    "new": "rnnbench.cli.new:new",
    "report": "rnnbench.cli.report:report",
    "export": "rnnbench.cli.exporting:export",
    "compare": "rnnbench.cli.comparing:compare_",
    "gate": "rnnbench.cli.gating:gate",
    "ab": "rnnbench.cli.ab:ab",
    "history": "rnnbench.cli.history:history",
    "reproduce": "rnnbench.cli.reproducing:reproduce",
    "inspect": "rnnbench.cli.inspecting:inspect_",
    "try": "rnnbench.cli.trying:try_",
    "predict": "rnnbench.cli.predicting:predict",
    "data": "rnnbench.cli.data:data",
    "doctor": "rnnbench.cli.doctor:doctor",
}
SUMMARIES = {
    "run": "Run a suite, or a single trial.",
    "list": "List cells, tasks, suites, reports, executors, claims or plugins, with their origin.",
    "show": "Show all that is known of a cell, task, suite, report, executor, claim or plugin.",
    "check": "Check that cells and tasks keep the laws on which figures rest.",
    "new": "Write a plugin project of your own: a cell, task, suite, report, executor ...",
    "report": "Make the reports of a run, or of several as one, from the results.",
    "export": "Write what a run says, or its results, in the format of another tool.",
    "compare": "Show what changed from one run to another.",
    "gate": "Say whether a run may pass, compared with another: exit code, Markdown, JUnit.",
    "ab": "Say whether cells became slower from one environment to another, measured in turns.",
    "history": "Keep figures by commit, and say at which commit they moved.",
    "reproduce": "Run a stored trial again and compare it bit for bit.",
    "inspect": "Say what a data file of yours is taken for, and what is odd in it.",
    "try": "Say which recurrent cell is worth it on a data file of yours, if any.",
    "predict": "Say what a trained model forecasts for a new file, or which classes it has.",
    "data": "List or fetch the real data that tasks need.",
    "doctor": "Say what this machine can and cannot do, and what to mend.",
}


class _Lazy(StartsEarly):
    """A group whose commands are imported on use, so that --help stays quick and needs no torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(_load(module), attribute)
        return with_examples(command, cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Complete names of commands without importing them."""
        return [
            CompletionItem(name, help=summary)
            for name, summary in SUMMARIES.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]}, epilog=epilog(""))
@click.version_option(__version__, prog_name="rnnbench")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """The referee for recurrent cells: which one learns the task, in how many epochs, at what cost,
    how sure."""


def main() -> None:
    """Run the command line; exit codes as in docs/commands.md."""
    _hear_signals_to_end()
    with careful_streams() as streams:
        code = _outcome()
    if code == 0 and any(stream.lost for stream in streams):
        code = ExitCode.OUTPUT_LOST
    sys.exit(code)


def _outcome() -> int:
    """Run the command line, and return its exit code however it ends."""
    code: object
    try:
        if COMPLETE in os.environ:
            return shell_complete(cli, {}, "rnnbench", COMPLETE, os.environ[COMPLETE])
        if len(sys.argv) == 1 and sys.stdout.isatty():
            click.echo(WELCOME)
            return ExitCode.USAGE
        _refuse_undecodable(sys.argv[1:])
        code = cli.main(prog_name="rnnbench", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(interruption(sys.argv[1:]), err=True)
        code = ExitCode.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = ExitCode.USAGE
    except click.ClickException as error:
        code = _usage_error(error, _sentence(error))
    except RnnbenchError as error:
        code = _usage_error(error, " ".join(message(error).split()))
    except ReaderGone:
        code = ExitCode.OUTPUT_LOST
    except SystemExit as error:  # no command does this; a plugin might
        click.echo(
            "rnnbench: something that this command ran tried to end it by"
            f" sys.exit({error.code!r}), and it gave no answer.",
            err=True,
        )
        code = ExitCode.FAILED
    return code if isinstance(code, int) else 0


def _usage_error(error: Exception, sentence: str) -> int:
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    line = f"rnnbench: {sentence}"
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        line = fill(line, width, break_long_words=False, break_on_hyphens=False)
    click.echo(line, err=True)
    return ExitCode.USAGE


def _sentence(error: click.ClickException) -> str:
    """The message of click in one line, with the command whose help explains more."""
    problem = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.UsageError) and "Did you mean" not in problem:
        problem += nearest(error)
    if not problem.endswith(("?", "?)")):
        problem += "."
    if isinstance(error, click.UsageError) and error.ctx:
        return f"{problem} Try '{error.ctx.command_path} --help'."
    return problem


def _refuse_undecodable(arguments: Sequence[str]) -> None:
    """Refuse settings that are not text; only names of files may be any bytes."""
    for argument in arguments:
        if "=" in argument and encodable(argument) != argument:
            raise RnnbenchError(
                f"{encodable(argument)}: is not text in the encoding of this system; type it in"
                " UTF-8"
            )


def _load(module: str) -> ModuleType:
    """Import the module of a command. Raises RnnbenchError where it needs torch, and torch is
    missing or broken."""
    try:
        return import_module(module)
    except (ImportError, OSError) as error:  # a missing shared library is an OSError
        if "torch" in sys.modules and getattr(error, "name", None) != "torch":
            raise
        raise RnnbenchError(why_not("torch", error)) from error


def _hear_signals_to_end() -> None:
    """Handle signals to terminate like Ctrl-C, so that child processes end too; one that is
    ignored, as under `nohup`, stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
