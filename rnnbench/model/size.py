"""The hidden size that a recipe gives a cell: the nearest to the budget that the cell's constraints allow."""

from collections.abc import Callable
from typing import NamedTuple

from rnnbench.errors import Refused
from rnnbench.records import Recipe

LARGEST_HIDDEN = 1 << 16
GROWTH_SHOWN = 32


class Size(NamedTuple):
    """H, and how far what is matched is from the budget: (got - wanted) / wanted; None where H itself is matched."""

    hidden: int
    off_budget: float | None


class Extent(NamedTuple):
    """How large a whole model is."""

    parameters: int
    state_floats: int


def solve_size(recipe: Recipe, extent: Callable[[int], Extent], multiple: int = 1) -> Size:
    """The multiple of `multiple` at which the model is nearest to the budget, where `extent(H)` says how large it is.

    Raises Refused where even the smallest model has more than twice the budget, the model does not grow with H, or an
    equal H is no multiple.
    """
    if recipe.match == "hidden":
        if recipe.hidden_size % multiple:
            raise Refused(f"a hidden size of {recipe.hidden_size} is no multiple of {multiple}, which the cell needs")
        return Size(recipe.hidden_size, None)
    budget = recipe.parameters if recipe.match == "parameters" else recipe.state_floats
    what = "parameters" if recipe.match == "parameters" else "numbers in its state"

    def count(size: int) -> int:
        return extent(size * multiple)[0 if recipe.match == "parameters" else 1]

    if count(1) > 2 * budget:
        raise Refused(f"the smallest model has {count(1)} {what}, the budget is {budget}")
    above = 2
    while count(above) <= budget:
        above *= 2
        if above * multiple > LARGEST_HIDDEN or (above > GROWTH_SHOWN and count(above) == count(1)):
            size = above // 2
            raise Refused(
                f"at a hidden size of {size * multiple} there are still only {count(size)} of {budget} {what}"
            )
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (middle, above) if count(middle) <= budget else (below, middle)
    nearest = min(below, above, key=lambda size: abs(count(size) - budget))
    return Size(nearest * multiple, count(nearest) / budget - 1)
