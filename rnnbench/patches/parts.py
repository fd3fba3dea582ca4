"""The parts of torch that other code may replace: its modules, classes, and global hooks."""

import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import torch
from torch import nn

MODULES = (
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.optim",
    "torch.autograd",
    "torch.linalg",
    "torch.fft",
    "torch.special",
    "torch.nn.utils",
    "torch.random",
    "torch._C._nn",
    "torch._VF",
)
CLASSES_OF = ("torch.nn", "torch.optim")
CLASSES = {
    "torch.Tensor": torch.Tensor,
    "torch.nn.RNNBase": nn.RNNBase,
    "torch.autograd.Function": torch.autograd.Function,
    "torch.Generator": torch.Generator,
}
HOOKS_IN = ("torch.nn.modules.module", "torch.optim.optimizer")
"""Modules with hooks that apply to every module, or every optimiser, of the process."""
NOT_COMPARED = frozenset(
    {"__doc__", "__dict__", "__weakref__", "__annotations__", "__abstractmethods__", "_abc_impl"}
)
"""Attributes that Python itself may create or change at any time."""


def owners() -> Iterator[tuple[str, Any]]:
    """Yield the modules and classes that own the compared parts of torch, with their names."""
    for name in MODULES:
        yield name, _module(name)
    yield from CLASSES.items()
    yielded = {id(owner) for owner in CLASSES.values()}
    for module in CLASSES_OF:
        for key, part in list(vars(_module(module)).items()):
            is_class = inspect.isclass(part) and part.__module__.startswith("torch.")
            if is_class and id(part) not in yielded:
                yielded.add(id(part))
                yield f"{module}.{key}", part


def _module(name: str) -> Any:
    module: Any = torch
    for word in name.split(".")[1:]:
        module = getattr(module, word)
    return module


def is_part(owner: Any, key: str, part: object) -> bool:
    """Whether an attribute is compared: every one of a class, functions and classes of a module."""
    if key in NOT_COMPARED:
        return False
    return inspect.isclass(owner) or (callable(part) and not isinstance(part, ModuleType))


def global_hooks() -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the hooks that apply to the whole process, by the name of their registry."""
    for place in HOOKS_IN:
        for key, registered in list(vars(sys.modules[place]).items()):
            if key.startswith("_global_") and isinstance(registered, dict):
                yield f"{place}.{key}", tuple(registered.values())
