"""Open the feed of a trial, and check the task's data against the contract."""

from collections.abc import Mapping
from zipfile import Path as ZipPath

from rnnbench.contracts import GeneratedTask, RecordedTask, Task
from rnnbench.records import LearningTrial
from rnnbench.training.contract import check_batch, check_repeats
from rnnbench.training.feed import Feed, data_stream
from rnnbench.training.generated_feed import GeneratedFeed
from rnnbench.training.recorded_feed import RecordedFeed, StreamFeed


def open_feed(task: Task, trial: LearningTrial, archives: Mapping[str, ZipPath]) -> Feed:
    """Return the feed of a trial; it is equal for trials that differ in cell, model or rate alone.

    Raises RnnbenchError where the task's data break the contract of `rnnbench.Batch`.
    """
    if isinstance(task, GeneratedTask):
        return _open_generated(task, trial)
    assert isinstance(task, RecordedTask), (
        f"{type(task).__name__} is neither generated nor recorded"
    )
    feed_class = StreamFeed if task.mode == "stream" else RecordedFeed
    feed = feed_class(task, trial, archives)
    for split in feed.splits:
        check_batch(task, split)
    return feed


def _open_generated(task: GeneratedTask, trial: LearningTrial) -> Feed:
    feed = GeneratedFeed(task, trial)
    check_batch(task, feed.example())
    check_repeats(task, feed.example(), feed.example())
    check_batch(task, feed.validation)
    for other in task.elsewhere().values():
        check_batch(other, other.generate(data_stream(trial, "example"), 2))
    return feed
