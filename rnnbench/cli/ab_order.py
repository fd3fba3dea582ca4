"""What `rnnbench ab` was asked for."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import click

from rnnbench.compare import PRECISION
from rnnbench.records import CellUse


class Asked(NamedTuple):
    """What was asked for on the command line."""

    suite: str
    base: str | None
    base_ref: str | None
    head: str | None
    head_ref: str | None
    output: Path | None
    cells: tuple[str, ...]
    settings: tuple[str, ...]
    minutes: float | None
    precision: float
    policy_file: Path | None
    learning: bool
    fresh: bool

    def check(self) -> None:
        """Raise UsageError where the sides are not those of a comparison."""
        if self.base is None and self.base_ref is None:
            raise click.UsageError("give --base PYTHON, or --base-ref REF")
        for option, python, ref in (
            ("base", self.base, self.base_ref),
            ("head", self.head, self.head_ref),
        ):
            if python is not None and ref is not None:
                raise click.UsageError(f"--{option} and --{option}-ref exclude each other")

    def again(self, cell: CellUse | None, *, learning: bool = False) -> str:
        """Return the command that measures a cell again; the whole suite, where the cell has no
        name of its own to be chosen by.

        learning: train it again too.
        """
        sides = {
            "--base": self.base,
            "--base-ref": self.base_ref,
            "--head": self.head,
            "--head-ref": self.head_ref,
            "--policy": self.policy_file,
            "--precision": None if self.precision == PRECISION else self.precision,
        }
        words = ["rnnbench", "ab", self.suite]
        for option, value in sides.items():
            words += [option, str(value)] if value is not None else []
        for setting in self.settings:
            words += ["--set", setting]
        if learning:
            words.append("--learning")
        if cell is not None and not cell.options:
            words += ["-c", _name_of(cell)]
        return shlex.join([*words, "-o", "AGAIN"])


def _name_of(cell: CellUse) -> str:
    is_default = cell.implementation == "default"
    return cell.name if is_default else f"{cell.name}:{cell.implementation}"


def interpreter_of(typed: str | None) -> Path:
    """Return the Python that was typed, this one where none was; a bare name is looked up.

    The path is made absolute and not resolved, since a virtual environment is found by it. Raises
    UsageError where there is no such program.
    """
    if typed is None:
        return Path(sys.executable)
    if "/" in typed:
        return Path(typed).absolute()
    found = shutil.which(typed)
    if found is None:
        raise click.UsageError(f"{typed}: no such program; give the Python of an environment")
    return Path(found)
