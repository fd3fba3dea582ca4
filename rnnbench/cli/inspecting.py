"""`rnnbench inspect`: what a user's file is taken for, and what is odd in it."""

from pathlib import Path

import click
from msgspec import to_builtins

from rnnbench.cli.file_choices import file_choices
from rnnbench.cli.output import print_json, say
from rnnbench.datafile import Choices, Inspection, headline, inspect, sentence_of, six_lines

NAME_WIDTH = 12


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@file_choices
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect_(
    file: Path,
    choices: Choices,
    as_json: bool,
) -> None:
    """Say what FILE is taken for, what would be done with it, and what is odd in it.

    FILE is a table (CSV, also compressed, or Parquet), a set of sequences (.ts, .arff) or a text.
    What is not said by an option is guessed. Nothing is trained.
    """
    inspection = inspect(file, choices)
    if as_json:
        print_json(to_builtins(inspection))
    else:
        print_inspection(inspection)


def print_inspection(inspection: Inspection) -> None:
    """Print what a file was taken for, six lines on what is done with it, and the notices."""
    say(headline(inspection))
    for name, sentence in six_lines(inspection):
        say(f"{name:<{NAME_WIDTH}}{sentence}", hang=NAME_WIDTH, lead=len(name), style="bold")
    for notice in inspection.notices:
        say(f"{notice.kind}: {sentence_of(notice)}", hang=4, lead=len(notice.kind), style="bold")
