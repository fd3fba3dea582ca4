"""What a run that keeps the weights of its models does about trials without any."""

from collections.abc import Collection, Iterator

from rnnbench import text
from rnnbench.contracts import ExecutorContext
from rnnbench.errors import RnnbenchError
from rnnbench.records import WEIGHTS_NOT_KEPT, Result, trial_id
from rnnbench.store import Store


def not_kept(context: ExecutorContext, result: Result) -> Iterator[str]:
    """Yield a sentence where the format of weights cannot hold those of a model.

    Raises RnnbenchError where the weights could not be written, so that the run ends before its
    next trial is lost too.
    """
    path = context.checkpoints().weights_of(result.trial)
    if path is None:
        return
    if result.status == "skipped" and result.reason.startswith(f"{path}: "):
        raise RnnbenchError(
            f"{text.sentence(result.reason)} What finished before is kept; once there is room, the"
            " same command goes on from there"
        )
    for line in result.output.splitlines():
        if line.startswith(WEIGHTS_NOT_KEPT):
            reason = line.removeprefix(WEIGHTS_NOT_KEPT)
            yield f"the weights of {trial_id(result.trial)} are not kept: {reason}"


def lacking(context: ExecutorContext, store: Store, new: Collection[str]) -> Iterator[str]:
    """Yield a sentence where results from before have no weights, which are wanted now."""
    if not context.keep_weights:
        return
    count = 0
    for result in store.read():
        path = context.checkpoints().weights_of(result.trial)
        wanted = path is not None and _has_weights(result) and trial_id(result.trial) not in new
        if wanted and path is not None and not path.exists():
            count += 1
    if count:
        yield (
            f"{text.counted(count, 'result')} from before have no weights;"
            " --fresh runs their trials again"
        )


def _has_weights(result: Result) -> bool:
    """Whether a model was trained whose weights can be kept."""
    trained = result.learning is not None and result.status != "diverged"
    return trained and WEIGHTS_NOT_KEPT not in result.output
