"""Where a run's trials go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnnbench.cell import Option
from rnnbench.errors import RnnbenchError
from rnnbench.records import Executor, ExecutorSpec, Placement


@dataclass(frozen=True)
class Place:
    """An executor with its options, complete.

    jobs: trials at once, where the user said so.
    cost: whether cost trials run there though its machines are shared; their results are marked.
    """

    executor: ExecutorSpec
    options: Mapping[str, Option] = field(default_factory=dict)
    jobs: int | None = None
    cost: bool = False

    @property
    def takes_cost(self) -> bool:
        """Whether cost trials may run there."""
        return self.cost or not self.executor.shared

    def open(self, placement: Placement) -> Executor:
        """The executor at work. Raises RnnbenchError where it is not installed, or cannot be reached."""
        spec = self.executor
        try:
            build = spec.load()
        except ImportError as error:
            needs = f"; it needs: pip install '{spec.needs}'" if spec.needs else ""
            raise RnnbenchError(f"the executor '{spec.name}' cannot be loaded: {error}{needs}") from error
        return build(placement, **self.options)
