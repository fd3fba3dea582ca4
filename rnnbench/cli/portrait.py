"""What `rnnbench show CELL` learns of a cell by building it: this needs torch."""

from functools import partial
from inspect import cleandoc
from typing import Any

import torch

from rnnbench.cell import CellSpec
from rnnbench.cli.describe import Description
from rnnbench.model import count_parameters, probe
from rnnbench.testing import CELL_CHECKS, run_check

INPUTS, UNITS = 2, 128
FRAME = (1, 16, 16)
SLOW = "compiled"


def portrait(spec: CellSpec) -> Description:
    """Its words and equations, its size at a common hidden size, and what the checks say of it."""
    units = spec.hidden_size(UNITS)
    size: Any = FRAME if spec.inputs == "frames" else units if spec.same_size else INPUTS
    torch.set_num_threads(1)
    cell = spec.load(spec.options)(size, units)
    shape = size if isinstance(size, tuple) else (size,)
    found = probe(cell, torch.zeros(1, min(2, spec.longest or 2), *shape))
    outcomes = [run_check(check, spec, skip=(SLOW,)) for check in CELL_CHECKS]
    status = {"passed": "checks passed", "failed": "checks failed", "not applicable": "checks idle"}
    at = f"at input size {size} and hidden size {units}"
    return {
        "about": "\n\n".join(filter(None, (spec.summary, cleandoc(_words(spec, cell))))),
        "parameters": f"{count_parameters(cell):,} {at}",
        "state": f"{found.state_floats:,} numbers a sequence {at}",
        **{
            words: [f"{o.check} ({o.sentence})" if kind == "failed" else o.check for o in outcomes if o.status == kind]
            for kind, words in status.items()
        },
        "not tried": [f"{SLOW}: rnnbench check {spec.name}"] if SLOW in spec.implementations else [],
    }


def _words(spec: CellSpec, cell: torch.nn.Module) -> str:
    """The docstring of what builds it, and of its class where that is another one and not torch's."""
    build: Any = spec.load()
    while isinstance(build, partial):
        build = build.func
    said = [build.__doc__ or "", type(cell).__doc__ or ""]
    if type(cell).__module__.startswith("torch.") or said[0] == said[1]:
        said.pop()
    return "\n\n".join(cleandoc(words) for words in said if words)
