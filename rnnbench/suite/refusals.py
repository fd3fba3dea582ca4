"""What a reading of a claim may not say."""

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import MEASURED_BY, RATIOS, SHARES
from rnnbench.suite.file import ReadingEntry
from rnnbench.suite.uses import refuse_share_of


def refuse_contradictions(entry: ReadingEntry, cells: int, where: str) -> None:
    """Raises RnnbenchError where a reading asks for what does not go together."""
    by_cost = entry.figure in MEASURED_BY and entry.figure != "seconds"
    if by_cost and (entry.tasks or not entry.shapes):
        raise RnnbenchError(f"{where}: {entry.figure} is measured at `shapes`, and on no task")
    if not by_cost and not entry.tasks:
        raise RnnbenchError(f"{where}: {entry.figure} is seen on `tasks`; there are none")
    if entry.figure == "seconds" and not entry.shapes:
        raise RnnbenchError(
            f"{where}: seconds need `shapes` at which the time of a step is measured"
        )
    if entry.figure in RATIOS and entry.figure != "epochs" and cells == 1:
        raise RnnbenchError(
            f"{where}: {entry.figure} of a cell is held against that of another; `cells` names one"
        )
    if entry.figure == "solved" and cells == 2:
        raise RnnbenchError(
            f"{where}: solved seeds are those of one cell; of two, compare `epochs`"
        )
    if odd := [share for share in entry.shares if share not in SHARES]:
        raise RnnbenchError(
            f"{where}: shares: there is no threshold {odd[0]:g}. There are:"
            f" {', '.join(map(str, SHARES))}"
        )
    if (entry.figure == "diagnosis") != bool(entry.diagnostic) or (
        entry.diagnostic and not entry.metric
    ):
        raise RnnbenchError(
            f"{where}: a diagnosis needs `diagnostic` and `metric`, and nothing else does"
        )
    if entry.training_shares and (
        entry.figure != "score" or cells == 1 or len(set(entry.training_shares)) == 1
    ):
        raise RnnbenchError(
            f"{where}: training_shares: needs the `score` of two cells on two shares or more"
        )
    timed = entry.figure in MEASURED_BY
    idle = {
        "metric": entry.metric and entry.figure not in ("score", "diagnosis"),
        "match": entry.match and by_cost,
        "shapes": entry.shapes and not timed,
        "implementations": entry.implementations and not timed,
    }
    if unused := [key for key, stands in idle.items() if stands]:
        raise RnnbenchError(f"{where}: {unused[0]}: says nothing of {entry.figure}")


def refuse_unknown(entry: ReadingEntry, where: str, catalogue: Catalogue) -> None:
    """Raises UnknownName for a metric or a diagnostic that there is not, in what can be tested
    here."""
    if entry.diagnostic:
        catalogue.diagnostics.find(entry.diagnostic, where)
    for task in entry.tasks if entry.training_shares else ():
        refuse_share_of(catalogue.tasks[task.name].item, where)
    for task in entry.tasks if entry.figure == "score" and entry.metric else ():
        names = [metric.name for metric in catalogue.tasks[task.name].item.metrics]
        if entry.metric.partition("@")[0] not in names:
            raise UnknownName("metric", entry.metric, names, f"{where}: {task.name}")
