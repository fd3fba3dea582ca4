"""The state of a cell: an opaque tree (tensors, tuples, lists, mappings, dataclasses, anything else as it is)."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class DetachesState(Protocol):
    """A cell that cuts the gradient out of its state in its own way."""

    def detach_state(self, state: Any) -> Any:
        """The same state, through which no gradient flows."""


@runtime_checkable
class DeclaresInitialState(Protocol):
    """A cell that begins from a state of its own making."""

    def initial_state(self, x_BI: Tensor) -> Any:
        """The state before the first step, for inputs like these at one step: batch size, dtype and device from it."""


def detach_state(cell: object, state: Any) -> Any:
    """The state without its graph: by the cell's own `detach_state`, or tensor by tensor."""
    if isinstance(cell, DetachesState):
        return cell.detach_state(state)
    return map_tensors(Tensor.detach, state)


def map_tensors(change: Callable[[Tensor], Any], tree: Any) -> Any:
    """The same tree with every tensor changed."""
    if isinstance(tree, Tensor):
        return change(tree)
    if isinstance(tree, Mapping):
        return type(tree)({key: map_tensors(change, branch) for key, branch in tree.items()})  # type: ignore[call-arg]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_tensors(change, branch) for branch in tree))
    if isinstance(tree, list | tuple):
        return type(tree)(map_tensors(change, branch) for branch in tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        changed = {f.name: map_tensors(change, getattr(tree, f.name)) for f in fields(tree) if f.init}
        return replace(tree, **changed)
    return tree


def tensors_of(tree: Any) -> list[Tensor]:
    """All tensors of a state."""
    found: list[Tensor] = []
    map_tensors(found.append, tree)
    return found
