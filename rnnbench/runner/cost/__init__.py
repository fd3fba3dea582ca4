"""Cost trials: bare cells in a process that has the machine to itself, each measurement in a room
of its own."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.meters import look_around, pin_to_cores, prepare_allocator
from rnnbench.provenance import provenance, with_loaded
from rnnbench.records import CostTrial, Result
from rnnbench.runner.cost.guests import watched
from rnnbench.runner.cost.instructions import instructions
from rnnbench.runner.cost.memory import peak_memory, timeline
from rnnbench.runner.cost.operations import operations
from rnnbench.runner.cost.times import times
from rnnbench.runner.imports import Imports
from rnnbench.runner.run_options import Terms
from rnnbench.runner.watch import TorchWatch

ALONE = {"peak-memory": peak_memory, "memory-timeline": timeline, "operations": operations}
"""Measurements that look at one cell after the other."""


def prepare_process(trial: CostTrial) -> None:
    """What must be done before plugins are imported and sources are read: these take memory and
    give it back, and the holes that they leave would be taken for room."""
    if trial.measurement in ("peak-memory", "memory-timeline"):
        prepare_allocator()


def run_cost(
    trial: CostTrial, catalogue: Catalogue, bare: Result, terms: Terms, watch: TorchWatch
) -> Result:
    """The result of a cost trial: a row for each of its cells. Of cells that are measured side by
    side, those that raise are named with the reason; a cell that is measured by itself raises here.

    Torch is put back as it was, and a cell whose plugin has replaced parts of it is refused: these
    are parts of the others too.
    """
    surroundings = look_around()
    pin_to_cores(trial.round, trial.threads)
    bare = replace(bare, surroundings=surroundings)
    imports = Imports()
    watch.unpatch()
    depends_on = provenance(
        trial, catalogue
    )  # of the files that are imported now, not of those at the end
    guests = watched(trial, catalogue, watch, imports)
    result = _measured(trial, guests, bare, terms, watch)
    watch.look("Measuring the cells of this trial")
    return replace(
        result, provenance=with_loaded(depends_on, provenance(trial, catalogue, imports.seen))
    )


def _measured(
    trial: CostTrial, catalogue: Catalogue, bare: Result, terms: Terms, watch: TorchWatch
) -> Result:
    if measure := ALONE.get(trial.measurement):
        return replace(bare, costs=tuple(measure(trial, cell, catalogue) for cell in trial.cells))
    if trial.measurement == "instructions":
        return instructions(trial, catalogue, bare)
    return times(trial, catalogue, bare, terms.at_work, watch)
