"""The reference of the command line, from the commands of click."""

from collections.abc import Iterator

import click

from rnnbench.cli.examples import EXAMPLES
from rnnbench.cli.main import cli


def command_line() -> str:
    """Return a section for each command, in the order of `rnnbench --help`, as Markdown."""
    context = click.Context(cli, info_name="rnnbench")
    return "\n".join(_section(cli, context))


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    depth = context.command_path.count(" ")
    yield f"\n{'#' * (2 + min(depth, 2))} {context.command_path}\n"
    yield f"{_paragraphs(command.help or '')}\n"
    yield f"`{' '.join([context.command_path, *command.collect_usage_pieces(context)])}`\n"
    rows = [_row(option, context) for option in command.get_params(context)]
    rows = [row for row in rows if row]
    if rows:
        yield "| option | meaning |\n|---|---|"
        yield "\n".join(rows) + "\n"
    examples = EXAMPLES.get(context.command_path.removeprefix("rnnbench").strip(), ())
    if examples:
        yield "\n".join(f"- `{typed}`: {meaning}" for typed, meaning in examples) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner and not inner.hidden:
                yield from _section(inner, click.Context(inner, info_name=name, parent=context))


def _paragraphs(text: str) -> str:
    """Help as click shows it: paragraphs are joined to a line, those after \\b keep their lines."""
    parts = []
    for part in text.replace("\f", "").split("\n\n"):
        if part.startswith("\b"):
            parts.append("\n".join(["```text", part.removeprefix("\b").strip("\n"), "```"]))
        else:
            parts.append(" ".join(part.split()))
    return "\n\n".join(parts)


def _row(option: click.Parameter, context: click.Context) -> str:
    """A row of a table; "" for what has no help."""
    if not isinstance(option, click.Option) or option.hidden:
        return ""
    record = option.get_help_record(context)
    if record is None or "--help" in option.opts:
        return ""
    names, meaning = record
    text = " ".join(meaning.split()).replace("|", "\\|").replace("<", "&lt;")
    return f"| <code>{names.replace('|', '&#124;')}</code> | {text} |"
