"""Cost trials: bare cells in a process that has the machine to itself, each measurement in a room of its own."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.meters import look_around, pin_to_cores
from rnnbench.records import CostTrial, Result
from rnnbench.runner.cost.instructions import instructions
from rnnbench.runner.cost.memory import peak_memory, timeline
from rnnbench.runner.cost.operations import operations
from rnnbench.runner.cost.times import times
from rnnbench.runner.terms import Terms

ALONE = {"peak-memory": peak_memory, "memory-timeline": timeline, "operations": operations}
"""Measurements that look at one cell after the other."""


def run_cost(trial: CostTrial, catalogue: Catalogue, bare: Result, terms: Terms) -> Result:
    """The result of a cost trial: a row for each of its cells. Of cells that are measured side by side, those that
    raise are named with the reason; a cell that is measured by itself raises here."""
    surroundings = look_around()
    pin_to_cores(trial.round, trial.threads)
    bare = replace(bare, surroundings=surroundings)
    if measure := ALONE.get(trial.measurement):
        return replace(bare, costs=tuple(measure(trial, cell, catalogue) for cell in trial.cells))
    if trial.measurement == "instructions":
        return instructions(trial, catalogue, bare)
    return times(trial, catalogue, bare, terms.at_work)
