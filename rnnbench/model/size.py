"""The hidden size that a recipe gives a cell: the nearest to the budget that the cell's constraints
allow."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from rnnbench.errors import (
    CellContractError,
    DataUnavailable,
    PluginError,
    Refused,
    RnnbenchError,
    UnknownName,
    describe,
    message,
)
from rnnbench.records import Recipe

LARGEST_HIDDEN = 1 << 16
GROWTH_SHOWN = 32
LARGEST_TRIED = 1 << 10
"""Where `build` raises at smaller sizes and at this one, size is not the reason."""
NOT_OF_SIZE = (CellContractError, DataUnavailable, PluginError, Refused, UnknownName, MemoryError)
"""Errors that a larger cell would meet too."""


class Size(NamedTuple):
    """H, and how far what is matched is from the budget: (got - wanted) / wanted; None where H
    itself is matched."""

    hidden: int
    off_budget: float | None


class Extent(NamedTuple):
    """How large a whole model is."""

    parameters: int
    state_floats: int


def solve_size(
    recipe: Recipe, extent: Callable[[int], Extent], multiple: int = 1, smallest: int = 1
) -> Size:
    """The multiple of `multiple` from `smallest` on at which the model is nearest to the budget,
    where `extent(H)` says how large it is. A size at which `extent` raises, while it has not given
    an answer at a smaller one, is too small.

    Raises Refused where even the smallest model has more than twice the budget, the model does not
    grow with H, or an equal H is not allowed; what `extent` raises where it gives an answer at no
    size.
    """
    if recipe.match == "hidden":
        _refuse_hidden(recipe.hidden_size, multiple, smallest)
        return Size(recipe.hidden_size, None)
    budget = recipe.parameters if recipe.match == "parameters" else recipe.state_floats
    what = "parameters" if recipe.match == "parameters" else "numbers in its state"

    @cache
    def try_size(size: int) -> int:
        return extent(size * multiple)[0 if recipe.match == "parameters" else 1]

    def count(size: int) -> int:
        error = _error_at(try_size, size)
        if error is None:
            return try_size(size)
        raise RnnbenchError(
            f"at a hidden size of {size * multiple} the cell raises {describe(error)}, and at a"
            " smaller one it does not. Where it takes multiples of a number alone, declare"
            " hidden_multiple"
        ) from error

    first = _first_size(try_size, -(-smallest // multiple), max(1, LARGEST_TRIED // multiple))
    if count(first.size) > 2 * budget:
        too_small = f"; {first.why_not_smaller}" if first.why_not_smaller else ""
        raise Refused(
            f"the smallest model has {count(first.size)} {what} at a hidden size of"
            f" {first.size * multiple}, the budget is {budget}{too_small}"
        )
    above = 2 * first.size
    while count(above) <= budget:
        above *= 2
        if above * multiple > LARGEST_HIDDEN or (
            above > GROWTH_SHOWN and count(above) == count(first.size)
        ):
            size = above // 2
            raise Refused(
                f"at a hidden size of {size * multiple} there are still only {count(size)} of"
                f" {budget} {what}"
            )
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (middle, above) if count(middle) <= budget else (below, middle)
    nearest = min(below, above, key=lambda size: abs(count(size) - budget))
    return Size(nearest * multiple, count(nearest) / budget - 1)


class _First(NamedTuple):
    """The smallest size, in multiples, at which a model can be built; and why it is no smaller one,
    "" where it is the smallest that was asked for."""

    size: int
    why_not_smaller: str = ""


def _refuse_hidden(hidden: int, multiple: int, smallest: int) -> None:
    if hidden % multiple:
        raise Refused(
            f"a hidden size of {hidden} is no multiple of {multiple}, which the cell needs"
        )
    if hidden < smallest:
        raise Refused(
            f"a hidden size of {hidden} is below {smallest}, the smallest that the cell takes"
        )


def _first_size(count: Callable[[int], int], start: int, largest: int) -> _First:
    """Doubled until a model can be built, then halved between the last two. Raises the first error
    where none can."""
    error = _error_at(count, start)
    if error is None:
        return _First(start)
    refused, taken = start, 2 * start
    while _error_at(count, taken) is not None:
        refused, taken = taken, 2 * taken
        if taken > largest:
            raise error
    while taken - refused > 1:
        middle = (taken + refused) // 2
        if _error_at(count, middle) is None:
            taken = middle
        else:
            refused = middle
    return _First(
        taken, f"the cell takes no smaller one ({describe(_error_at(count, refused) or error)})"
    )


def _error_at(count: Callable[[int], int], size: int) -> Exception | None:
    """What building a model of this size raises, where its size may be why."""
    try:
        count(size)
    except NOT_OF_SIZE:
        raise
    except Exception as error:
        if "memory" in message(error).lower():
            raise
        return error
    return None
