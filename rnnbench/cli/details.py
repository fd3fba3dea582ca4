"""What `rnnbench show CELL` learns of a cell by building it: this needs torch."""

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
from rnnbench.records import CheckRequest

INPUTS, UNITS = 2, 128
FRAME = (1, 16, 16)


def details(contribution: Contribution[CellSpec]) -> Description:
    """Its words and equations, its size at a common hidden size, and what the checks say of it,
    asked in a process of their own. A cell that ends that process is not built in this one."""
    spec = contribution.item
    skip = tuple(name for name in spec.implementations if name == SLOW)
    request = CheckRequest(subject=spec.name, kind="cell", name=spec.name, skip=skip)
    outcomes = list(Checking(request, contribution.plugin).outcomes())
    about: Description = {"about": spec.summary}
    if all(outcome.decided for outcome in outcomes):
        about = _measured(spec)
    status = {"passed": "checks passed", "failed": "checks failed", "not applicable": "checks idle"}
    return {
        **about,
        **{
            words: [
                f"{o.check} ({o.sentence})" if kind == "failed" else o.check
                for o in outcomes
                if o.status == kind
            ]
            for kind, words in status.items()
        },
        "not tried": [f"{SLOW}: rnnbench check {spec.name}"] if skip else [],
    }


def _measured(spec: CellSpec) -> Description:
    """Its words, and its sizes, where it can be built and run."""
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
        found = probe(cell, torch.zeros(1, min(2, spec.longest or 2), *shape))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return {"about": spec.summary, "parameters": f"unknown {at}: {first_line(error)}"}
    return {
        "about": "\n\n".join(filter(None, (spec.summary, cleandoc(_words(spec, cell))))),
        "parameters": f"{count_parameters(cell):,} {at}",
        "state": f"{found.state_floats:,} numbers a sequence {at}",
    }


def _words(spec: CellSpec, cell: torch.nn.Module) -> str:
    """The docstring of what builds it, and of its class where that is another one and not
    torch's."""
    build: Any = spec.load()
    while isinstance(build, partial):
        build = build.func
    said = [build.__doc__ or "", type(cell).__doc__ or ""]
    if type(cell).__module__.startswith("torch.") or said[0] == said[1]:
        said.pop()
    return "\n\n".join(cleandoc(words) for words in said if words)
