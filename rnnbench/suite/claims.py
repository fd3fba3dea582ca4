"""Claims of a suite's file: every name looked up, every condition under which they are tested
written out."""

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
from rnnbench.suite.file import SuiteFile
from rnnbench.suite.parsing import parse, typed
from rnnbench.suite.readings import reading
from rnnbench.suite.sizes import at_size
from rnnbench.suite.uses import FAIR, changed


class Claims(NamedTuple):
    """The claims of a suite, and a sentence for each file of a plugin that could not be taken
    in."""

    claims: tuple[Claim, ...]
    left_out: tuple[str, ...] = ()


def all_claims(file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue) -> Claims:
    """The claims of a file, and of those that plugins bring where it takes them in. Raises
    RnnbenchError for what is wrong in the file itself."""
    found = _claims(file, recipe, where, catalogue)
    if not file.further_claims:
        return Claims(found)
    here = {claim.name for claim in found}
    contribution = contributed_claims(catalogue)
    further = tuple(claim for claim in contribution.claims if claim.name not in here)
    return Claims(found + further, contribution.left_out)


def contributed_claims(catalogue: Catalogue) -> Claims:
    """Every claim that a plugin brings. A file with something wrong in it is left out, and named
    with its distribution. Raises PluginError for two claims of one name."""
    found: dict[str, tuple[Claim, Plugin]] = {}
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
            if claim.name in found:
                twins = found[claim.name][1].distribution, contribution.plugin.distribution
                raise PluginError(
                    f"two claims are called '{claim.name}': one from {twins[0]}, one from"
                    f" {twins[1]}"
                )
            found[claim.name] = claim, contribution.plugin
    return Claims(tuple(claim for claim, _ in found.values()), tuple(left_out))


def claims_of_file(path: Path, catalogue: Catalogue) -> tuple[Claim, ...]:
    """The claims in a TOML file of a plugin, which needs neither version nor summary. Raises
    RnnbenchError."""
    raw = {"version": 1, "summary": "", **parse(path)}
    file = at_size(typed(raw, path.name))
    return _claims(file, changed(FAIR, file.recipe, path.name), path.name, catalogue)


def _claims(file: SuiteFile, recipe: Recipe, where: str, catalogue: Catalogue) -> tuple[Claim, ...]:
    names = [entry.name for entry in file.claims]
    for name in names:
        if names.count(name) > 1:
            raise RnnbenchError(f"{where}: claims: '{name}' stands there twice")
    return tuple(
        Claim(
            name=entry.name,
            sentence=entry.sentence,
            note=entry.note,
            parts=entry.parts,
            core=entry.core,
            most_seeds=entry.most_seeds,
            readings=tuple(
                reading(one, recipe, f"{where}: {entry.name}: readings[{at}]", catalogue)
                for at, one in enumerate(entry.readings)
            ),
        )
        for entry in file.claims
    )


def chosen_claims(all_of_them: Claims, choices: Choices, where: str) -> tuple[Claim, ...]:
    """Those that the command line asks for. Raises UnknownName for one there is not."""
    claims = all_of_them.claims
    names = [claim.name for claim in claims]
    for name in choices.claims:
        if name not in names:
            raise UnknownName("claim", name, names, where, "; ".join(all_of_them.left_out))
    kept = [
        c
        for c in claims
        if (not choices.claims or c.name in choices.claims) and (c.core or not choices.core)
    ]
    if not kept:
        raise RnnbenchError(
            f"{where}: none of these claims has `core = true`: {', '.join(choices.claims or names)}"
        )
    return tuple(kept)


def cells_of(claims: Iterable[Claim]) -> tuple[CellUse, ...]:
    """Every cell that takes part, once."""
    found = {canonical(side.cell): side.cell for side in _sides(claims)}
    return tuple(found.values())


def tasks_of(claims: Iterable[Claim]) -> tuple[TaskUse, ...]:
    """Every task at every setting, once, with the cells that try it there."""
    found: dict[bytes, TaskUse] = {}
    for side in _sides(claims):
        if isinstance(side, LearningSide):
            bare = TaskUse(name=side.task, dials=side.dials, recipe=side.recipe)
            use = found.setdefault(msgspec.json.encode(bare, order="deterministic"), bare)
            if side.cell.row not in use.only:
                key = msgspec.json.encode(bare, order="deterministic")
                found[key] = msgspec.structs.replace(use, only=(*use.only, side.cell.row))
    return tuple(found.values())


def needs_of(claims: Iterable[Claim]) -> tuple[Needed, ...]:
    """Every cost figure that is wanted, once."""
    found = [
        Needed(side.cell.row, side.measurement, side.shape)
        for side in _sides(claims)
        if isinstance(side, CostSide)
    ]
    return tuple(dict.fromkeys(found))


def _sides(claims: Iterable[Claim]) -> Iterable[LearningSide | CostSide]:
    for claim in claims:
        for one in claim.readings:
            for question in one.questions:
                yield from question.sides
                yield from question.step_time or ()
