"""What `rnnbench ab` was asked for."""

import shlex
from pathlib import Path
from typing import NamedTuple


class Asked(NamedTuple):
    """What was asked for on the command line."""

    suite: str
    base: Path | None
    base_ref: str | None
    head: Path | None
    head_ref: str | None
    output: Path | None
    cells: tuple[str, ...]
    settings: tuple[str, ...]
    minutes: float | None
    precision: float
    policy_file: Path | None
    learning: bool
    fresh: bool

    def again(self, row: str) -> str:
        """Return the command that measures the cell of this row again."""
        sides = {
            "--base": self.base,
            "--base-ref": self.base_ref,
            "--head": self.head,
            "--head-ref": self.head_ref,
        }
        words = ["rnnbench", "ab", self.suite]
        for option, value in sides.items():
            words += [option, str(value)] if value is not None else []
        for setting in self.settings:
            words += ["--set", setting]
        return shlex.join([*words, "-c", row, "-o", "AGAIN"])
