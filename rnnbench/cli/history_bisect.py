"""`rnnbench history bisect`: names the first bad commit between a good and a bad one."""

from collections.abc import Sequence
from pathlib import Path

import click

from rnnbench import text
from rnnbench.cli.completion import SUITES
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.history_options import CHECKOUT
from rnnbench.cli.output import note, say
from rnnbench.history import BadUndecided, Checkout, Judgement, NotWorse, ab_judge, bisect

BY_BISECT = "it says itself which commits are compared"
GIVEN = {
    "--base": BY_BISECT,
    "--base-ref": BY_BISECT,
    "--head": BY_BISECT,
    "--head-ref": BY_BISECT,
    "--output": "give -o before `--`",
    "-o": "give -o before `--`",
    "--warn-only": "a search needs the ruling",
}
"""Options of `ab` that are not the user's here."""


@click.command("bisect", context_settings={"ignore_unknown_options": True})
@click.argument("good")
@click.argument("bad")
@click.argument("suite", shell_complete=SUITES)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- AB_OPTIONS]")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("runs/bisect"),
    show_default=True,
    help="The folder that gets a folder for each judged commit.",
)
@CHECKOUT
def bisect_(
    good: str, bad: str, suite: str, options: Sequence[str], output: Path, checkout: Path
) -> None:
    """Name the first commit after GOOD, up to BAD, that makes SUITE worse.

    Some of the commits between are compared with GOOD by `rnnbench ab`, which gets the options
    after `--`. A commit is bad where its times are worse or, with `-- --learning`, it learns worse;
    one in which a cell fails is undecided, and passed over. Exits with 4 where commits that are
    undecided leave several, and with 5 where BAD is not worse than GOOD.
    """
    git = Checkout(checkout)
    commits = git.between(good, bad)
    _refuse_options(options)
    judge = ab_judge(suite, checkout, output, options, say=note)
    try:
        found = bisect(git.known(good), commits, judge, _listen)
    except (BadUndecided, NotWorse) as error:
        note(text.sentence(f"rnnbench: {error}"))
        is_undecided = isinstance(error, BadUndecided)
        raise ended(ExitCode.UNDECIDED if is_undecided else ExitCode.NOTHING_RAN) from None
    if len(found.suspects) == 1:
        say(f"The first bad commit is {_described(found.suspects[0], git)}")
        return
    say("The first bad commit is one of these; those between could not be judged:")
    for suspect in found.suspects:
        say(f"  {_described(suspect, git)}")
    raise ended(ExitCode.UNDECIDED)


def _described(name: str, git: Checkout) -> str:
    commit = git.commit(name)
    return f"{name} {commit.subject}".rstrip() if commit else name


def _refuse_options(options: Sequence[str]) -> None:
    for option in options:
        name = option.partition("=")[0]
        if name in GIVEN:
            raise click.UsageError(f"{name}: is no option that `bisect` hands on; {GIVEN[name]}")


def _listen(commit: str, judgement: Judgement, left: int) -> None:
    passed_over = ", and is passed over" if judgement == "undecided" else ""
    note(f"{commit} is {judgement}{passed_over}; {text.counted(left, 'commit')} left.")
