"""Find what a trial's process imports: plugins, the files of these, and whether it compiles."""

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.contracts import COMPILED
from rnnbench.errors import UnknownName
from rnnbench.records import LearningTrial, Trial
from rnnbench.sources import file_of


def needed_plugins(trial: Trial) -> tuple[Plugin, ...] | None:
    """Return the plugins that contribute the trial's cells, task and diagnostics.

    None where a name is unknown; the trial, which then imports all plugins, reports it.
    """
    try:
        return Catalogue.present().needed(trial)
    except UnknownName:
        return None


def needed_files(plugins: tuple[Plugin, ...] | None) -> dict[str, str]:
    """Return the files of these plugins and of rnnbench, by module, with links resolved."""
    files = {"rnnbench": file_of("rnnbench")}
    for plugin in plugins or ():
        module = plugin.module.partition(":")[0]
        files[module] = file_of(module)
    return files


def compiles(trial: Trial) -> bool:
    """Whether a trial has a cell that torch.compile runs, as far as its implementation's name says
    so."""
    cells = (trial.cell,) if isinstance(trial, LearningTrial) else trial.cells
    return any(cell.implementation == COMPILED for cell in cells)
