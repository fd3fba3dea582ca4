"""States of a batch: which axis of each part belongs to its sequences, and a choice among these."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from rnnbench.errors import Refused
from rnnbench.state import is_opaque, leaves_of, map_leaves


class StateBatches:
    """Takes sequences from the states of a batch, and joins the states of several batches.

    The contract of cells leaves open along which axis the sequences of a state lie. It is the axis
    whose length is 2 for two sequences and 3 for three. Parts without such an axis, such as a count
    of steps, are common to all sequences of a batch.

    of_two:   the states of a batch of two sequences.
    of_three: those of a batch of three.

    Raises Refused where a state is an object of a class of its own, and where a part has as many
    numbers as there are sequences along none of its axes alone.
    """

    def __init__(self, of_two: Any, of_three: Any) -> None:
        if is_opaque(of_two):
            raise Refused(
                "the state is an object of a class of its own, from which no sequence can be taken"
            )
        self._example = of_two
        pairs = zip(leaves_of(of_two), leaves_of(of_three), strict=True)
        self._axes = [_axis(two, three) for two, three in pairs]

    def take(self, states: Any, rows: Tensor) -> Any:
        """Return the states of these sequences, in this order; `rows` (N,) may repeat some."""
        axes = iter(self._axes)

        def taken(leaf: Any) -> Any:
            axis = next(axes)
            return leaf if axis is None else leaf.index_select(axis, rows)

        return map_leaves(taken, states)

    def join(self, parts: Sequence[Any]) -> Any:
        """Return the states of several batches as those of one, with what is common to the last."""
        joined = []
        columns = zip(*map(leaves_of, parts), strict=True)
        for axis, column in zip(self._axes, columns, strict=True):
            joined.append(column[-1] if axis is None else torch.cat(column, axis))
        return self.with_leaves(joined)

    def with_leaves(self, leaves: Sequence[Any]) -> Any:
        """Return states with these leaves, in the order of `rnnbench.state.leaves_of`."""
        remaining = iter(leaves)
        return map_leaves(lambda _: next(remaining), self._example)


def _axis(of_two: Any, of_three: Any) -> int | None:
    """The axis of the sequences; None for a part that is common to all."""
    if not isinstance(of_two, Tensor) or of_two.shape == of_three.shape:
        return None
    lengths = zip(of_two.shape, of_three.shape, strict=True)
    differ = [axis for axis, (two, three) in enumerate(lengths) if two != three]
    if len(differ) == 1 and of_two.shape[differ[0]] == 2 and of_three.shape[differ[0]] == 3:
        return differ[0]
    raise Refused(
        f"a part of the state has shape {tuple(of_two.shape)} for two sequences and"
        f" {tuple(of_three.shape)} for three, from which no sequence can be taken"
    )
