"""A renderer: turns findings into files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.contracts.places import imported


@dataclass(frozen=True)
class Renderer:
    """A report as a plugin brings it.

    on_request: made by `rnnbench export` alone, and not at the end of every run.
    render:     `render(findings, folder) -> list of files written`, or its place as
                "module:attribute", imported on use.
    """

    name: str
    render: str | Callable[[Any, Path], list[Path]]
    summary: str = ""
    on_request: bool = False

    def load(self) -> Callable[[Any, Path], list[Path]]:
        """The render function, imported if need be."""
        return imported(self.render)
