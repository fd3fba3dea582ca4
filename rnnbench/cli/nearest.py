"""Suggestions for misspelt commands and values; click makes those for options."""

import re
from difflib import get_close_matches

import click

COMMAND = re.compile(r"^No such command '(.*?)'")
VALUE = re.compile(r"^'(.*?)' is not one of")


def nearest(error: click.UsageError) -> str:
    """`. Did you mean 'cells'?` for a command, or a value of an option, that is nearly right."""
    context = error.ctx
    command = COMMAND.match(error.message)
    if command and context and isinstance(context.command, click.Group):
        return _guess(command[1], context.command.list_commands(context))
    value = VALUE.match(error.message)
    if value and isinstance(error, click.BadParameter) and error.param:
        choice = error.param.type
        if isinstance(choice, click.Choice):
            return _guess(value[1], [str(possible) for possible in choice.choices])
    return ""


def _guess(typed: str, names: list[str]) -> str:
    near = get_close_matches(typed, names, n=1)
    return f". Did you mean '{near[0]}'?" if near else ""
