"""Checks whether a cell can be built at the sizes of the checks, and what its spec should declare
if it cannot."""

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from rnnbench import text
from rnnbench.errors import DataUnavailable, describe
from rnnbench.testing.options import UNITS
from rnnbench.testing.subject import Subject

LARGEST = 64
"""Hidden sizes from 1 to this one are tried when a size is refused."""
SHOWN = 6


def refusal(subject: Subject) -> str:
    """Return a sentence on the first refused hidden size, with its error and what to declare.

    The sentence is "" where the cell can be built. An implementation that is unavailable here
    (DataUnavailable) is no refusal: each check reports that itself.
    """
    for units in _sizes_of_the_checks(subject):
        sized = subject.changed(units=units)
        error = _build_error(sized)
        if error is not None:
            return (
                f"it cannot be built at input size {sized.input_size} and hidden size {units}:"
                f" {text.sentence(describe(error))} {_hint(subject, error)}"
            )
    return ""


def _sizes_of_the_checks(subject: Subject) -> tuple[int, ...]:
    return (
        subject.hidden_size,
        2 * subject.hidden_size,
        subject.size_from(1),
        subject.size_from(3 * subject.multiple),
        subject.size_from(UNITS),
    )


def _build_error(subject: Subject) -> BaseException | None:
    try:
        module: object = subject.construct()
    except DataUnavailable:
        return None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return error
    if isinstance(module, nn.Module):
        return None
    return TypeError(f"`build` should give an nn.Module, got {type(module).__name__}")


def _hint(subject: Subject, error: BaseException) -> str:
    """Return advice on what to declare, from the hidden sizes at which the cell can be built."""
    if isinstance(error, TypeError):
        return (
            "Is `build` a function of (input_size, hidden_size, **options) that gives an nn.Module?"
        )
    sizes = range(1, LARGEST + 1)
    accepted = [units for units in sizes if _build_error(subject.changed(units=units)) is None]
    if _needs_equal_sizes(subject, accepted):
        return "It can be built where input size and hidden size are equal: declare same_size=True"
    if accepted:
        return (
            f"Of the hidden sizes 1 to {LARGEST} it takes {_shown(accepted)}: declare"
            f" {_declaration(accepted)}"
        )
    return (
        f"Nor can it be at any hidden size from 1 to {LARGEST}. If it needs other sizes, declare"
        " hidden_multiple, smallest or same_size"
    )


def _needs_equal_sizes(subject: Subject, accepted: Sequence[int]) -> bool:
    if subject.spec.inputs != "features" or accepted not in ([], [subject.input_size]):
        return False
    equal = subject.changed(spec=replace(subject.spec, same_size=True))
    return _build_error(equal) is None


def _declaration(accepted: Sequence[int]) -> str:
    """Return fields of the spec that allow exactly these sizes, where such fields exist."""
    smallest = accepted[0]
    for multiple in range(LARGEST, 0, -1):
        allowed = [units for units in range(smallest, LARGEST + 1) if units % multiple == 0]
        if allowed != list(accepted):
            continue
        fields = []
        if multiple > 1:
            fields.append(f"hidden_multiple={multiple}")
        if smallest > multiple:
            fields.append(f"smallest={smallest}")
        return " and ".join(fields)
    return "hidden_multiple or smallest accordingly"


def _shown(accepted: Sequence[int]) -> str:
    shown = text.listed(accepted[:SHOWN])
    return f"{shown} and so on" if len(accepted) > SHOWN else shown
