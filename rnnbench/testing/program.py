"""The process in which a cell or task is checked: it says its laws, then an outcome for each, a
line of JSON each.

Started by `rnnbench.executors.checking`, which knows what to make of its end, whenever and however
that comes.
"""

import os
import traceback

import msgspec
import torch

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.errors import RnnbenchError, describe
from rnnbench.executors import confinement
from rnnbench.executors.check_program import CheckProcessRequest
from rnnbench.records import CheckWord, Law
from rnnbench.runner.same_files import demand_same_files
from rnnbench.testing.cell_checks import CELL_CHECKS, check_cell
from rnnbench.testing.importing import look
from rnnbench.testing.task_checks import TASK_CHECKS, check_task


def main(out: int, order: CheckProcessRequest) -> None:
    """Run the checks that are ordered, and say so into the pipe of this number."""
    request = order.request
    os.set_inheritable(out, False)
    confinement.no_core_dump()
    confinement.limit_memory(request.memory_mib, "cpu")
    checks = CELL_CHECKS if request.kind == "cell" else TASK_CHECKS
    _say(out, CheckWord(laws=tuple(Law(check.name, check.law) for check in checks)))
    try:
        _check(order, out)
    except RnnbenchError as error:
        _say(out, CheckWord(problem=str(error)))
    except Exception as error:
        traceback.print_exc()
        _say(out, CheckWord(problem=f"{request.subject} cannot be checked: {describe(error)}"))
    os._exit(0)


def _check(order: CheckProcessRequest, out: int) -> None:
    request = order.request
    torch.set_num_threads(1)
    before = look()
    catalogue = Catalogue.load((order.plugin,) if order.plugin else None)
    demand_same_files(order.files)
    if request.kind == "cell":
        contribution = catalogue.cells[request.name]
        spec = contribution.item
        before = before._replace(turned=dict(contribution.plugin.switches))
        implementation = request.implementation or DEFAULT
        outcomes = check_cell(spec, request.settings, implementation, request.skip, before)
    else:
        outcomes = check_task(catalogue.tasks[request.name].item(**request.settings))  # type: ignore[arg-type]
    for outcome in outcomes:
        _say(out, CheckWord(outcome=outcome))


def _say(out: int, word: CheckWord) -> None:
    os.write(out, msgspec.json.encode(word) + b"\n")
