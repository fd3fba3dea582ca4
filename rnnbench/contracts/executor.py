"""Executors: places where trials run. The job model is fixed (a trial in, a result out); a plugin
rents the place."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from rnnbench.contracts.places import imported
from rnnbench.errors import RnnbenchError
from rnnbench.records import CHECKPOINT_SECONDS, Checkpoints, Option, Result, Trial


@dataclass(frozen=True)
class ExecutorContext:
    """What a run tells its executor.

    folder: the folder of the run; an executor may keep files under a name of its own in it.
    jobs:   trials at once, where the user said so; None leaves it to the executor.
    """

    folder: Path
    jobs: int | None = None

    def checkpoints(self, seconds: float = CHECKPOINT_SECONDS) -> Checkpoints:
        """Where trials keep what they need to go on after they were cut off, and how often they do.
        Raises RnnbenchError for a time below 0."""
        if seconds < 0:
            raise RnnbenchError(f"checkpoint_seconds should not be negative, got {seconds:g}")
        return Checkpoints(str(self.folder.absolute() / "checkpoints"), seconds)


class Executor(ABC):
    """Takes trials, yields results: one for each trial that was started, whatever became of it.

    A context manager: leaving it ends what is running. Driven from one thread.
    """

    @property
    @abstractmethod
    def free(self) -> int:
        """How many more trials may be started now."""

    @property
    @abstractmethod
    def in_flight(self) -> frozenset[str]:
        """Ids of the trials that were started and have not come back."""

    @abstractmethod
    def start(self, trial: Trial) -> None:
        """Take a trial; returns at once."""

    @abstractmethod
    def wait(self, seconds: float) -> list[Result]:
        """Results that have come, waiting up to `seconds` for the first; an empty list where none
        has."""

    def notices(self) -> list[str]:
        """Sentences on what it had to mend since it was last asked."""
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
    """An executor as a plugin brings it.

    build:   `build(context, **options)` giving an `Executor`, or its place as "module:attribute",
             imported on use.
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
        """The build function, imported if need be."""
        return imported(self.build)
