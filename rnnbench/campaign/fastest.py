"""Finds the fastest implementation of a cell on this machine: measured once, kept, and named in the
row."""

import statistics
from pathlib import Path

import msgspec
from msgspec import Struct

from rnnbench import environment
from rnnbench.archives import home
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import FASTEST
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import run_one
from rnnbench.records import CellUse, CostTrial, Result, Shape, Suite, TimeRow
from rnnbench.sources import digest, sources_of
from rnnbench.store import write_atomically

REPEATS = 15
LIMIT_SECONDS = 900.0
"""Generous, because compiling can take minutes on a busy machine."""


class Setting(Struct, frozen=True):
    """The conditions of a measurement: another number of threads or another device may have another
    fastest implementation."""

    shape: Shape
    threads: int
    device: str


class Measured(Struct, frozen=True):
    """A measurement of all implementations of a cell.

    fastest:       the one with the shortest training step.
    milliseconds:  the median time of a training step, by implementation.
    problem:       why other implementations have no time; "" if all have one.
    first_seconds: the time of the very first step, with any compilation, by implementation.
    """

    fastest: str
    milliseconds: dict[str, float]
    problem: str = ""
    first_seconds: dict[str, float] = {}

    def over(self, steps: int) -> str:
        """Return the implementation that is fastest over so many training steps, what it compiles
        included."""
        if not steps or not self.first_seconds:
            return self.fastest
        seconds = {
            name: self.first_seconds[name] + steps * each / 1e3
            for name, each in self.milliseconds.items()
        }
        return min(seconds, key=seconds.__getitem__)


def settle_fastest(suite: Suite, catalogue: Catalogue) -> Suite:
    """Name the fastest implementation, also in the label, in each cell that asks for it.

    Training steps are measured at the first shape of the suite's cost trials, or else at one of the
    batch and the size of its first task, on the suite's device and with the threads of its cost
    trials, or else of its other trials. Without cost trials, the first step counts too, in which
    some implementations compile, once beside the steps of all seeds at their budget. Raises
    RnnbenchError where none of a cell's implementations can be measured.
    """
    cost = suite.cost
    if cost is None:
        setting = Setting(_shape(suite), suite.threads, suite.device)
    else:
        setting = Setting(cost.shapes[0], cost.threads, suite.device)
    steps = 0 if cost else _steps(suite)
    cells = []
    for cell in suite.cells:
        is_open = cell.implementation == FASTEST
        cells.append(_settled(cell, setting, steps, catalogue) if is_open else cell)
    if cost is not None:
        rows = {old.row: new.row for old, new in zip(suite.cells, cells, strict=True)}
        left_out = [msgspec.structs.replace(out, row=rows[out.row]) for out in cost.left_out]
        cost = msgspec.structs.replace(cost, left_out=tuple(left_out))
    return msgspec.structs.replace(suite, cells=tuple(cells), cost=cost)


def _shape(suite: Suite) -> Shape:
    """The shape at which a suite without cost trials is measured; its steps of time are those of
    the default shape, since those of a task are known with its data alone."""
    recipe = suite.tasks[0].recipe
    hidden = recipe.hidden_size
    if recipe.match != "hidden":
        return Shape(batch=recipe.batch_size, parameters=recipe.parameters)
    return Shape(batch=recipe.batch_size, hidden=hidden, inputs=hidden)


def _steps(suite: Suite) -> int:
    """About how many training steps a cell has in a suite, at the whole budget of each seed.

    Searches are left out, and recorded data have another number of steps an epoch.
    """
    budgets = [use.recipe.epochs * use.recipe.steps_per_epoch for use in suite.tasks]
    return len(suite.seeds) * sum(budgets)


def _settled(cell: CellUse, setting: Setting, steps: int, catalogue: Catalogue) -> CellUse:
    chosen = _measured_once(cell, setting, catalogue).over(steps)
    bare_row = cell.row.replace(f"({FASTEST})", "").strip()
    label = f"{bare_row} (fastest: {chosen})"
    return msgspec.structs.replace(cell, implementation=chosen, label=label)


def _measured_once(cell: CellUse, setting: Setting, catalogue: Catalogue) -> Measured:
    """The kept measurement; a new one, which is kept, where there is none."""
    file = _file_of(cell, setting, catalogue)
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Measured)
    measured = measure(cell, setting, catalogue)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, msgspec.json.encode(measured))
    return measured


def measure(cell: CellUse, setting: Setting, catalogue: Catalogue) -> Measured:
    """Measure all implementations of a cell side by side in one process."""
    names = catalogue.cells[cell.name].item.implementations
    candidates = tuple(
        msgspec.structs.replace(cell, implementation=name, label=name) for name in names
    )
    result: Result = run_one(
        CostTrial(
            suite="fastest",
            suite_version=1,
            cells=candidates,
            measurement="train-step-time",
            shape=setting.shape,
            repeats=REPEATS,
            round=0,
            limit_seconds=LIMIT_SECONDS,
            threads=setting.threads,
            device=setting.device,
        )
    )
    rows = [row for row in result.costs if isinstance(row, TimeRow)]
    if not rows:
        raise RnnbenchError(
            f"{cell.name}: none of its implementations could be measured: {result.reason}"
        )
    ratios = {row.row: row.log_ratio_to_reference_cell for row in rows}
    milliseconds = {}
    for row in rows:
        milliseconds[row.row] = round(1e3 * statistics.median(_seconds(row, setting)), 3)
    problem = "; ".join(f"{row}: {reason}" for row, reason in result.absent.items())
    first_seconds = {row.row: round(row.first_call_seconds, 3) for row in rows}
    return Measured(min(ratios, key=ratios.__getitem__), milliseconds, problem, first_seconds)


def _seconds(row: TimeRow, setting: Setting) -> tuple[float, ...]:
    """The times of the primary clock: processor time on one thread, elapsed time on several."""
    return row.cpu_seconds if setting.threads == 1 else row.wall_seconds


def _file_of(cell: CellUse, setting: Setting, catalogue: Catalogue) -> Path:
    """The file that keeps the measurement of a cell; it depends on source, setting, machine and
    versions."""
    contribution = catalogue.cells[cell.name]
    plugin = contribution.plugin
    source = sources_of(contribution.item.build, plugin.distribution, plugin.module).modules
    bare = msgspec.structs.replace(cell, implementation=FASTEST, label="")
    key = (bare, setting, source, environment.machine(), environment.versions())
    hashed = digest(msgspec.json.encode(key, order="sorted"))
    return home() / "fastest" / f"{cell.name}-{hashed}.json"
