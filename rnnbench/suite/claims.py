"""Resolves the claims of a suite's file: looks up names, and writes out every condition."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.errors import PluginError, RnnbenchError, UnknownName, first_line
from rnnbench.records import (
    CellUse,
    Claim,
    CostSide,
    LearningSide,
    Needed,
    Recipe,
    TaskUse,
    canonical,
)
from rnnbench.suite.choices import Choices
from rnnbench.suite.file import ClaimEntry, SuiteFile
from rnnbench.suite.parsing import parse, typed
from rnnbench.suite.readings import reading
from rnnbench.suite.sizes import at_size
from rnnbench.suite.uses import FAIR, with_changes


class Claims(NamedTuple):
    """The claims of a suite, and a sentence for each plugin's file that had to be left out."""

    claims: tuple[Claim, ...]
    left_out: tuple[str, ...] = ()


def all_claims(file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue) -> Claims:
    """The claims of a file, and those of plugins if the file asks for them.

    A claim of the file replaces one of a plugin with its name. Raises RnnbenchError for an error in
    the file itself.
    """
    own = _claims(file, recipe, where, catalogue)
    if not file.further_claims:
        return Claims(own)
    own_names = {claim.name for claim in own}
    contributed = contributed_claims(catalogue)
    further = tuple(claim for claim in contributed.claims if claim.name not in own_names)
    return Claims(own + further, contributed.left_out)


def contributed_claims(catalogue: Catalogue) -> Claims:
    """The claims that plugins contribute; a file with an error is left out, with a sentence.

    Raises PluginError for two claims of one name.
    """
    by_name: dict[str, tuple[Claim, Plugin]] = {}
    left_out: list[str] = []
    for contribution in catalogue.claims.values():
        try:
            claims = claims_of_file(contribution.item, catalogue)
        except RnnbenchError as error:
            left_out.append(
                f"the claims of {contribution.plugin.origin} are left out: {first_line(error)}"
            )
            continue
        for claim in claims:
            if claim.name in by_name:
                _, earlier = by_name[claim.name]
                raise PluginError(
                    f"two claims are called '{claim.name}': one from {earlier.distribution}, one"
                    f" from {contribution.plugin.distribution}"
                )
            by_name[claim.name] = (claim, contribution.plugin)
    return Claims(tuple(claim for claim, _ in by_name.values()), tuple(left_out))


def claims_of_file(path: Path, catalogue: Catalogue) -> tuple[Claim, ...]:
    """The claims in a TOML file of a plugin, which needs neither version nor summary. Raises
    RnnbenchError."""
    raw = {"version": 1, "summary": "", **parse(path)}
    file = at_size(typed(raw, path.name))
    recipe = with_changes(FAIR, file.recipe, path.name)
    return _claims(file, recipe, path.name, catalogue)


def _claims(file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue) -> tuple[Claim, ...]:
    names = [entry.name for entry in file.claims]
    for name in names:
        if names.count(name) > 1:
            raise RnnbenchError(f"{where}: claims: '{name}' is listed twice")
    return tuple(
        _claim(entry, recipe, f"{where}: {entry.name}", catalogue) for entry in file.claims
    )


def _claim(entry: ClaimEntry, recipe: Recipe, where: str, catalogue: Catalogue) -> Claim:
    readings = []
    for position, reading_entry in enumerate(entry.readings):
        place = f"{where}: readings[{position}]"
        readings.append(reading(reading_entry, recipe, place, catalogue))
    return Claim(
        name=entry.name,
        sentence=entry.sentence,
        note=entry.note,
        parts=entry.parts,
        core=entry.core,
        most_seeds=entry.most_seeds,
        readings=tuple(readings),
    )


def chosen_claims(available: Claims, choices: Choices, where: str) -> tuple[Claim, ...]:
    """The claims that the command line asks for. Raises UnknownName for an unknown one."""
    names = [claim.name for claim in available.claims]
    for name in choices.claims:
        if name not in names:
            raise UnknownName("claim", name, names, where, "; ".join(available.left_out))
    asked = set(choices.claims or names)
    chosen = tuple(claim for claim in available.claims if claim.name in asked)
    if choices.core:
        chosen = tuple(claim for claim in chosen if claim.core)
    if not chosen:
        raise RnnbenchError(
            f"{where}: none of these claims has `core = true`: {', '.join(choices.claims or names)}"
        )
    return chosen


def cells_of(claims: Iterable[Claim]) -> tuple[CellUse, ...]:
    """Every cell that takes part in these claims, once."""
    cells = {canonical(side.cell): side.cell for side in _sides(claims)}
    return tuple(cells.values())


def tasks_of(claims: Iterable[Claim]) -> tuple[TaskUse, ...]:
    """Every task at every setting, once, with the cells that are trained on it."""
    uses: dict[bytes, TaskUse] = {}
    for side in _sides(claims):
        if not isinstance(side, LearningSide):
            continue
        bare = TaskUse(name=side.task, dials=side.dials, recipe=side.recipe)
        key = msgspec.json.encode(bare, order="deterministic")
        use = uses.setdefault(key, bare)
        if side.cell.row not in use.only:
            uses[key] = msgspec.structs.replace(use, only=(*use.only, side.cell.row))
    return tuple(uses.values())


def needs_of(claims: Iterable[Claim]) -> tuple[Needed, ...]:
    """Every cost figure that these claims need, once."""
    needs = [
        Needed(side.cell.row, side.measurement, side.shape)
        for side in _sides(claims)
        if isinstance(side, CostSide)
    ]
    return tuple(dict.fromkeys(needs))


def _sides(claims: Iterable[Claim]) -> Iterable[LearningSide | CostSide]:
    """Yield both sides of every question, and those of its step times."""
    for claim in claims:
        for claim_reading in claim.readings:
            for question in claim_reading.questions:
                yield from question.sides
                yield from question.step_time or ()
