"""The state of a cell: a tree of tensors, tuples, lists, mappings, dataclasses and opaque
objects."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from rnnbench import text


@runtime_checkable
class DetachesState(Protocol):
    """A cell that detaches its state from the graph in its own way."""

    def detach_state(self, state: Any) -> Any:
        """Return the same state, through which no gradient flows."""


@runtime_checkable
class DeclaresInitialState(Protocol):
    """A cell that starts from a state of its own making."""

    def initial_state(self, x_BI: Tensor) -> Any:
        """Return the state before the first step, with batch size, dtype and device of these
        inputs."""


def detach_state(cell: object, state: Any) -> Any:
    """Detach a state from its graph: by the cell's own `detach_state`, or tensor by tensor."""
    if isinstance(cell, DetachesState):
        return cell.detach_state(state)
    return map_tensors(Tensor.detach, state)


def map_tensors(change: Callable[[Tensor], Any], tree: Any) -> Any:
    """Return the same tree with every tensor changed."""

    def changed(leaf: Any) -> Any:
        return change(leaf) if isinstance(leaf, Tensor) else leaf

    return map_leaves(changed, tree)


def map_leaves(change: Callable[[Any], Any], tree: Any) -> Any:
    """Return the same tree with every leaf changed: tensors, and what is no container."""
    if isinstance(tree, Mapping):
        return type(tree)({key: map_leaves(change, branch) for key, branch in tree.items()})  # type: ignore[call-arg]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(change, branch) for branch in tree))
    if isinstance(tree, list | tuple):
        return type(tree)(map_leaves(change, branch) for branch in tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        changed = {
            f.name: map_leaves(change, getattr(tree, f.name)) for f in fields(tree) if f.init
        }
        return replace(tree, **changed)
    return change(tree)


def is_opaque(tree: Any) -> bool:
    """Whether a tree holds an object of a plain class, in which no tensors are looked for.

    Its numbers are not counted, it is not detached, and changes of it in place are not noticed.
    """
    if isinstance(tree, Mapping):
        return any(map(is_opaque, tree.values()))
    if isinstance(tree, list | tuple):
        return any(map(is_opaque, tree))
    if is_dataclass(tree) and not isinstance(tree, type):
        return any(is_opaque(getattr(tree, field.name)) for field in fields(tree))
    return not isinstance(tree, Tensor | bool | int | float | complex | str | bytes | None)


def snapshot(tree: Any) -> Any:
    """Return a copy that later changes do not affect: tensors cloned, containers as nested
    tuples."""
    if isinstance(tree, Tensor):
        return tree.detach().clone()
    if isinstance(tree, Mapping):
        return ("mapping", *((key, snapshot(branch)) for key, branch in tree.items()))
    if isinstance(tree, list | tuple):
        return ("sequence", *(snapshot(branch) for branch in tree))
    if is_dataclass(tree) and not isinstance(tree, type):
        return (
            "dataclass",
            *((field.name, snapshot(getattr(tree, field.name))) for field in fields(tree)),
        )
    return tree


def difference(before: Any, after: Any) -> str:
    """Describe the first difference between two snapshots; "" where there is none."""
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        return _tensor_difference(before, after)
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        equal = before is after or before == after
        return "" if equal else f"{before!r} is {after!r} now"
    if len(before) != len(after):
        return f"a {before[0]} of {len(before) - 1} has {len(after) - 1} parts now"
    for old, new in zip(before, after, strict=True):
        inner = difference(old, new)
        if inner:
            return inner
    return ""


def _tensor_difference(before: Tensor, after: Tensor) -> str:
    if before.shape != after.shape:
        return f"a tensor of shape {tuple(before.shape)} has shape {tuple(after.shape)} now"
    if torch.equal(before, after):
        return ""
    return f"a tensor differs by {text.rounded((before - after).abs().max().item(), 2)}"


def tensors_of(tree: Any) -> list[Tensor]:
    """Return all tensors of a state."""
    tensors: list[Tensor] = []
    map_tensors(tensors.append, tree)
    return tensors


def leaves_of(tree: Any) -> list[Any]:
    """Return all leaves of a state, in the order of `map_leaves`."""
    leaves: list[Any] = []
    map_leaves(leaves.append, tree)
    return leaves
