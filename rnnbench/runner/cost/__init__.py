"""Cost trials: measurements of bare cells, in a process that has the machine to itself."""

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
from rnnbench.runner.run_options import RunOptions
from rnnbench.runner.watch import TorchWatch

ALONE = {"peak-memory": peak_memory, "memory-timeline": timeline, "operations": operations}
"""Measurements of one cell at a time."""


def prepare_process(trial: CostTrial) -> None:
    """Set up the memory allocator before plugins are imported and sources are read.

    These free memory again, and the holes that they leave in the heap would falsify a measurement
    of memory.
    """
    if trial.measurement in ("peak-memory", "memory-timeline"):
        prepare_allocator()


def run_cost(
    trial: CostTrial, catalogue: Catalogue, bare: Result, options: RunOptions, watch: TorchWatch
) -> Result:
    """Return the result of a cost trial, with a row for each of its cells.

    bare: the result without costs.

    Where cells are measured side by side, those that raise are absent with the reason; a cell that
    is measured alone raises here. Replaced parts of torch are restored, and a cell whose plugin
    replaced them is refused, since the other cells would run them too.
    """
    surroundings = look_around()
    pin_to_cores(trial.round, trial.threads)
    bare = replace(bare, surroundings=surroundings)
    imports = Imports()
    watch.unpatch()
    # of the files that are imported now; they may change while the cells are measured
    provenance_before = provenance(trial, catalogue)
    watched_cells = watched(trial, catalogue, watch, imports)
    result = _measured(trial, watched_cells, bare, options, watch)
    watch.look("Measuring the cells of this trial")
    loaded = provenance(trial, catalogue, imports.modules)
    return replace(result, provenance=with_loaded(provenance_before, loaded))


def _measured(
    trial: CostTrial, catalogue: Catalogue, bare: Result, options: RunOptions, watch: TorchWatch
) -> Result:
    measure = ALONE.get(trial.measurement)
    if measure is not None:
        rows = tuple(measure(trial, cell, catalogue) for cell in trial.cells)
        return replace(bare, costs=rows)
    if trial.measurement == "instructions":
        return instructions(trial, catalogue, bare)
    return times(trial, catalogue, bare, options.on_stage, watch)
