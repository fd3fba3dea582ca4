"""Details of a cell for `rnnbench show`, found by building and checking it; this needs torch."""

from functools import partial
from inspect import cleandoc
from typing import Any

import torch

from rnnbench.campaign.law_checks import SLOW
from rnnbench.catalogue import Contribution
from rnnbench.cli.describe import Description
from rnnbench.contracts import CellSpec
from rnnbench.errors import first_line
from rnnbench.executors.checking import Checking
from rnnbench.model import count_parameters, probe
from rnnbench.records import CheckRequest, Outcome

INPUTS = 2
UNITS = 128
FRAME = (1, 16, 16)
"""The input of a cell over frames: channels, height, width."""
CHECKS = {"passed": "checks passed", "failed": "checks failed", "not applicable": "checks idle"}
"""The key of the list of checks, by their status."""


def details(contribution: Contribution[CellSpec]) -> Description:
    """The documentation of a cell, its size at a common hidden size, and its checks' outcomes.

    The checks run in a process of their own. A cell that ends that process is not built here.
    """
    spec = contribution.item
    skip = tuple(name for name in spec.implementations if name == SLOW)
    request = CheckRequest(subject=spec.name, kind="cell", name=spec.name, skip=skip)
    outcomes = list(Checking(request, contribution.plugin).outcomes())
    about: Description = {"about": spec.summary}
    if all(outcome.decided for outcome in outcomes):
        about = measured(spec)
    description = dict(about)
    for status, key in CHECKS.items():
        description[key] = [
            _check_name(outcome) for outcome in outcomes if outcome.status == status
        ]
    description["not tried"] = [f"{SLOW}: rnnbench check {spec.name}"] if skip else []
    return description


def _check_name(outcome: Outcome) -> str:
    if outcome.status == "failed":
        return f"{outcome.check} ({outcome.sentence})"
    return outcome.check


def measured(spec: CellSpec) -> Description:
    """The documentation of a cell, and its sizes if it can be built and run."""
    units = spec.hidden_size(UNITS)
    size: Any = INPUTS
    if spec.same_size:
        size = units
    if spec.inputs == "frames":
        size = FRAME
    torch.set_num_threads(1)
    at = f"at input size {size} and hidden size {units}"
    try:
        cell = spec.load(spec.options)(size, units)
        shape = size if isinstance(size, tuple) else (size,)
        probed = probe(cell, torch.zeros(1, min(2, spec.longest or 2), *shape))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return {"about": spec.summary, "parameters": f"unknown {at}: {first_line(error)}"}
    return {
        "about": "\n\n".join(filter(None, (spec.summary, cleandoc(_documentation(spec, cell))))),
        "parameters": f"{count_parameters(cell):,} {at}",
        "state": f"{probed.state_floats:,} numbers a sequence {at}",
    }


def _documentation(spec: CellSpec, cell: torch.nn.Module) -> str:
    """The docstring of the function that builds a cell, and that of the cell's class.

    The class is left out where it is torch's, or has the same docstring.
    """
    build: Any = spec.load()
    while isinstance(build, partial):
        build = build.func
    docstrings = [build.__doc__ or "", type(cell).__doc__ or ""]
    if type(cell).__module__.startswith("torch.") or docstrings[0] == docstrings[1]:
        docstrings.pop()
    return "\n\n".join(cleandoc(docstring) for docstring in docstrings if docstring)
