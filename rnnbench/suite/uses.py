"""The cells and tasks that a suite's file names: every name looked up, defaults filled in, dials
and options typed."""

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

FAIR = Recipe(tune=True, search="race")
"""What a suite's file gets where it says nothing."""
OF_ANOTHER_SEARCH = {
    "race": ("tuning_seeds",),
    "tuning-seeds": ("race_from", "lowest_rate", "highest_rate"),
}
"""By kind of search, the keys of the recipe that belong to the other one."""


def cell_use(cell: str | CellUse, catalogue: Catalogue, where: str) -> CellUse:
    """A cell as named in a suite, with all its options. Raises UnknownName for a cell or an option
    there is not."""
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
    """All dials of a task, with these set. Raises RnnbenchError for a dial there is not, or a wrong
    value."""
    hints = get_type_hints(task)
    known = {field.name: field.default for field in fields(task) if field.init}
    for dial in dials:
        if dial not in known:
            raise UnknownName("dial", dial, known, f"{where}: {task.name}")
    converted = {}
    for dial, value in {**known, **dials}.items():
        if value is MISSING:
            raise RnnbenchError(
                f"{where}: {task.name}: the dial '{dial}' has no default and is not set"
            )
        try:
            converted[dial] = msgspec.convert(value, hints[dial])
        except msgspec.ValidationError as error:
            complaint = str(error).replace("`", "")
            complaint = complaint[0].lower() + complaint[1:] + choices_text(complaint, hints[dial])
            raise RnnbenchError(f"{where}: {task.name}.{dial}: {complaint}") from None
    try:
        run_guarded(partial(task, **converted))
    except Misbehaved as misbehaved:
        if isinstance(misbehaved.error, ValueError | TypeError):
            raise RnnbenchError(f"{where}: {task.name}: {first_line(misbehaved.error)}") from None
        raise RnnbenchError(
            f"{where}: {task.name} cannot be made with these dials: {misbehaved}"
        ) from misbehaved.error
    return converted


def choices_text(complaint: str, expected: Any) -> str:
    """For a value that is none of a few words: what the words are."""
    if "nvalid enum value" not in complaint:
        return ""
    words = [
        word
        for part in (expected, *get_args(expected))
        if get_origin(part) is Literal
        for word in get_args(part)
    ]
    return f". There are: {', '.join(map(str, words))}"


def changed(recipe: Recipe, changes: Any, where: str) -> Recipe:
    """A recipe with what was set of these changes. Raises RnnbenchError for keys that contradict
    each other."""
    given = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET
    }
    if rates := given.get("learning_rates"):
        given["learning_rates"] = tuple(dict.fromkeys(rates))
    made = msgspec.structs.replace(recipe, **given)
    for key in OF_ANOTHER_SEARCH[made.search] if made.tune else ():
        if key in given:
            raise RnnbenchError(
                f"{where}: recipe.{key}: a search by {made.search} has no such key; leave it out,"
                " or set recipe.search"
            )
    if made.lowest_rate > made.highest_rate:
        raise RnnbenchError(
            f"{where}: recipe.lowest_rate: {made.lowest_rate:g} is above {made.highest_rate:g}"
        )
    return made


def without_idle_keys(recipe: Recipe) -> Recipe:
    """The recipe as trials get it: keys of a search that it does not have are at their defaults, so
    that they make no other trial."""
    idle = (
        OF_ANOTHER_SEARCH[recipe.search]
        if recipe.tune
        else ("search", *OF_ANOTHER_SEARCH["tuning-seeds"])
    )
    return msgspec.structs.replace(recipe, **{key: getattr(Recipe(), key) for key in idle})


def task_uses(entry: TaskEntry, recipe: Recipe, catalogue: Catalogue, where: str) -> list[TaskUse]:
    """A task of a file at each of its horizons, a ladder where it is one. Raises RnnbenchError."""
    task = catalogue.tasks.find(entry.name, where).item
    own_recipe = without_idle_keys(changed(recipe, entry.recipe, where))
    if own_recipe.training_share < 1:
        refuse_share_of(task, where)
    settings = [entry.dials]
    if entry.horizons is not None and "horizon" in entry.dials:
        raise RnnbenchError(
            f"{where}: {entry.name}: give either `horizons` or the dial `horizon`, not both"
        )
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
            raise RnnbenchError(
                f"{where}: {entry.name}: horizon {horizon} stands on the ladder twice"
            )
        rungs.append(msgspec.structs.replace(use, below=rungs[-1] if rungs else None))
    return rungs


def refuse_share_of(task: type[Task], where: str) -> None:
    """Raises RnnbenchError where a share of the training data is asked of a task that has none: one
    that draws its data without end, or whose training data are one long stream."""
    if not issubclass(task, RecordedTask) or task.mode == "stream":
        raise RnnbenchError(
            f"{where}: {task.name}: only of separate recorded examples can a share be trained on"
        )
