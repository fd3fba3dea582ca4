"""`rnnbench inspect`: what a user's file is taken for, and what is odd in it."""

from pathlib import Path
from typing import get_args

import click
from msgspec import to_builtins

from rnnbench.cli.output import print_json, say
from rnnbench.datafile import Choices, Inspection, headline, inspect, sentence_of, six_lines
from rnnbench.datafile.records import Fill, Unit

NAME_WIDTH = 12


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", metavar="COL", help="The column to forecast.")
@click.option("--window", type=int, help="Rows that a model reads at once.  [default: 60]")
@click.option("--horizon", default=1, show_default=True, help="Rows that it forecasts at once.")
@click.option(
    "--group", metavar="ID", help="The column that names the series or sequence of a row."
)
@click.option("--order", metavar="TIME", help="The column by which rows are ordered.")
@click.option("--label", metavar="Y", help="The column of classes.")
@click.option("--text", metavar="COL", help="The column of texts.")
@click.option("--fill", type=click.Choice(get_args(Fill)), help="What becomes of missing values.")
@click.option("--unit", type=click.Choice(get_args(Unit)), help="What is read of a plain text.")
@click.option("--keep", metavar="COL", multiple=True, help="A column to read in any case.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect_(
    file: Path,
    target: str | None,
    window: int | None,
    horizon: int,
    group: str | None,
    order: str | None,
    label: str | None,
    text: str | None,
    fill: Fill | None,
    unit: Unit | None,
    keep: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say what FILE is taken for, what would be done with it, and what is odd in it.

    FILE is a table (CSV, also compressed, or Parquet), a set of sequences (.ts, .arff) or a text.
    What is not said by an option is guessed. Nothing is trained.
    """
    choices = Choices(
        target=target,
        window=window,
        horizon=horizon,
        group=group,
        order=order,
        label=label,
        text=text,
        fill=fill,
        unit=unit,
        keep=keep,
    )
    inspection = inspect(file, choices)
    if as_json:
        print_json(to_builtins(inspection))
    else:
        _print(inspection)


def _print(inspection: Inspection) -> None:
    say(headline(inspection))
    for name, sentence in six_lines(inspection):
        say(f"{name:<{NAME_WIDTH}}{sentence}", hang=NAME_WIDTH, lead=len(name), style="bold")
    for notice in inspection.notices:
        say(f"{notice.kind}: {sentence_of(notice)}", hang=4, lead=len(notice.kind), style="bold")
