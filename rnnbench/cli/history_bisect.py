"""`rnnbench history bisect`: names the first bad commit between a good and a bad one."""

from collections.abc import Sequence
from pathlib import Path

import click

from rnnbench import text
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.history_options import CHECKOUT
from rnnbench.cli.output import console, print_line
from rnnbench.history import BadUndecided, Checkout, Judgement, NotWorse, ab_judge, bisect


@click.command("bisect", context_settings={"ignore_unknown_options": True})
@click.argument("good")
@click.argument("bad")
@click.argument("suite")
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
    after `--`. Exits with 4 where commits that are undecided leave several, and with 5 where BAD is
    not worse than GOOD.
    """
    git = Checkout(checkout)
    commits = git.between(good, bad)
    judge = ab_judge(suite, checkout, output, options)
    try:
        found = bisect(git.known(good), commits, judge, _listen)
    except (BadUndecided, NotWorse) as error:
        _note(f"rnnbench: {error}.")
        is_undecided = isinstance(error, BadUndecided)
        raise ended(ExitCode.UNDECIDED if is_undecided else ExitCode.NOTHING_RAN) from None
    if len(found.suspects) == 1:
        print_line(f"The first bad commit is {_described(found.suspects[0], git)}")
        return
    print_line("The first bad commit is one of these; those between could not be judged:")
    for suspect in found.suspects:
        print_line(f"  {_described(suspect, git)}")
    raise ended(ExitCode.UNDECIDED)


def _described(name: str, git: Checkout) -> str:
    commit = git.commit(name)
    return f"{name} {commit.subject}" if commit else name


def _listen(commit: str, judgement: Judgement, left: int) -> None:
    passed_over = ", and is passed over" if judgement == "undecided" else ""
    _note(f"{commit} is {judgement}{passed_over}; {text.counted(left, 'commit')} left.")


def _note(sentence: str) -> None:
    console(stderr=True).print(sentence, markup=False, soft_wrap=True)
