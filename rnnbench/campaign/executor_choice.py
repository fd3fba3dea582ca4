"""The executor that a run has chosen, and the failures of its code."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rnnbench import text
from rnnbench.contracts import Executor, ExecutorContext, ExecutorSpec
from rnnbench.errors import RnnbenchError, describe, first_line
from rnnbench.records import Option

SHARED = (
    "cost figures want a machine of their own, and the executor '{}' shares its machines; "
    "`--set executor.cost=true` measures all the same, and marks the results"
)


@dataclass(frozen=True)
class ExecutorChoice:
    """An executor with all its options.

    jobs:   the number of concurrent trials, if the user gave one.
    cost:   whether cost trials run there even though its machines are shared; their results are
            marked.
    origin: the distribution that contributed it, with its version.
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

    @property
    def refusal_of_cost(self) -> str:
        """Why cost trials do not run there."""
        return SHARED.format(self.executor.name)

    def open(self, context: ExecutorContext) -> Executor:
        """Start the executor. Raises RnnbenchError if it is not installed or cannot be reached."""
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
        """Turn what the executor raises into an RnnbenchError with its name and distribution."""
        try:
            yield
        except (RnnbenchError, KeyboardInterrupt):
            raise
        except BaseException as error:  # third-party code may raise anything, and may try to exit
            failure = f"{self.named} failed in the middle of the run: {describe(error)}"
            advice = "What finished is kept; the same command, without --fresh, goes on from there"
            raise RnnbenchError(f"{text.sentence(failure)} {advice}") from error

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
        """The executor with its distribution, for sentences."""
        origin = f" of {self.origin}" if self.origin else ""
        return f"the executor '{self.executor.name}'{origin}"
