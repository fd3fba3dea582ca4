"""The thirteen checks of a cell, in their order, and the run of them."""

import warnings
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import torch
from msgspec.structs import replace

from rnnbench import switches
from rnnbench.contracts import DEFAULT, CellSpec
from rnnbench.records import Option, Outcome
from rnnbench.testing.agreement import agrees, matches_reference
from rnnbench.testing.building import refusal
from rnnbench.testing.carrying import carries
from rnnbench.testing.declarations import declares
from rnnbench.testing.extremes import stays_finite
from rnnbench.testing.gradients import differentiates
from rnnbench.testing.importing import Imported, Look, first_import, look, since
from rnnbench.testing.isolation import isolated
from rnnbench.testing.order import causal, independent, pads, remembers
from rnnbench.testing.outcome import Check, NotApplicable
from rnnbench.testing.repetition import moves, remembered_calls, repeats
from rnnbench.testing.subject import NOISE, Subject

REPEATS = Check("repeats", repeats)
DECLARES = Check("declares", declares)
CELL_CHECKS: tuple[Check[Subject], ...] = (
    REPEATS,
    Check("isolated", isolated),
    Check("causal", causal),
    Check("independent", independent),
    Check("remembers", remembers),
    Check("carries", carries),
    Check("agrees", agrees),
    Check("differentiates", differentiates),
    Check("pads", pads),
    Check("moves", moves),
    DECLARES,
    Check("finite", stays_finite),
    Check("reference", matches_reference),
)
"""In the order of the plugin guide, which says of each why it is there. Where a cell does not
repeat itself, no other law can be decided, so that this one is asked first."""
TRIED_NEARER = {
    "causal",
    "independent",
    "remembers",
    "carries",
    "agrees",
    "differentiates",
    "pads",
    "reference",
}
"""Laws that are decided in float64 with weights moved off their initial values. Where one fails, it
is tried again."""
COMPARES_CALLS = TRIED_NEARER | {"moves"}
"""Laws that compare what several calls give; they cannot be decided for a cell that remembers
earlier calls."""
NEARER = 1e-3
"""How far weights are moved then: they stay in the range of a clamp, and what is 0 at first is not
0."""
AGREE_NEARER = 1e-11
"""How far equal figures may be apart then: with such weights a fault of third order is no more than
1e-9."""


def check_cell(
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
    before: Look | None = None,
) -> Iterator[Outcome]:
    """The outcome of each check, as it is had. Nothing is written, and torch's generator is left
    reseeded.

    skip:   implementations that are not to be compared with the others; compiling one takes up to
            minutes.
    before: how torch was before the cell's plugin was imported, where somebody looked.
    """
    subject = _subject(spec, options, implementation, skip, before)
    with _undisturbed():
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
    """The outcome of one check; what the cell raises is a failure."""
    subject = _subject(spec, options, implementation, skip)
    with _undisturbed():
        refused = refusal(subject)
    return _outcome(check, subject, refused)


def _subject(
    spec: CellSpec,
    options: Mapping[str, Option] | None,
    implementation: str,
    skip: tuple[str, ...],
    before: Look | None = None,
) -> Subject:
    imported = first_import(spec.build) if isinstance(spec.build, Hashable) else since(look())
    if before is not None:
        imported = Imported(before.parts, {**since(before).turned, **imported.turned})
    options = {**spec.options, **(options or {})}
    return Subject(spec, options, implementation, skip=skip, imported=imported)


def _outcome(check: Check[Subject], subject: Subject, refused: str) -> Outcome:
    """The outcome of a check of a cell that can be built, or that is refused with this reason."""
    name = subject.spec.name
    if subject.implementation != DEFAULT:
        name = f"{name}:{subject.implementation}"
    if refused:
        return _cannot_be_built(check, name, refused)
    with _undisturbed():
        outcome = check.outcome(name, partial(_prepared, subject))
        if outcome.status == "failed":
            outcome = _second_look(check, name, subject, outcome)
    return outcome


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What a cell turns in here is turned back, so that each law is decided as if it came first."""
    kept = switches.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # torch's own, while it compiles, and those of imports
            yield
    finally:
        switches.restore(kept)


def _cannot_be_built(check: Check[Subject], name: str, refused: str) -> Outcome:
    """One law fails and says why; the others are not applicable."""
    if check.name == DECLARES.name:
        return Outcome(
            subject=name, check=check.name, law=check.law, status="failed", sentence=refused
        )
    sentence = f"it cannot be built, as the law '{DECLARES.name}' says"
    return Outcome(
        subject=name, check=check.name, law=check.law, status="not applicable", sentence=sentence
    )


def _second_look(check: Check[Subject], name: str, subject: Subject, outcome: Outcome) -> Outcome:
    """A failed law again: where a cell remembers earlier calls, the failure of a law that compares
    calls says nothing, and weights that were moved by so much may be ones that the cell can never
    have."""
    if check.name not in COMPARES_CALLS and check.name != DECLARES.name:
        return outcome
    if remembered := remembered_calls(subject):
        if (
            check.name == DECLARES.name
        ):  # what it counts does not depend on earlier calls, and what it runs does
            sentence = (
                f"{outcome.sentence}; it also remembers earlier calls, which may be the reason:"
                f" {remembered}"
            )
            return replace(outcome, sentence=sentence)
        return replace(
            outcome,
            sentence=(
                f"it remembers earlier calls, so that this law cannot be decided: {remembered}"
            ),
        )
    if check.name not in TRIED_NEARER:
        return outcome
    nearer = check.outcome(name, partial(_nearer, subject))
    if nearer.status != "passed":
        return outcome
    note = (
        f"holds with weights within {NEARER:g} of the initial ones; moved by {NOISE:g},"
        f" {outcome.sentence}"
    )
    return replace(nearer, sentence="; ".join(filter(None, (nearer.sentence, note))))


def _prepared(subject: Subject) -> Subject:
    """What this first look at the cell turns is turned back, so that the law `isolated` sees it
    turned."""
    with _undisturbed():
        return _in_its_precision(subject)


def _nearer(subject: Subject) -> Subject:
    subject = _in_its_precision(subject.changed(noise=NEARER, agree=AGREE_NEARER))
    if subject.dtype != torch.float64:
        raise NotApplicable("float32 shows too little so near to the initial weights")
    return subject


def _in_its_precision(subject: Subject) -> Subject:
    """In float64 where the cell runs in it; what does not is decided in float32, more loosely."""
    try:
        y_BT, _ = subject.build()(subject.inputs(batch=2, steps=2))
    except RuntimeError:
        return subject.changed(dtype=torch.float32)
    return subject if y_BT.dtype == subject.dtype else subject.changed(dtype=torch.float32)
