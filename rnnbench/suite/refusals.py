"""Refuses readings of claims that contradict themselves or name unknown things."""

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import MEASURED_BY, RATIOS, SHARES
from rnnbench.suite.file import ReadingEntry
from rnnbench.suite.uses import refuse_share_of


def refuse_contradictions(entry: ReadingEntry, cells: int, where: str) -> None:
    """Raise RnnbenchError where the keys of a reading do not go together."""
    _refuse_wrong_place(entry, where)
    _refuse_wrong_cells(entry, cells, where)
    unknown_shares = [share for share in entry.shares if share not in SHARES]
    if unknown_shares:
        raise RnnbenchError(
            f"{where}: shares: there is no threshold {unknown_shares[0]:g}. There are:"
            f" {', '.join(map(str, SHARES))}"
        )
    is_diagnosis = entry.figure == "diagnosis"
    if is_diagnosis != bool(entry.diagnostic) or (entry.diagnostic and not entry.metric):
        raise RnnbenchError(
            f"{where}: a diagnosis needs `diagnostic` and `metric`, and nothing else does"
        )
    _refuse_wrong_training_shares(entry, cells, where)
    _refuse_unused_keys(entry, where)


def _is_cost(entry: ReadingEntry) -> bool:
    """Whether a reading needs cost trials alone, and no training."""
    return entry.figure in MEASURED_BY and entry.figure != "seconds"


def _refuse_wrong_place(entry: ReadingEntry, where: str) -> None:
    """Refuse a cost figure without shapes, and any other one without tasks."""
    if _is_cost(entry) and (entry.tasks or not entry.shapes):
        raise RnnbenchError(f"{where}: {entry.figure} is measured at `shapes`, and on no task")
    if not _is_cost(entry) and not entry.tasks:
        raise RnnbenchError(f"{where}: {entry.figure} is measured on `tasks`; there are none")
    if entry.figure == "seconds" and not entry.shapes:
        raise RnnbenchError(
            f"{where}: seconds need `shapes` at which the time of a step is measured"
        )


def _refuse_wrong_cells(entry: ReadingEntry, cells: int, where: str) -> None:
    if entry.figure in RATIOS and entry.figure != "epochs" and cells == 1:
        raise RnnbenchError(
            f"{where}: {entry.figure} of a cell is compared with that of another; `cells` names one"
        )
    if entry.figure == "solved" and cells == 2:
        raise RnnbenchError(
            f"{where}: solved seeds are those of one cell; of two, compare `epochs`"
        )


def _refuse_wrong_training_shares(entry: ReadingEntry, cells: int, where: str) -> None:
    if not entry.training_shares:
        return
    if entry.figure != "score" or cells == 1 or len(set(entry.training_shares)) == 1:
        raise RnnbenchError(
            f"{where}: training_shares: needs the `score` of two cells on two shares or more"
        )


def _refuse_unused_keys(entry: ReadingEntry, where: str) -> None:
    timed = entry.figure in MEASURED_BY
    unused = {
        "metric": entry.metric and entry.figure not in ("score", "diagnosis"),
        "match": entry.match and _is_cost(entry),
        "shapes": entry.shapes and not timed,
        "implementations": entry.implementations and not timed,
    }
    for key, is_unused in unused.items():
        if is_unused:
            raise RnnbenchError(f"{where}: {key}: has no effect on {entry.figure}")


def refuse_unknown(entry: ReadingEntry, where: str, catalogue: Catalogue) -> None:
    """Refuse unknown diagnostics and metrics, and training shares of tasks that have none.

    Raises UnknownName or RnnbenchError. All tasks of the reading must be installed.
    """
    if entry.diagnostic:
        catalogue.diagnostics.find(entry.diagnostic, where)
    tasks = [catalogue.tasks[task.name].item for task in entry.tasks]
    if entry.training_shares:
        for task in tasks:
            refuse_share_of(task, where)
    if entry.figure == "score" and entry.metric:
        for task in tasks:
            names = [metric.name for metric in task.metrics]
            if entry.metric.partition("@")[0] not in names:
                raise UnknownName("metric", entry.metric, names, f"{where}: {task.name}")
