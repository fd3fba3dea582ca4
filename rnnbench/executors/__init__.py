"""Executors run trials. This package contributes the local pool, by the same hook as plugins."""

from rnnbench.contracts import ExecutorSpec
from rnnbench.hooks import hookimpl
from rnnbench.records import CHECKPOINT_SECONDS


@hookimpl
def rnnbench_executors() -> list[ExecutorSpec]:
    """Contribute the local pool."""
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
