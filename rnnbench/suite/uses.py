"""Resolves the cells and tasks that a suite's file names: looks up names, fills in defaults, and
converts dials and options."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET

from rnnbench.catalogue import Catalogue, Misbehaved, run_guarded
from rnnbench.contracts import DEFAULT, FASTEST, RecordedTask, Task
from rnnbench.errors import RnnbenchError, UnknownName, first_line
from rnnbench.records import CellUse, Dial, Recipe, TaskUse
from rnnbench.suite.file import TaskEntry
from rnnbench.suite.options import complete_options
from rnnbench.suite.targets import refuse_without_target

FAIR = Recipe(tune=True, search="race")
"""The recipe of a suite's file that sets no key of it."""
KEYS_OF_OTHER_SEARCH = {
    "race": ("tuning_seeds",),
    "tuning-seeds": ("race_from", "lowest_rate", "highest_rate"),
}
"""By kind of search, the keys of the recipe that only the other kind has."""


def cell_use(cell: str | CellUse, catalogue: Catalogue, where: str) -> CellUse:
    """Resolve a cell of a suite, with all its options and a label for those that are set.

    Raises UnknownName for an unknown cell, implementation or option.
    """
    use = CellUse(name=cell) if isinstance(cell, str) else cell
    if use.implementation == DEFAULT and ":" in use.name:  # in one word, "name:implementation"
        name, _, implementation = use.name.partition(":")
        use = msgspec.structs.replace(use, name=name, implementation=implementation)
    spec = catalogue.cells.find(use.name, where).item
    known = [DEFAULT, *spec.implementations]
    if spec.implementations:
        known.append(FASTEST)
    if use.implementation not in known:
        raise UnknownName("implementation", use.implementation, known, f"{where}: {use.name}")
    complete = complete_options(use.options, spec.options, f"{where}: {use.name}")
    return msgspec.structs.replace(use, options=complete, label=use.label or _label(use))


def _label(use: CellUse) -> str:
    """The label of a cell without one: implementation and options that are set; "" without any."""
    settings = [f"{option}={value}" for option, value in sorted(use.options.items())]
    if use.implementation != DEFAULT:
        settings.insert(0, f"({use.implementation})")
    return " ".join([use.name, *settings]) if settings else ""


def resolve_dials(task: type[Task], dials: Mapping[str, Any], where: str) -> dict[str, Dial]:
    """All dials of a task, the given ones set. Raises RnnbenchError for an unknown dial or a wrong
    value."""
    hints = get_type_hints(task)
    known = {field.name: field.default for field in fields(task) if field.init}
    for dial in dials:
        if dial in task.former_dials:
            raise RnnbenchError(f"{where}: {task.name}: {task.former_dials[dial]}")
        if dial not in known:
            raise UnknownName("dial", dial, known, f"{where}: {task.name}")
    converted = {}
    for dial, value in {**known, **dials}.items():
        if value is MISSING:
            raise RnnbenchError(
                f"{where}: {task.name}: the dial '{dial}' has no default and is not set"
            )
        converted[dial] = _convert_dial(value, hints[dial], f"{where}: {task.name}.{dial}")
    _refuse_combination(task, converted, where)
    return converted


def _convert_dial(value: Any, expected: Any, where: str) -> Any:
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        complaint = str(error).replace("`", "")
        complaint = complaint[0].lower() + complaint[1:] + choices_text(complaint, expected)
        raise RnnbenchError(f"{where}: {complaint}") from None


def _refuse_combination(task: type[Task], dials: Mapping[str, Any], where: str) -> None:
    """Raise RnnbenchError where the task itself refuses its dials."""
    try:
        run_guarded(partial(task, **dials))
    except Misbehaved as misbehaved:
        if isinstance(misbehaved.error, ValueError | TypeError):
            raise RnnbenchError(f"{where}: {task.name}: {first_line(misbehaved.error)}") from None
        raise RnnbenchError(
            f"{where}: {task.name} cannot be made with these dials: {misbehaved}"
        ) from misbehaved.error


def choices_text(complaint: str, expected: Any) -> str:
    """The words that a type allows, to complete a complaint about one that it does not."""
    if "nvalid enum value" not in complaint:
        return ""
    words: list[Any] = []
    for part in (expected, *get_args(expected)):
        if get_origin(part) is Literal:
            words += get_args(part)
    return f". There are: {', '.join(map(str, words))}"


