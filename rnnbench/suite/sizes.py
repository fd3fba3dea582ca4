"""The two sizes of a suite: the default, and the full one for a paper."""

from typing import Any

import msgspec
from msgspec import UNSET

from rnnbench.suite.file import ClaimEntry, SuiteFile, TaskEntry


def at_size(file: SuiteFile) -> SuiteFile:
    """The file at the size that it names: where that is full, with the changes that stand under
    `full`."""
    if file.size == "default":
        return file
    return msgspec.structs.replace(
        file,
        seeds=file.full.seeds or file.seeds,
        recipe=_merged(file.recipe, file.full.recipe),
        tasks=tuple(map(_full_task, file.tasks)),
        claims=tuple(map(_full_claim, file.claims)),
    )


def _full_claim(entry: ClaimEntry) -> ClaimEntry:
    readings = [
        msgspec.structs.replace(one, tasks=tuple(map(_full_task, one.tasks)))
        for one in entry.readings
    ]
    return msgspec.structs.replace(entry, readings=tuple(readings))


def _full_task(entry: TaskEntry) -> TaskEntry:
    if entry.full is None:
        return entry
    return msgspec.structs.replace(
        entry,
        horizons=entry.full.horizons or entry.horizons,
        dials={**entry.dials, **entry.full.dials},
        recipe=_merged(entry.recipe, entry.full.recipe),
    )


def _merged(recipe: Any, changes: Any) -> Any:
    given = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET
    }
    return msgspec.structs.replace(recipe, **given)
