"""The hidden size of a cell: the one nearest to the recipe's budget that the cell allows."""

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
"""In multiples, the size above which a model must be larger than the smallest one."""
LARGEST_TRIED = 1 << 10
"""Where `build` raises at this size and all smaller ones, size is not the reason."""
NOT_OF_SIZE = (CellContractError, DataUnavailable, PluginError, Refused, UnknownName, MemoryError)
"""Errors that a larger cell would raise too."""


class Size(NamedTuple):
    """The hidden size of a cell.

    off_budget: (actual - budget) / budget; None where the recipe names the hidden size itself.
    """

    hidden: int
    off_budget: float | None


class Extent(NamedTuple):
    """How large a whole model is."""

    parameters: int
    state_floats: int


def solve_size(
    recipe: Recipe, extent: Callable[[int], Extent], multiple: int = 1, smallest: int = 1
) -> Size:
    """Return the hidden size at which the model is nearest to the recipe's budget.

    extent:   takes a hidden size to the extent of the model. A size at which it raises is too
              small, unless it returns at a smaller one.
    multiple: the hidden size is a multiple of this.
    smallest: the hidden size is at least this.

    Raises Refused where even the smallest model has more than twice the budget, the model does not
    grow with the hidden size, or the cell does not allow the recipe's hidden size. Raises what
    `extent` raises where it returns at no size.
    """
    if recipe.match == "hidden":
        _refuse_hidden(recipe.hidden_size, multiple, smallest)
        return Size(recipe.hidden_size, None)
    start = -(-smallest // multiple)
    return _Search(recipe, extent, multiple).nearest(start)


class _First(NamedTuple):
    """The smallest size, in multiples, at which a model can be built.

    why_not_smaller: why no smaller one can; "" where this one is the smallest that was requested.
    """

    size: int
    why_not_smaller: str = ""


class _Search:
    """The search for the size at the budget; sizes are counted in multiples."""

    def __init__(self, recipe: Recipe, extent: Callable[[int], Extent], multiple: int) -> None:
        matches_parameters = recipe.match == "parameters"
        self._budget = recipe.parameters if matches_parameters else recipe.state_floats
        self._what = "parameters" if matches_parameters else "numbers in its state"
        self._multiple = multiple

        @cache
        def count_at(size: int) -> int:
            found = extent(size * multiple)
            return found.parameters if matches_parameters else found.state_floats

        self._count_at = count_at

    def nearest(self, start: int) -> Size:
        """Return the size nearest to the budget, from `start` on, by bisection."""
        largest = max(1, LARGEST_TRIED // self._multiple)
        first = _first_size(self._count_at, start, largest)
        self._refuse_above_budget(first)
        above = self._size_above_budget(first.size)
        below = above // 2
        while above - below > 1:
            middle = (above + below) // 2
            if self._count(middle) <= self._budget:
                below = middle
            else:
                above = middle
        size = min(below, above, key=lambda size: abs(self._count(size) - self._budget))
        return Size(size * self._multiple, self._count(size) / self._budget - 1)

    def _count(self, size: int) -> int:
        """The parameters or numbers in the state at a size above one at which a model was built."""
        error = _error_at(self._count_at, size)
        if error is None:
            return self._count_at(size)
        raise RnnbenchError(
            f"at a hidden size of {size * self._multiple} the cell raises {describe(error)}, and at"
            " a smaller one it does not. Where it takes multiples of a number alone, declare"
            " hidden_multiple"
        ) from error

    def _refuse_above_budget(self, first: _First) -> None:
        count = self._count(first.size)
        if count > 2 * self._budget:
            reason = f"; {first.why_not_smaller}" if first.why_not_smaller else ""
            raise Refused(
                f"the smallest model has {count} {self._what} at a hidden size of"
                f" {first.size * self._multiple}, the budget is {self._budget}{reason}"
            )

    def _size_above_budget(self, first: int) -> int:
        """Twice, four times, ... the first size: the first of these above the budget.

        Raises Refused where the model does not grow with its size.
        """
        above = 2 * first
        while self._count(above) <= self._budget:
            above *= 2
            too_large = above * self._multiple > LARGEST_HIDDEN
            if too_large or (above > GROWTH_SHOWN and self._count(above) == self._count(first)):
                size = above // 2
                raise Refused(
                    f"at a hidden size of {size * self._multiple} there are still only"
                    f" {self._count(size)} of {self._budget} {self._what}"
                )
        return above


def _refuse_hidden(hidden: int, multiple: int, smallest: int) -> None:
    if hidden % multiple:
        raise Refused(
            f"a hidden size of {hidden} is no multiple of {multiple}, which the cell needs"
        )
    if hidden < smallest:
        raise Refused(
            f"a hidden size of {hidden} is below {smallest}, the smallest that the cell takes"
        )


def _first_size(count_at: Callable[[int], int], start: int, largest: int) -> _First:
    """The smallest size from `start` on at which a model can be built.

    The size is doubled until a model can be built, then found by bisection of the last two. Raises
    the error at `start` where no model can be built up to `largest`.
    """
    error = _error_at(count_at, start)
    if error is None:
        return _First(start)
    refused = start
    accepted = 2 * start
    while _error_at(count_at, accepted) is not None:
        if accepted >= largest:
            raise error
        refused = accepted
        accepted = min(2 * accepted, largest)
    while accepted - refused > 1:
        middle = (accepted + refused) // 2
        if _error_at(count_at, middle) is None:
            accepted = middle
        else:
            refused = middle
    last_error = _error_at(count_at, refused) or error
    return _First(accepted, f"the cell takes no smaller one ({describe(last_error)})")


def _error_at(count_at: Callable[[int], int], size: int) -> Exception | None:
    """What building a model of this size raises, where the size may be the reason."""
    try:
        count_at(size)
    except NOT_OF_SIZE:
        raise
    except Exception as error:
        if "memory" in message(error).lower():
            raise
        return error
    return None
