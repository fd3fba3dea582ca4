"""Executors: places where trials run. A trial goes in and a result comes out; a plugin provides the
place."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from rnnbench.contracts.places import imported
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    CHECKPOINT_SECONDS,
    PREDICTIONS_FOLDER,
    WEIGHTS_FOLDER,
    Checkpoints,
    Option,
    Result,
    Trial,
)


@dataclass(frozen=True)
class ExecutorContext:
    """What a run passes to its executor.

    folder:           the folder of the run, in which an executor may keep files under its own name.
    jobs:             number of simultaneous trials that the user chose; None leaves it to the
                      executor.
    keep_weights:     whether trials write the weights of their trained models.
    keep_predictions: whether they write what these say of the test data.
    """

    folder: Path
    jobs: int | None = None
    keep_weights: bool = False
    keep_predictions: bool = False

    def checkpoints(self, seconds: float = CHECKPOINT_SECONDS) -> Checkpoints:
        """Return where and how often trials write checkpoints, and where weights and predictions.
        Raises RnnbenchError for a negative time."""
        if seconds < 0:
            raise RnnbenchError(f"checkpoint_seconds should not be negative, got {seconds:g}")
        folder = self.folder.absolute()
        weights = str(folder / WEIGHTS_FOLDER) if self.keep_weights else ""
        predictions = str(folder / PREDICTIONS_FOLDER) if self.keep_predictions else ""
        return Checkpoints(str(folder / "checkpoints"), seconds, weights, predictions)


class Executor(ABC):
    """Runs trials, and returns one result for each started trial, whatever happened to it.

    An executor is a context manager: leaving it ends what is running. It is driven from one thread.
    """

    @property
    @abstractmethod
    def free(self) -> int:
        """Number of further trials that may be started now."""

    @property
    @abstractmethod
    def in_flight(self) -> frozenset[str]:
        """Ids of the trials that were started and have no result yet."""

    @abstractmethod
    def start(self, trial: Trial) -> None:
        """Start a trial, and return at once."""

    @abstractmethod
    def wait(self, seconds: float) -> list[Result]:
        """Return the results that have arrived, after waiting up to `seconds` for the first of
        them."""

    def notices(self) -> list[str]:
        """Return sentences on what the executor had to repair since the last call."""
        return []

    @abstractmethod
    def close(self) -> None:
        """End what is running, whatever it does."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True)
class ExecutorSpec:
    """An executor as a plugin provides it.

    build:   `build(context, **options)` returning an `Executor`, or its place as
             "module:attribute", imported on use.
    options: what `--set executor.NAME=VALUE` may set, with defaults.
    shared:  whether other work may run beside a trial on its machine; cost trials are refused
             there.
    needs:   what to install where the import of `build` fails, as pip takes it.
    """

    name: str
    build: str | Callable[..., Executor]
    summary: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    shared: bool = False
    needs: str = ""

    def load(self) -> Callable[..., Executor]:
        """Return the build function, imported if need be."""
        return imported(self.build)
