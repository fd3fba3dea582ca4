"""The program of the process in which a cell or task is checked.

It reports its laws, and then an outcome for each of them, as one line of JSON each.
`rnnbench.executors.checking` starts it, and handles its end, whenever and however that comes.
"""

import os
import traceback
from collections.abc import Iterator

import msgspec
import torch

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.errors import RnnbenchError, describe
from rnnbench.executors import confinement
from rnnbench.executors.check_program import CheckProcessRequest
from rnnbench.records import CheckWord, Law, Outcome
from rnnbench.runner.same_files import demand_same_files
from rnnbench.testing.cell_checks import CELL_CHECKS, check_cell
from rnnbench.testing.importing import torch_state
from rnnbench.testing.task_checks import TASK_CHECKS, check_task


def main(out: int, order: CheckProcessRequest) -> None:
    """Run the requested checks, and report them into the pipe with this file descriptor."""
    request = order.request
    os.set_inheritable(out, False)
    confinement.no_core_dump()
    confinement.limit_memory(request.memory_mib, "cpu")
    checks = CELL_CHECKS if request.kind == "cell" else TASK_CHECKS
    _report(out, CheckWord(laws=tuple(Law(check.name, check.law) for check in checks)))
    try:
        for outcome in _outcomes(order):
            _report(out, CheckWord(outcome=outcome))
    except RnnbenchError as error:
        _report(out, CheckWord(problem=str(error)))
    except Exception as error:
        traceback.print_exc()
        problem = f"{request.subject} cannot be checked: {describe(error)}"
        _report(out, CheckWord(problem=problem))
    os._exit(0)


def _outcomes(order: CheckProcessRequest) -> Iterator[Outcome]:
    """Load the one plugin, and check the cell or task."""
    request = order.request
    torch.set_num_threads(1)
    before = torch_state()
    catalogue = Catalogue.load((order.plugin,) if order.plugin else None)
    demand_same_files(order.files)
    if request.kind == "task":
        task = catalogue.tasks[request.name].item
        return check_task(task(**request.settings))  # type: ignore[arg-type]
    contribution = catalogue.cells[request.name]
    return check_cell(
        contribution.item,
        request.settings,
        request.implementation or DEFAULT,
        request.skip,
        before._replace(changes=dict(contribution.plugin.switches)),
    )


def _report(out: int, word: CheckWord) -> None:
    os.write(out, msgspec.json.encode(word) + b"\n")
