"""The twelve checks of a cell, in their order, and the run of them."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch

from rnnbench.cell import DEFAULT, CellSpec, Option
from rnnbench.errors import DataUnavailable
from rnnbench.testing.agreement import agrees, matches_reference
from rnnbench.testing.carrying import carries
from rnnbench.testing.declarations import declares
from rnnbench.testing.extremes import stays_finite
from rnnbench.testing.gradients import differentiates
from rnnbench.testing.order import causal, independent, pads, remembers
from rnnbench.testing.outcome import CheckFailed, NotApplicable, Outcome, first_line
from rnnbench.testing.repetition import moves, repeats
from rnnbench.testing.subject import Subject


@dataclass(frozen=True)
class Check:
    """A law that every cell keeps. `run` gives what was seen in passing, or raises CheckFailed or NotApplicable."""

    name: str
    run: Callable[[Subject], str]

    @property
    def law(self) -> str:
        """What it demands, in one sentence."""
        return (self.run.__doc__ or "").split("\n")[0]


CELL_CHECKS = (
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
    check: Check,
    spec: CellSpec,
    options: Mapping[str, Option] | None = None,
    implementation: str = DEFAULT,
    skip: tuple[str, ...] = (),
) -> Outcome:
    """The outcome of one check; what the cell raises is a failure."""
    subject = Subject(spec, {**spec.options, **(options or {})}, implementation, skip=skip)
    name = spec.name if implementation == DEFAULT else f"{spec.name}:{implementation}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, while it compiles, and those of imports
            note = check.run(_in_its_precision(subject))
    except NotApplicable as reason:
        return Outcome(subject=name, check=check.name, law=check.law, status="not applicable", sentence=str(reason))
    except DataUnavailable as reason:
        return Outcome(subject=name, check=check.name, law=check.law, status="not applicable", sentence=str(reason))
    except CheckFailed as failure:
        sentence = str(failure)
    except Exception as error:
        sentence = f"it raised {first_line(error)}"
    else:
        return Outcome(subject=name, check=check.name, law=check.law, status="passed", sentence=note)
    return Outcome(subject=name, check=check.name, law=check.law, status="failed", sentence=sentence)


def _in_its_precision(subject: Subject) -> Subject:
    """In float64 where the cell runs in it; what does not is decided in float32, more loosely."""
    try:
        y_BT, _ = subject.build()(subject.inputs(batch=2, steps=2))
    except RuntimeError:
        return subject.changed(dtype=torch.float32)
    return subject if y_BT.dtype == subject.dtype else subject.changed(dtype=torch.float32)
