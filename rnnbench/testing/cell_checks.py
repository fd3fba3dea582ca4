"""The twelve checks of a cell, in their order, and the run of them."""

import warnings
from collections.abc import Iterator, Mapping

import torch

from rnnbench.cell import DEFAULT, CellSpec, Option
from rnnbench.testing.agreement import agrees, matches_reference
from rnnbench.testing.carrying import carries
from rnnbench.testing.declarations import declares
from rnnbench.testing.extremes import stays_finite
from rnnbench.testing.gradients import differentiates
from rnnbench.testing.order import causal, independent, pads, remembers
from rnnbench.testing.outcome import Check, Outcome
from rnnbench.testing.repetition import moves, repeats
from rnnbench.testing.subject import Subject

CELL_CHECKS: tuple[Check[Subject], ...] = (
    Check("causal", causal),
    Check("independent", independent),
    Check("remembers", remembers),
    Check("carries", carries),
    Check("agrees", agrees),
    Check("differentiates", differentiates),
    Check("pads", pads),
    Check("repeats", repeats),
    Check("moves", moves),
    Check("declares", declares),
    Check("finite", stays_finite),
    Check("reference", matches_reference),
)
"""In the order of the plugin guide, which says of each why it is there."""


def check_cell(
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
) -> Iterator[Outcome]:
    """The outcome of each check, as it is had. Nothing is written, and torch's generator is left reseeded.

    skip: implementations that are not to be compared with the others; compiling one takes up to minutes.
    """
    for check in CELL_CHECKS:
        yield run_check(check, spec, options, implementation, skip)


def run_check(
    check: Check[Subject],
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
) -> Outcome:
    """The outcome of one check; what the cell raises is a failure."""
    subject = Subject(spec, {**spec.options, **(options or {})}, implementation, skip=skip)
    name = spec.name if implementation == DEFAULT else f"{spec.name}:{implementation}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, while it compiles, and those of imports
        return check.outcome(name, lambda: _in_its_precision(subject))


def _in_its_precision(subject: Subject) -> Subject:
    """In float64 where the cell runs in it; what does not is decided in float32, more loosely."""
    try:
        y_BT, _ = subject.build()(subject.inputs(batch=2, steps=2))
    except RuntimeError:
        return subject.changed(dtype=torch.float32)
    return subject if y_BT.dtype == subject.dtype else subject.changed(dtype=torch.float32)
