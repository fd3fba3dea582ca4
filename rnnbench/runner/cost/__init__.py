"""Cost trials: bare cells in a process that has the machine to itself, each measurement in a room of its own."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.meters import look_around, pin_to_cores
from rnnbench.records import CostTrial, Result
from rnnbench.runner.cost.instructions import instructions
from rnnbench.runner.cost.memory import peak_memory, timeline
from rnnbench.runner.cost.operations import operations
from rnnbench.runner.cost.times import times

ALONE = {"peak-memory": peak_memory, "memory-timeline": timeline, "operations": operations}
"""Measurements that look at one cell after the other."""


def run_cost(trial: CostTrial, catalogue: Catalogue, bare: Result) -> Result:
    """The result of a cost trial: a row for each of its cells. Raises what the cells raise."""
    surroundings = look_around()
    pin_to_cores(trial.round, trial.threads)
    if measure := ALONE.get(trial.measurement):
        rows = tuple(measure(trial, cell, catalogue) for cell in trial.cells)
        return replace(bare, costs=rows, surroundings=surroundings)
    if trial.measurement == "instructions":
        return replace(bare, costs=instructions(trial, catalogue), surroundings=surroundings)
    return times(trial, catalogue, replace(bare, surroundings=surroundings))
