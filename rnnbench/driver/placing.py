"""Finds the executor of a run, with the settings of `--set executor.NAME=V`."""

from typing import Any

from rnnbench.campaign import ExecutorChoice
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.suite import complete_options, set_key

PREFIX = "executor."
COST = "cost"
"""A setting of any executor: whether cost trials run there even if its machines are shared."""


def split_settings(settings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split settings into those of the suite, and those of the executor without their prefix."""
    of_suite = []
    of_executor = []
    for setting in settings:
        if setting.startswith(PREFIX):
            of_executor.append(setting.removeprefix(PREFIX))
        else:
            of_suite.append(setting)
    return tuple(of_suite), tuple(of_executor)


def find_place(
    name: str, settings: tuple[str, ...], jobs: int | None, catalogue: Catalogue
) -> ExecutorChoice:
    """The executor of this name with these settings. Raises RnnbenchError for an unknown name or a
    wrong value."""
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
