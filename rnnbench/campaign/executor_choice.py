"""Where a run's trials go."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rnnbench.contracts import Executor, ExecutorContext, ExecutorSpec
from rnnbench.errors import RnnbenchError, describe, first_line
from rnnbench.records import Option


@dataclass(frozen=True)
class ExecutorChoice:
    """An executor with its options, complete.

    jobs: trials at once, where the user said so.
    cost: whether cost trials run there though its machines are shared; their results are marked.
    origin: the distribution that brought it, with its version.
    """

    executor: ExecutorSpec
    options: Mapping[str, Option] = field(default_factory=dict)
    jobs: int | None = None
    cost: bool = False
    origin: str = ""

    @property
    def takes_cost(self) -> bool:
        """Whether cost trials may run there."""
        return self.cost or not self.executor.shared

    def open(self, context: ExecutorContext) -> Executor:
        """The executor at work. Raises RnnbenchError where it is not installed, or cannot be
        reached."""
        spec = self.executor
        try:
            build = spec.load()
        except ImportError as error:
            needs = f"; it needs: pip install '{spec.needs}'" if spec.needs else ""
            raise RnnbenchError(
                f"{self.named} cannot be loaded: {first_line(error)}{needs}"
            ) from error
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a module may raise anything, and may try to exit
            raise RnnbenchError(f"{self.named} cannot be loaded: {describe(error)}") from error
        return self._opened(build, context)

    @contextmanager
    def naming_failures(self) -> Iterator[None]:
        """Whatever the executor raises meanwhile becomes an RnnbenchError that names it and its
        distribution."""
        try:
            yield
        except (RnnbenchError, KeyboardInterrupt):
            raise
        except BaseException as error:  # an executor is a stranger's code, and may try to exit
            failure = f"{self.named} failed in the middle of the run: {describe(error)}"
            advice = "What finished is kept; the same command, without --fresh, goes on from there"
            raise RnnbenchError(f"{failure}. {advice}") from error

    def _opened(self, build: Callable[..., Executor], context: ExecutorContext) -> Executor:
        try:
            executor = build(context, **self.options)
        except (RnnbenchError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise RnnbenchError(f"{self.named} cannot be opened: {describe(error)}") from error
        if not isinstance(executor, Executor):
            raise RnnbenchError(
                f"{self.named} cannot be opened: it gave {type(executor).__name__}, and no Executor"
            )
        return executor

    @property
    def named(self) -> str:
        """The executor by its name and its distribution, for sentences."""
        origin = f" of {self.origin}" if self.origin else ""
        return f"the executor '{self.executor.name}'{origin}"
