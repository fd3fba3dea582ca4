"""Options that several commands of `rnnbench history` have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rnnbench.history import DEFAULT_FILE

Command = Callable[..., Any]
FILE = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_FILE,
    show_default=True,
    help="The file of the history.",
)
CHECKOUT = click.option(
    "--checkout",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="A folder in the git checkout that has the commits [the working folder].",
)


def selecting(command: Command) -> Command:
    """Add the options that say which figures are shown."""
    for option in (
        click.option("--since", default="", metavar="REF", help="Only steps after this commit."),
        click.option("--figure", "figures", multiple=True, help="Only this figure; repeatable."),
        click.option("--cell", "cells", multiple=True, help="Only this cell; repeatable."),
        click.option(
            "--all",
            "everything",
            is_flag=True,
            help="Also counts, last bits and seconds in which nothing moved.",
        ),
        CHECKOUT,
        FILE,
    ):
        command = option(command)
    return command
