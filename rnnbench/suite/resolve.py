"""Resolves a suite's file to a `Suite`: looks up names, and refuses contradictions."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import CellUse, Claim, Recipe, SeedRule, Suite, TaskUse
from rnnbench.suite.cells import by_the_fastest, chosen_cells, refuse_twins, resolve_cells
from rnnbench.suite.choices import Choices
from rnnbench.suite.claims import all_claims, cells_of, chosen_claims, tasks_of
from rnnbench.suite.cost import claims_cost, cost_plan, reference_of
from rnnbench.suite.file import CostEntry, SuiteFile
from rnnbench.suite.uses import FAIR, task_uses, with_changes


def resolve(file: SuiteFile, where: str, catalogue: Catalogue, choices: Choices) -> Suite:
    """Check every name and value of a file whose keys and types are right; `where` is its name.

    Raises RnnbenchError.
    """
    recipe = with_changes(FAIR, file.recipe, where)
    if file.claims:
        return _suite_of_claims(file, recipe, where, catalogue, choices)
    if choices.claims or choices.core or choices.until_decided:
        raise RnnbenchError(f"{where}: the suite has no claims")
    if not file.cells and not choices.cells:
        raise RnnbenchError(f"{where}: cells: the suite has none")
    cells = chosen_cells(choices.cells, file.cells, where, catalogue)
    if file.fastest:
        cells = by_the_fastest(cells, catalogue)
    refuse_twins(cells, where)
    tasks = _tasks(file, recipe, where, catalogue)
    _refuse_twin_tasks(tasks, where)
    tasks = _chosen_tasks(tasks, choices.tasks, where)
    if not tasks and file.cost is None:
        raise RnnbenchError(f"{where}: the suite is empty: it has no tasks and no cost")
    bare = _bare(file, where, catalogue, choices)
    cost = None
    if file.cost:
        entry = _with_reference_row(file.cost, file, cells, where, catalogue)
        cost = cost_plan(entry, cells, catalogue, choices.threads, file.device)
    return msgspec.structs.replace(bare, cells=cells, tasks=tasks, cost=cost)


def _tasks(
    file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue
) -> tuple[TaskUse, ...]:
    tasks: list[TaskUse] = []
    for position, entry in enumerate(file.tasks):
        tasks += task_uses(entry, recipe, catalogue, f"{where}: tasks[{position}]")
    return tuple(tasks)


def _with_reference_row(
    entry: CostEntry,
    file: SuiteFile,
    cells: tuple[CellUse, ...],
    where: str,
    catalogue: Catalogue,
) -> CostEntry:
    """The entry with the row of its reference, a cell of the file even if others are chosen."""
    if not entry.reference:
        return entry
    of_file = resolve_cells(file.cells, where, catalogue)
    reference = reference_of(entry, of_file or cells, where)
    return msgspec.structs.replace(entry, reference=reference)


def _suite_of_claims(
    file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue, choices: Choices
) -> Suite:
    """A suite whose cells and tasks are those that its claims name."""
    if file.cells or file.tasks or choices.cells or choices.tasks:
        raise RnnbenchError(
            f"{where}: claims name their own cells and tasks; choose among them with --claim"
        )
    if file.fastest:
        raise RnnbenchError(f"{where}: fastest: claims name the implementations of their cells")
    available = all_claims(file, recipe, where, catalogue)
    claims = chosen_claims(available, choices, where)
    rule = _seed_rule(file, claims, choices, where)
    cells = cells_of(claims)
    refuse_twins(cells, where)
    bare = _bare(file, where, catalogue, choices)
    cost_entry = file.cost or CostEntry()
    return msgspec.structs.replace(
        bare,
        diagnostics=tuple(dict.fromkeys([*bare.diagnostics, *_diagnostics_of(claims)])),
        cells=cells,
        tasks=tasks_of(claims),
        claims=tuple(_with_looks(claim, rule) for claim in claims),
        left_out_claims=available.left_out,
        until_decided=rule,
        cost=claims_cost(cost_entry, claims, cells, catalogue, choices.threads, file.device),
    )


def _diagnostics_of(claims: Iterable[Claim]) -> Iterator[str]:
    """Yield the diagnostics that claims need."""
    for claim in claims:
        for reading in claim.readings:
            diagnostic, _ = reading.source
            if diagnostic:
                yield diagnostic


def _with_looks(claim: Claim, rule: SeedRule | None) -> Claim:
    """The claim with the numbers of seeds at which the rule looks at it."""
    looks = rule.looks(claim.most_seeds) if rule else ()
    return msgspec.structs.replace(claim, at_looks=looks)


FIRST_LOOK = 10
"""The number of seeds at the first look: fewer decide only small families of conditions."""


def _seed_rule(
    file: SuiteFile, claims: tuple[Claim, ...], choices: Choices, where: str
) -> SeedRule | None:
    """The rule by which seeds are added until claims are decided; None unless that is asked for.

    The first look is at the suite's seeds, at least `FIRST_LOOK`; each further look adds half of
    that number.
    """
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
    """The suite without cells, tasks, claims and cost."""
    diagnostics = [_known_diagnostic(name, catalogue, where) for name in file.diagnostics]
    return Suite(
        name=Path(where).stem,
        version=file.version,
        summary=file.summary,
        cells=(),
        tasks=(),
        seeds=_seeds(file.seeds if choices.seeds is None else choices.seeds),
        device=file.device,
        threads=choices.threads or file.threads,
        diagnostics=tuple(dict.fromkeys(diagnostics)),
        keep_weights=file.keep_weights or choices.keep_weights,
        keep_predictions=file.keep_predictions,
    )


def _known_diagnostic(name: str, catalogue: Catalogue, where: str) -> str:
    """The name of an installed diagnostic. Raises UnknownName."""
    return catalogue.diagnostics.find(name, f"{where}: diagnostics").item.name


def _refuse_twin_tasks(tasks: tuple[TaskUse, ...], where: str) -> None:
    alone = [msgspec.structs.replace(task, below=None) for task in tasks]
    for position, task in enumerate(alone):
        if task in alone[:position]:
            raise RnnbenchError(
                f"{where}: tasks: '{task.name}' is listed twice with the same dials and recipe"
            )


def _chosen_tasks(
    tasks: tuple[TaskUse, ...], chosen: tuple[str, ...], where: str
) -> tuple[TaskUse, ...]:
    names = {use.name for use in tasks}
    for name in chosen:
        if name not in names:
            raise UnknownName("task of this suite", name, names, where)
    return tuple(use for use in tasks if not chosen or use.name in chosen)


def _seeds(seeds: int | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(dict.fromkeys(seeds))
