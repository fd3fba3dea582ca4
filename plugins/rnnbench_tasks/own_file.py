"""Tasks on a file of the user, which `rnnbench.datafile` reads as `rnnbench inspect` says."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal
from zipfile import Path as ZipPath

from msgspec.structs import replace

import rnnbench

Fill = Literal["", "drop", "forward", "linear"]
TASK_OF_KIND = {
    "forecast": "csv-forecast",
    "classification": "csv-classify",
    "language model": "text-file",
    "text classification": "csv-texts",
}


@dataclass(frozen=True)
class OwnFile(rnnbench.RecordedTask):
    """The base of all of them: the file, and the dials that say what is in it.

    What score is reachable in a file is unknown, so that there is no target, unless the dial sets
    one: trainings last for the whole budget, and cells are ranked by their test scores.
    `train_examples` is how many examples of the training part are used; 0 for all.
    """

    path: str = ""
    target: float | None = field(default=None, kw_only=True)  # type: ignore[misc]  # here a dial
    train_examples: int = field(default=0, kw_only=True)
    kind: ClassVar[str]
    """What the file must be taken for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.path and not Path(self.path).expanduser().is_absolute():
            # A relative path would have another meaning in a trial, which runs in another folder.
            raise ValueError(
                f"path must be absolute, got '{self.path}'. Is it '{Path(self.path).absolute()}'?"
            )
        if self.train_examples < 0:
            raise ValueError(f"train_examples must be at least 0, got {self.train_examples}")
        if self.target is not None:
            self.check_target(self.target)

    def check_target(self, target: float) -> None:
        """Raise ValueError for a target that needs no learning, or that nothing can reach.

        It is a score at which an answer without error has 1.
        """
        if not 0 < target <= 1:
            raise ValueError(f"target must be above 0 and at most 1, got {target:g}")

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The file, where `path` is set."""
        return (Path(self.path).expanduser(),) if self.path else ()

    @property
    @abstractmethod
    def choices(self) -> "rnnbench.datafile.Choices":
        """What the dials say of the file."""

    @property
    def dataset(self) -> "rnnbench.datafile.Dataset":
        """The file in arrays. Raises DataUnavailable where it cannot be used, with the place."""
        if not self.path:
            raise rnnbench.DataUnavailable(f"{self.name}: no file is named: set the dial `path`")
        path = Path(self.path).expanduser()
        try:
            choices = replace(self.choices, train_examples=self.train_examples or None)
            found = _load(path, choices, path.stat().st_mtime_ns)
        except OSError as error:
            raise rnnbench.DataUnavailable(
                f"{path}: cannot be read: {error.strerror or error}"
            ) from error
        except rnnbench.RnnbenchError as error:
            raise rnnbench.DataUnavailable(str(error)) from error
        kind = found.inspection.kind
        if kind != self.kind:
            raise rnnbench.DataUnavailable(
                f"{path}: it is taken for a {kind}, and {self.name} is for a {self.kind}: use the"
                f" task {TASK_OF_KIND[kind]}, or set more dials of {self.name}"
            )
        return found

    @property
    def preparation(self) -> "rnnbench.datafile.Preparation":
        """How another file of this kind becomes inputs of a trained model."""
        return self.dataset.preparation

    @property
    def output_size(self) -> int:
        """Numbers to forecast, classes, or symbols with the unknown one."""
        return self.dataset.preparation.output_size

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return the three parts, scaled or numbered by the training part alone."""
        dataset = self.dataset
        train, validation, test = (self.batch(dataset, part) for part in dataset.parts)
        return rnnbench.Splits(train, validation, test)

    def batch(
        self,
        dataset: "rnnbench.datafile.Dataset",  # noqa: ARG002
        part: "rnnbench.datafile.Part",
    ) -> rnnbench.Batch:
        """Return one part as a batch."""
        return rnnbench.Batch(part.inputs, part.targets, lengths=part.lengths)


def listed(names: str) -> tuple[str, ...]:
    """Return the names in a dial that are separated by commas."""
    return tuple(name.strip() for name in names.split(",") if name.strip())


@lru_cache(maxsize=2)
def _load(
    path: Path,
    choices: "rnnbench.datafile.Choices",
    changed: int,  # noqa: ARG001
) -> "rnnbench.datafile.Dataset":
    """Read a file, and keep it in memory until it changes."""
    return rnnbench.datafile.load(path, choices)
