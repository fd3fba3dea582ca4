"""The data of a learning trial: its task, its feed, and the digests of the files that it reads."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import Path as ZipPath

from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import RecordedTask, Task
from rnnbench.errors import DataUnavailable
from rnnbench.provenance import file_digest
from rnnbench.records import LearningTrial
from rnnbench.training import Feed, open_feed


def open_data(trial: LearningTrial, catalogue: Catalogue) -> tuple[Task, Feed, dict[str, str]]:
    """The task, its feed, and the digests of the data files by name.

    Raises DataUnavailable where a file changed while it was read; a file that did not exist before
    is one that the task has made.
    """
    task_class = catalogue.tasks[trial.task].item
    task = task_class(**trial.dials)  # type: ignore[arg-type]
    own_files = {str(file): file for file in task.own_files}
    files = {**own_files, **task.data_files}
    before = _digests(files)
    archives: Mapping[str, ZipPath] = {}
    if issubclass(task_class, RecordedTask):
        archives = open_archives(task_class)
    feed = open_feed(task, trial, archives)
    after = _digests(files)
    for name, digest in after.items():
        if before[name] and before[name] != digest:
            raise DataUnavailable(f"{files[name]}: it changed while it was read")
    return task, feed, after


def _digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: file_digest(file) for name, file in files.items()}
