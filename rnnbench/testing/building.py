"""Whether a cell can be built at the sizes of the checks; where not, what its spec should
declare."""

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from rnnbench.errors import DataUnavailable, describe
from rnnbench.testing.declarations import UNITS
from rnnbench.testing.subject import Subject

LARGEST = 64
SHOWN = 6


def refusal(subject: Subject) -> str:
    """At which hidden size it cannot be built, what it raises, and what to declare; "" where it can
    be built.

    An implementation that cannot be had here (DataUnavailable) is no refusal: each check says so
    itself.
    """
    spec = subject.spec
    several = spec.hidden_size(3 * spec.hidden_multiple)
    for units in (
        subject.hidden_size,
        2 * subject.hidden_size,
        spec.hidden_size(1),
        several,
        spec.hidden_size(UNITS),
    ):
        error = _error(subject.changed(units=units))
        if error is not None:
            what = (
                f"it cannot be built at input size {subject.changed(units=units).input_size} and"
                f" hidden size {units}"
            )
            return f"{what}: {describe(error)}. {_hint(subject, error)}"
    return ""


def _error(subject: Subject) -> BaseException | None:
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
    """What to declare, as the sizes say at which it can be built."""
    if isinstance(error, TypeError):
        return (
            "Is `build` a function of (input_size, hidden_size, **options) that gives an nn.Module?"
        )
    sizes = range(1, LARGEST + 1)
    taken = [units for units in sizes if _error(subject.changed(units=units)) is None]
    equal = subject.changed(spec=replace(subject.spec, same_size=True))
    if (
        subject.spec.inputs == "features"
        and taken in ([], [subject.input_size])
        and _error(equal) is None
    ):
        return "It can be built where input size and hidden size are equal: declare same_size=True"
    if taken:
        return _declaration(taken)
    return (
        f"Nor can it be at any hidden size from 1 to {LARGEST}. If it needs other sizes, declare"
        " hidden_multiple, smallest or same_size"
    )


def _declaration(taken: Sequence[int]) -> str:
    """`hidden_multiple` and `smallest` that hold for exactly these sizes, where there are such."""
    smallest = taken[0]
    for multiple in range(LARGEST, 0, -1):
        allowed = [units for units in range(smallest, LARGEST + 1) if units % multiple == 0]
        if allowed == list(taken):
            fields = [f"hidden_multiple={multiple}"] if multiple > 1 else []
            fields += [f"smallest={smallest}"] if smallest > multiple else []
            return (
                f"Of the hidden sizes 1 to {LARGEST} it takes {_shown(taken)}: declare"
                f" {' and '.join(fields)}"
            )
    return (
        f"Of the hidden sizes 1 to {LARGEST} it takes {_shown(taken)}: declare hidden_multiple or"
        " smallest accordingly"
    )


def _shown(taken: Sequence[int]) -> str:
    shown = ", ".join(map(str, taken[:SHOWN]))
    return f"{shown} and so on" if len(taken) > SHOWN else shown
