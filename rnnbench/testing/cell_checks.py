"""The checks of a cell, in their order, and the functions that run them."""

import warnings
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from rnnbench import switches
from rnnbench.contracts import DEFAULT, CellSpec
from rnnbench.records import Option, Outcome
from rnnbench.testing.agreement import agrees, matches_reference
from rnnbench.testing.building import refusal
from rnnbench.testing.carrying import carries
from rnnbench.testing.declarations import declares
from rnnbench.testing.extremes import stays_finite
from rnnbench.testing.gradients import differentiates
from rnnbench.testing.importing import (
    Imported,
    TorchState,
    changes_since,
    first_import,
    torch_state,
)
from rnnbench.testing.isolation import isolated
from rnnbench.testing.order import causal, independent, pads, remembers
from rnnbench.testing.outcome import Check
from rnnbench.testing.repetition import moves, repeats
from rnnbench.testing.retrying import in_supported_dtype, retried
from rnnbench.testing.subject import Subject

DECLARES = "declares"
CELL_CHECKS: tuple[Check[Subject], ...] = (
    Check("repeats", repeats),
    Check("isolated", isolated),
    Check("causal", causal),
    Check("independent", independent),
    Check("remembers", remembers),
    Check("carries", carries),
    Check("agrees", agrees),
    Check("differentiates", differentiates),
    Check("pads", pads),
    Check("moves", moves),
    Check(DECLARES, declares),
    Check("finite", stays_finite),
    Check("reference", matches_reference),
)
"""The checks in the order of the plugin guide, which explains each. `repeats` comes first: a cell
that does not repeat itself cannot be judged by any other law."""


def check_cell(
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
    before: TorchState | None = None,
) -> Iterator[Outcome]:
    """Run the checks of a cell one by one. Writes nothing, and leaves torch's generator reseeded.

    skip:   implementations that are not compared with the default; compiling one may take minutes.
    before: state of torch before the plugin of the cell was imported, where it was recorded.
    """
    subject = _subject(spec, options, implementation, skip, before)
    with _torch_restored():
        refused = refusal(subject)
    for check in CELL_CHECKS:
        yield _outcome(check, subject, refused)


def run_check(
    check: Check[Subject],
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
) -> Outcome:
    """Run one check of a cell; an error that the cell raises is a failure."""
    subject = _subject(spec, options, implementation, skip)
    with _torch_restored():
        refused = refusal(subject)
    return _outcome(check, subject, refused)


def _subject(
    spec: CellSpec,
    options: Mapping[str, Option] | None,
    implementation: str,
    skip: tuple[str, ...],
    before: TorchState | None = None,
) -> Subject:
    hashable = isinstance(spec.build, Hashable)
    imported = first_import(spec.build) if hashable else changes_since(torch_state())
    if before is not None:
        changes = {**changes_since(before).changes, **imported.changes}
        imported = Imported(before.parts, changes)
    complete = {**spec.options, **(options or {})}
    return Subject(spec, complete, implementation, skip=skip, imported=imported)


def _outcome(check: Check[Subject], subject: Subject, refused: str) -> Outcome:
    """Run a check of a cell, unless building the cell was refused for the given reason."""
    name = subject.spec.name
    if subject.implementation != DEFAULT:
        name = f"{name}:{subject.implementation}"
    if refused:
        return _cannot_be_built(check, name, refused)
    with _torch_restored():
        outcome = check.outcome(name, partial(_prepared, subject))
        if outcome.status == "failed":
            outcome = retried(check, subject, outcome)
    return outcome


@contextmanager
def _torch_restored() -> Iterator[None]:
    """Set back the switches that the block changes, so each law is decided as if it came first.

    Deprecation warnings, of torch while it compiles and of imports, are hidden.
    """
    kept = switches.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        switches.restore(kept)


def _cannot_be_built(check: Check[Subject], name: str, refused: str) -> Outcome:
    """Fail the law `declares` with the reason; the other laws are not applicable."""
    if check.name == DECLARES:
        return Outcome(
            subject=name, check=check.name, law=check.law, status="failed", sentence=refused
        )
    sentence = f"it cannot be built, as the law '{DECLARES}' says"
    return Outcome(
        subject=name, check=check.name, law=check.law, status="not applicable", sentence=sentence
    )


def _prepared(subject: Subject) -> Subject:
    """Choose the dtype, and set back what that first run changes, for the law `isolated` to see."""
    with _torch_restored():
        return in_supported_dtype(subject)
