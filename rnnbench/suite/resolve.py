"""From a suite's file to a `Suite`: every name looked up, every default filled in, dials and options typed."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET

from rnnbench.catalogue import Catalogue
from rnnbench.cell import DEFAULT, FASTEST
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import CellUse, Dial, Recipe, Suite, TaskUse
from rnnbench.suite.choices import Choices
from rnnbench.suite.cost import cost_plan
from rnnbench.suite.file import SuiteFile, TaskEntry
from rnnbench.suite.options import complete_options
from rnnbench.task import Task

FAIR = Recipe(tune=True)
"""What a suite's file gets where it says nothing."""


def resolve(file: SuiteFile, where: str, catalogue: Catalogue, choices: Choices) -> Suite:
    """Check every name and value of a file, called `where`, that has the right keys and types. Raises RnnbenchError."""
    cells = tuple(cell_use(cell, catalogue, f"{where}: cells") for cell in choices.cells or file.cells)
    _refuse_twins(cells, where)
    recipe = _changed(FAIR, file.recipe)
    tasks = tuple(
        use
        for position, entry in enumerate(file.tasks)
        for use in _task_uses(entry, recipe, catalogue, f"{where}: tasks[{position}]")
    )
    _refuse_twin_tasks(tasks, where)
    tasks = _chosen_tasks(tasks, choices.tasks, where)
    if not tasks and file.cost is None:
        raise RnnbenchError(f"{where}: the suite is empty: it has no tasks and no cost")
    return Suite(
        name=Path(where).stem,
        version=file.version,
        summary=file.summary,
        cells=cells,
        tasks=tasks,
        seeds=_seeds(file.seeds if choices.seeds is None else choices.seeds),
        cost=None if file.cost is None else cost_plan(file.cost, cells, catalogue, choices.threads, file.device),
        device=file.device,
        threads=choices.threads or file.threads,
        diagnostics=tuple(dict.fromkeys(_known(name, catalogue, where) for name in file.diagnostics)),
    )


def _known(name: str, catalogue: Catalogue, where: str) -> str:
    """The name of a diagnostic that there is."""
    return catalogue.diagnostics.find(name, f"{where}: diagnostics").item.name


def cell_use(cell: str | CellUse, catalogue: Catalogue, where: str) -> CellUse:
    """A cell as named in a suite, with all its options. Raises UnknownName for a cell or an option there is not."""
    use = CellUse(name=cell) if isinstance(cell, str) else cell
    if use.implementation == DEFAULT and ":" in use.name:  # in one word, "name:implementation"
        name, _, implementation = use.name.partition(":")
        use = msgspec.structs.replace(use, name=name, implementation=implementation)
    spec = catalogue.cells.find(use.name, where).item
    known = [DEFAULT, *spec.implementations, *([FASTEST] if spec.implementations else [])]
    if use.implementation not in known:
        raise UnknownName("implementation", use.implementation, known, f"{where}: {use.name}")
    complete = complete_options(use.options, spec.options, f"{where}: {use.name}")
    said = [f"{option}={value}" for option, value in sorted(use.options.items())]
    if use.implementation != DEFAULT:
        said.insert(0, f"({use.implementation})")
    if said and not use.label:
        use = msgspec.structs.replace(use, label=" ".join([use.name, *said]))
    return msgspec.structs.replace(use, options=complete)


def resolve_dials(task: type[Task], dials: Mapping[str, Any], where: str) -> dict[str, Dial]:
    """All dials of a task, with these set. Raises RnnbenchError for a dial there is not, or a wrong value."""
    hints = get_type_hints(task)
    known = {field.name: field.default for field in fields(task) if field.init}
    for dial in dials:
        if dial not in known:
            raise UnknownName("dial", dial, known, f"{where}: {task.name}")
    converted = {}
    for dial, value in {**known, **dials}.items():
        if value is MISSING:
            raise RnnbenchError(f"{where}: {task.name}: the dial '{dial}' has no default and is not set")
        try:
            converted[dial] = msgspec.convert(value, hints[dial])
        except msgspec.ValidationError as error:
            complaint = str(error).replace("`", "")
            complaint = complaint[0].lower() + complaint[1:] + choices_text(complaint, hints[dial])
            raise RnnbenchError(f"{where}: {task.name}.{dial}: {complaint}") from None
    try:
        task(**converted)
    except (ValueError, TypeError) as error:
        raise RnnbenchError(f"{where}: {task.name}: {error}") from None
    return converted


def choices_text(complaint: str, expected: Any) -> str:
    """For a value that is none of a few words: what the words are."""
    if "nvalid enum value" not in complaint:
        return ""
    words = [word for part in (expected, *get_args(expected)) if get_origin(part) is Literal for word in get_args(part)]
    return f". There are: {', '.join(map(str, words))}"


def _refuse_twins(cells: tuple[CellUse, ...], where: str) -> None:
    rows = [cell.row for cell in cells]
    for row in rows:
        if rows.count(row) > 1:
            raise RnnbenchError(f"{where}: cells: '{row}' stands there twice; give one of them another `label`")


def _refuse_twin_tasks(tasks: tuple[TaskUse, ...], where: str) -> None:
    alone = [msgspec.structs.replace(task, below=None) for task in tasks]
    for position, task in enumerate(alone):
        if task in alone[:position]:
            raise RnnbenchError(f"{where}: tasks: '{task.name}' stands there twice with the same dials and recipe")


def _changed(recipe: Recipe, changes: Any) -> Recipe:
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    if rates := given.get("learning_rates"):
        given["learning_rates"] = tuple(dict.fromkeys(rates))
    return msgspec.structs.replace(recipe, **given)


def _task_uses(entry: TaskEntry, recipe: Recipe, catalogue: Catalogue, where: str) -> list[TaskUse]:
    task = catalogue.tasks.find(entry.name, where).item
    own_recipe = _changed(recipe, entry.recipe)
    settings = [entry.dials]
    if entry.horizons is not None and "horizon" in entry.dials:
        raise RnnbenchError(f"{where}: {entry.name}: give either `horizons` or the dial `horizon`, not both")
    if entry.horizons is not None:
        settings = [{**entry.dials, "horizon": horizon} for horizon in entry.horizons]
    resolved = [resolve_dials(task, setting, where) for setting in settings]
    uses = [TaskUse(name=entry.name, dials=dials, recipe=own_recipe) for dials in resolved]
    return _rungs(entry, uses, where) if entry.ladder else uses


def _rungs(entry: TaskEntry, uses: list[TaskUse], where: str) -> list[TaskUse]:
    """The same as a ladder, each rung above the one with the next shorter horizon."""
    if entry.horizons is None:
        raise RnnbenchError(f"{where}: {entry.name}: a ladder needs `horizons`")
    rungs: list[TaskUse] = []
    for horizon, use in sorted(zip(entry.horizons, uses, strict=True), key=lambda pair: pair[0]):
        if rungs and rungs[-1].dials["horizon"] == horizon:
            raise RnnbenchError(f"{where}: {entry.name}: horizon {horizon} stands on the ladder twice")
        rungs.append(msgspec.structs.replace(use, below=rungs[-1] if rungs else None))
    return rungs


def _chosen_tasks(tasks: tuple[TaskUse, ...], chosen: tuple[str, ...], where: str) -> tuple[TaskUse, ...]:
    for name in chosen:
        if name not in {use.name for use in tasks}:
            raise UnknownName("task of this suite", name, {use.name for use in tasks}, where)
    return tuple(use for use in tasks if not chosen or use.name in chosen)


def _seeds(seeds: int | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(dict.fromkeys(seeds))
