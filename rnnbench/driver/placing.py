"""Which executor a run goes to, and what `--set executor.NAME=V` says of it."""

from typing import Any

from rnnbench.campaign import ExecutorChoice
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.suite import complete_options, set_key

PREFIX = "executor."
COST = "cost"
"""Said to any executor: whether cost trials run there though its machines are shared."""


def split_settings(settings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the suite, and those of the executor without their prefix."""
    ours = tuple(setting.removeprefix(PREFIX) for setting in settings if setting.startswith(PREFIX))
    return tuple(setting for setting in settings if not setting.startswith(PREFIX)), ours


def find_place(
    name: str, settings: tuple[str, ...], jobs: int | None, catalogue: Catalogue
) -> ExecutorChoice:
    """The executor of this name with these settings. Raises RnnbenchError for a name or a value
    that does not fit."""
    contribution = catalogue.executors.find(name, "--executor")
    spec = contribution.item
    given: dict[str, Any] = {}
    for setting in settings:
        set_key(given, setting)
    cost = given.pop(COST, False)
    if not isinstance(cost, bool):
        raise RnnbenchError(f"--set {PREFIX}{COST}: expected true or false, got {cost!r}")
    return ExecutorChoice(
        spec,
        complete_options(given, spec.options, f"--set {PREFIX}{name}"),
        jobs,
        cost,
        contribution.plugin.origin,
    )
