"""One environment of a paired measurement."""

from dataclasses import dataclass
from pathlib import Path

from rnnbench.ab.side import SideLost, SideProcess
from rnnbench.errors import RnnbenchError
from rnnbench.interpreter import python_of
from rnnbench.records import CostTrial, PartOfTrial
from rnnbench.records.turns import Describe, Described

START_SECONDS = 300.0


@dataclass(frozen=True)
class Environment:
    """An environment.

    name:        BASE or HEAD.
    interpreter: its Python.
    commit:      the commit that is installed there; "" where that was not asked for.
    """

    name: str
    interpreter: Path
    commit: str = ""

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs its Python. The path is not resolved: a virtual environment
        is found by it."""
        return python_of(str(self.interpreter), *arguments)

    def start(self) -> SideProcess:
        """Start a process there. Raises RnnbenchError where the interpreter cannot be run."""
        return SideProcess(self.name, self.interpreter)

    def describe(self, trials: tuple[CostTrial, ...]) -> tuple[PartOfTrial, ...]:
        """Return what of these trials exists there.

        Raises RnnbenchError where it has no rnnbench, or one that knows no paired measurements.
        """
        process = self.start()
        try:
            return process.ask(Describe(trials), Described, START_SECONDS).parts
        except SideLost as lost:
            raise RnnbenchError(f"{self.name} ({self.interpreter}): {self._why(lost)}") from None
        finally:
            process.end()

    def _why(self, lost: SideLost) -> str:
        reason = str(lost)
        if "No module named 'rnnbench'" in reason:
            return "rnnbench is not installed in this environment"
        if "No module named 'rnnbench.runner.cost.turns'" in reason:
            return "its rnnbench is older than `rnnbench ab`; install this version there"
        return reason
