"""From a suite's file to a `Suite`: what it names is looked up, and what contradicts itself is
refused."""

from pathlib import Path

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import CellUse, Claim, Recipe, SeedRule, Suite, TaskUse
from rnnbench.suite.choices import Choices
from rnnbench.suite.claims import all_claims, cells_of, chosen_claims, tasks_of
from rnnbench.suite.cost import claims_cost, cost_plan, reference_of
from rnnbench.suite.file import CostEntry, SuiteFile
from rnnbench.suite.uses import FAIR, cell_use, changed, task_uses


def resolve(file: SuiteFile, where: str, catalogue: Catalogue, choices: Choices) -> Suite:
    """Check every name and value of a file, called `where`, that has the right keys and types.
    Raises RnnbenchError."""
    recipe = changed(FAIR, file.recipe, where)
    if not file.claims and (choices.claims or choices.core or choices.until_decided):
        raise RnnbenchError(f"{where}: the suite has no claims")
    if file.claims:
        return _suite_of_claims(file, recipe, where, catalogue, choices)
    if not file.cells and not choices.cells:
        raise RnnbenchError(f"{where}: cells: the suite has none")
    cells = tuple(
        cell_use(cell, catalogue, f"{where}: cells") for cell in choices.cells or file.cells
    )
    _refuse_twins(cells, where)
    tasks = tuple(
        use
        for position, entry in enumerate(file.tasks)
        for use in task_uses(entry, recipe, catalogue, f"{where}: tasks[{position}]")
    )
    _refuse_twin_tasks(tasks, where)
    tasks = _chosen_tasks(tasks, choices.tasks, where)
    if not tasks and file.cost is None:
        raise RnnbenchError(f"{where}: the suite is empty: it has no tasks and no cost")
    bare = _bare(file, where, catalogue, choices)
    cost = None
    if file.cost:
        entry = file.cost
        if entry.reference:
            of_suite = tuple(cell_use(cell, catalogue, f"{where}: cells") for cell in file.cells)
            entry = msgspec.structs.replace(
                entry, reference=reference_of(entry, of_suite or cells, where)
            )
        cost = cost_plan(entry, cells, catalogue, choices.threads, file.device)
    return msgspec.structs.replace(bare, cells=cells, tasks=tasks, cost=cost)


def _suite_of_claims(
    file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue, choices: Choices
) -> Suite:
    """A suite whose cells and tasks are those that its claims name."""
    if file.cells or file.tasks or choices.cells or choices.tasks:
        raise RnnbenchError(
            f"{where}: claims name their own cells and tasks; choose among them with --claim"
        )
    found = all_claims(file, recipe, where, catalogue)
    claims = chosen_claims(found, choices, where)
    rule = _seed_rule(file, claims, choices, where)
    cells = cells_of(claims)
    _refuse_twins(cells, where)
    bare = _bare(file, where, catalogue, choices)
    asked = [
        reading.source[0] for claim in claims for reading in claim.readings if reading.source[0]
    ]
    return msgspec.structs.replace(
        bare,
        diagnostics=tuple(dict.fromkeys([*bare.diagnostics, *asked])),
        cells=cells,
        tasks=tasks_of(claims),
        claims=tuple(
            msgspec.structs.replace(c, at_looks=rule.looks(c.most_seeds) if rule else ())
            for c in claims
        ),
        left_out_claims=found.left_out,
        until_decided=rule,
        cost=claims_cost(
            file.cost or CostEntry(), claims, cells, catalogue, choices.threads, file.device
        ),
    )


FIRST_LOOK = 10
"""Fewer seeds than this decide no more than small families of conditions."""


def _seed_rule(
    file: SuiteFile, claims: tuple[Claim, ...], choices: Choices, where: str
) -> SeedRule | None:
    """How seeds are added until claims are decided: from those of the suite on, or from where
    verdicts begin, half as many again at each look."""
    if not choices.until_decided:
        return None
    seeds = choices.seeds or file.seeds
    if not isinstance(seeds, int):
        raise RnnbenchError(
            f"{where}: seeds: --until-decided counts up from 0; give their number, not a list"
        )
    first = max(seeds, FIRST_LOOK)
    return SeedRule(first, first // 2, max(claim.most_seeds for claim in claims))


def _bare(file: SuiteFile, where: str, catalogue: Catalogue, choices: Choices) -> Suite:
    """All that has to do with neither cells nor tasks."""
    return Suite(
        name=Path(where).stem,
        version=file.version,
        summary=file.summary,
        cells=(),
        tasks=(),
        seeds=_seeds(file.seeds if choices.seeds is None else choices.seeds),
        device=file.device,
        threads=choices.threads or file.threads,
        diagnostics=tuple(
            dict.fromkeys(_known(name, catalogue, where) for name in file.diagnostics)
        ),
    )


def _known(name: str, catalogue: Catalogue, where: str) -> str:
    """The name of a diagnostic that there is."""
    return catalogue.diagnostics.find(name, f"{where}: diagnostics").item.name


def _refuse_twins(cells: tuple[CellUse, ...], where: str) -> None:
    rows = [cell.row for cell in cells]
    for row in rows:
        if rows.count(row) > 1:
            raise RnnbenchError(
                f"{where}: cells: '{row}' stands there twice; give one of them another `label`"
            )


def _refuse_twin_tasks(tasks: tuple[TaskUse, ...], where: str) -> None:
    alone = [msgspec.structs.replace(task, below=None) for task in tasks]
    for position, task in enumerate(alone):
        if task in alone[:position]:
            raise RnnbenchError(
                f"{where}: tasks: '{task.name}' stands there twice with the same dials and recipe"
            )


def _chosen_tasks(
    tasks: tuple[TaskUse, ...], chosen: tuple[str, ...], where: str
) -> tuple[TaskUse, ...]:
    for name in chosen:
        if name not in {use.name for use in tasks}:
            raise UnknownName("task of this suite", name, {use.name for use in tasks}, where)
    return tuple(use for use in tasks if not chosen or use.name in chosen)


def _seeds(seeds: int | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(dict.fromkeys(seeds))
