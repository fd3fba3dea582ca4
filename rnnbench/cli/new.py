"""`rnnbench new`: writes a plugin project."""

import shlex
from pathlib import Path

import click

from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import print_line, say
from rnnbench.project import KINDS, Kind, name_project, write_project

NEXT = {
    "cell": ("rnnbench check {name}", "rnnbench run suite smoke -c {name} -c gru"),
    "task": ("rnnbench check {name}", "rnnbench run trial gru {name}"),
    "suite": ("rnnbench run suite {name} --dry-run", "rnnbench run suite {name}"),
    "report": ("rnnbench show {name}", "rnnbench run suite smoke"),
    "diagnostic": ("rnnbench list metrics", "rnnbench run suite ./{name}/ci.toml"),
    "claims": ("rnnbench list claims", "rnnbench run suite claims --claim {name}"),
    "executor": ("rnnbench show {name}", "rnnbench run suite smoke --executor {name}"),
}


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the project [default: ./NAME].",
)
def new(kind: Kind, name: str, output: Path | None) -> None:
    """Write a plugin project: a small working cell, task, suite, report, diagnostic, executor or
    file of claims of this NAME, its tests, its README.

    Nothing is overwritten.
    """
    folder = output or Path(name)
    names = name_project(name, Catalogue.present())
    written = write_project(kind, names, folder)
    say(f"Wrote {folder}: {', '.join(str(path.relative_to(folder)) for path in written)}.")
    print_line("Next:")
    print_line(f"  python -m pip install -e {_editable(folder)}")
    for command in NEXT[kind]:
        print_line(f"  {command.format(name=name)}")


def _editable(folder: Path) -> str:
    """The folder as an argument of pip, with the extra for its tests."""
    path = str(folder) if folder.is_absolute() else f"./{folder}"
    return shlex.quote(f"{path}[dev]")