def with_changes(recipe: Recipe, changes: Any, where: str) -> Recipe:
    """A recipe with the keys that are set in these changes. Raises RnnbenchError for keys that
    contradict each other."""
    given = {
        key: value for key, value in msgspec.structs.asdict(changes).items() if value is not UNSET
    }
    if given.get("learning_rates"):
        given["learning_rates"] = tuple(dict.fromkeys(given["learning_rates"]))
    changed = msgspec.structs.replace(recipe, **given)
    foreign = KEYS_OF_OTHER_SEARCH[changed.search] if changed.tune else ()
    for key in foreign:
        if key in given:
            raise RnnbenchError(
                f"{where}: recipe.{key}: a search by {changed.search} has no such key; leave it"
                " out, or set recipe.search"
            )
    if changed.lowest_rate > changed.highest_rate:
        raise RnnbenchError(
            f"{where}: recipe.lowest_rate: {changed.lowest_rate:g} is above"
            f" {changed.highest_rate:g}"
        )
    return changed


def without_idle_keys(recipe: Recipe) -> Recipe:
    """The recipe for trials: keys without effect on its search get their defaults, so that they
    change no trial."""
    idle: tuple[str, ...] = ("search", *KEYS_OF_OTHER_SEARCH["tuning-seeds"])
    if recipe.tune:
        idle = KEYS_OF_OTHER_SEARCH[recipe.search]
    defaults = {key: getattr(Recipe(), key) for key in idle}
    return msgspec.structs.replace(recipe, **defaults)


def task_uses(entry: TaskEntry, recipe: Recipe, catalogue: Catalogue, where: str) -> list[TaskUse]:
    """A task of a file at each of its horizons, as a ladder if it asks for one. Raises
    RnnbenchError."""
    task = catalogue.tasks.find(entry.name, where).item
    own_recipe = without_idle_keys(with_changes(recipe, entry.recipe, where))
    if own_recipe.training_share < 1:
        refuse_share_of(task, where)
    if own_recipe.start == "carried" and task.mode == "stream":
        raise RnnbenchError(
            f"{where}: {task.name}: recipe.start: the windows of a stream carry their states"
            ' anyway; leave `start = "carried"` out'
        )
    settings = [entry.dials]
    if entry.horizons is not None and "horizon" in entry.dials:
        raise RnnbenchError(
            f"{where}: {entry.name}: give either `horizons` or the dial `horizon`, not both"
        )
    if entry.horizons is not None:
        settings = [{**entry.dials, "horizon": horizon} for horizon in entry.horizons]
    resolved = [resolve_dials(task, setting, where) for setting in settings]
    uses = [TaskUse(name=entry.name, dials=dials, recipe=own_recipe) for dials in resolved]
    if not entry.ladder:
        return uses
    otherwise = "leave `ladder` out"
    for dials in resolved:
        refuse_without_target(task, dials, where, "each rung of a ladder needs", otherwise)
    return _rungs(entry, uses, where)


def _rungs(entry: TaskEntry, uses: list[TaskUse], where: str) -> list[TaskUse]:
    """A task at several horizons as a ladder: each rung is above the next shorter horizon."""
    if entry.horizons is None:
        raise RnnbenchError(f"{where}: {entry.name}: a ladder needs `horizons`")
    rungs: list[TaskUse] = []
    for horizon, use in sorted(zip(entry.horizons, uses, strict=True), key=lambda pair: pair[0]):
        if rungs and rungs[-1].dials["horizon"] == horizon:
            raise RnnbenchError(f"{where}: {entry.name}: horizon {horizon} is on the ladder twice")
        rungs.append(msgspec.structs.replace(use, below=rungs[-1] if rungs else None))
    return rungs


def refuse_share_of(task: type[Task], where: str) -> None:
    """Refuse to train on a share of the data of this task if it has no separate recorded examples.

    Raises RnnbenchError for a task that generates its data, or has one long stream of them.
    """
    if not issubclass(task, RecordedTask) or task.mode == "stream":
        raise RnnbenchError(
            f"{where}: {task.name}: training on a share of the data needs separate recorded"
            " examples"
        )
