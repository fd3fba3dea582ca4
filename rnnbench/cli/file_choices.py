"""The options that say what a user's file holds, for `inspect` and `try`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, get_args

import click

from rnnbench.datafile import Choices
from rnnbench.datafile.records import Fill, Unit

Command = TypeVar("Command", bound=Callable[..., Any])
OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--target", metavar="COL", help="The column to forecast, or several: A,B."),
    click.option("--window", type=int, help="Rows that a model reads at once.  [default: 60]"),
    click.option("--horizon", default=1, show_default=True, help="Rows that it forecasts at once."),
    click.option(
        "--group", metavar="ID", help="The column that names the series or sequence of a row."
    ),
    click.option("--order", metavar="TIME", help="The column by which rows are ordered."),
    click.option("--label", metavar="Y", help="The column of classes."),
    click.option("--text", metavar="COL", help="The column of texts."),
    click.option(
        "--fill", type=click.Choice(get_args(Fill)), help="What becomes of missing values."
    ),
    click.option("--unit", type=click.Choice(get_args(Unit)), help="What is read of a plain text."),
    click.option("--keep", metavar="COL", multiple=True, help="A column to read in any case."),
    click.option(
        "--train-examples", type=int, metavar="N", help="Train on N examples.  [default: all]"
    ),
    click.option("--resample", metavar="STEP", help="Put rows on even steps by means, as of 1h."),
)


def file_choices(command: Command) -> Callable[..., Any]:
    """Add the options to a command, which gets what they say as `choices`."""

    @wraps(command)
    def with_choices(*arguments: Any, **options: Any) -> Any:
        chosen = {name: options.pop(name) for name in Choices.__struct_fields__}
        return command(*arguments, choices=Choices(**chosen), **options)

    decorated: Callable[..., Any] = with_choices
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated
