"""Executors: places where trials run. The pool of this machine comes in by the door like
anybody's."""

from rnnbench.contracts import ExecutorSpec
from rnnbench.hooks import hookimpl
from rnnbench.records import CHECKPOINT_SECONDS


@hookimpl
def rnnbench_executors() -> list[ExecutorSpec]:
    """The local pool."""
    return [
        ExecutorSpec(
            "local",
            build="rnnbench.executors.local:build_local",
            summary=(
                "This machine: each trial in a process of its own, as many at once as there are"
                " cores."
            ),
            options={"checkpoint_seconds": CHECKPOINT_SECONDS},
        )
    ]
