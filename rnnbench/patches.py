"""What other code has replaced in torch: its functions, and the methods and attributes of its
classes.

`fingerprint` notes what torch is made of; `replaced` says which parts are others now, and whose.
What torch itself replaces while it runs (a profiler's hook around an optimiser's `step`, the marks
of torch.compile) is not counted: such a replacement is a function of torch's own from one of a few
files, with the former function inside.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch import nn

MODULES = (
    *(
        "torch",
        "torch.nn",
        "torch.nn.functional",
        "torch.nn.init",
        "torch.optim",
        "torch.autograd",
        "torch.linalg",
    ),
    *("torch.fft", "torch.special", "torch.nn.utils", "torch.random", "torch._C._nn", "torch._VF"),
)
CLASSES_OF = ("torch.nn", "torch.optim")
CLASSES = {
    "torch.Tensor": torch.Tensor,
    "torch.nn.RNNBase": nn.RNNBase,
    "torch.autograd.Function": torch.autograd.Function,
    "torch.Generator": torch.Generator,
}
HOOKS_IN = ("torch.nn.modules.module", "torch.optim.optimizer")
"""Modules with hooks that hold for every module, or every optimiser, of the process."""
NO_PART = frozenset(
    {"__doc__", "__dict__", "__weakref__", "__annotations__", "__abstractmethods__", "_abc_impl"}
)
"""Attributes that Python itself may make or change at any time."""
TORCH = Path(torch.__file__).parent
WRAPPERS = (
    f"{TORCH / '_dynamo'}/",
    str(TORCH / "_compile.py"),
    str(TORCH / "optim" / "optimizer.py"),
)
"""Where torch keeps the functions that it puts around its own while it runs."""
DEEPEST = 8
"""Wrappers around wrappers that are looked through."""
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object lies in memory, which is another place in every process."""


@dataclass(frozen=True)
class Fingerprint:
    """What torch was made of: the parts of each module and class by name, and of each function its
    code and defaults.

    It holds the parts themselves, so that another one at the same address is not taken for them.
    """

    owners: tuple[tuple[str, Any, dict[str, Any]], ...]
    functions: tuple[tuple[str, FunctionType, tuple[object, object, object]], ...]
    hooks: dict[str, tuple[object, ...]]


def fingerprint() -> Fingerprint:
    """Note what torch is made of now."""
    owners = []
    functions = []
    for name, owner in _owners():
        parts = {}
        for key, part in vars(owner).items():
            if _counts(owner, key, part):
                parts[key] = part
                if isinstance(part, FunctionType):
                    functions.append((f"{name}.{key}", part, inside(part)))
        owners.append((name, owner, parts))
    return Fingerprint(tuple(owners), tuple(functions), dict(_hooks()))


def replaced(before: Fingerprint) -> dict[str, str]:
    """What is another one now, by its name in torch ("torch.nn.LSTM.reset_parameters"), with the
    name of what is there instead. Takes some milliseconds."""
    found: dict[str, str] = {}
    known = {id(owner): parts for _, owner, parts in before.owners}
    for name, owner, parts in before.owners:
        now = vars(owner)
        for key, part in parts.items():
            current = now.get(key)
            if current is not part and not is_torchs_own(current, part):
                found[f"{name}.{key}"] = _name_of(current)
        if inspect.isclass(owner) or owner is torch._VF:
            found.update(shadowing(name, owner, parts, known))
    for name, function, content in before.functions:
        if inside(function) != content:
            found[name] = "the same function with other code or defaults"
    for name, hooks in _hooks():
        if hooks != before.hooks.get(name, ()):
            found[name] = ", ".join(map(_name_of, hooks)) or "no hook"
    return found


def _owners() -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for name in MODULES:
        yield name, _module(name)
    yield from CLASSES.items()
    seen.update(id(owner) for owner in CLASSES.values())
    for module in CLASSES_OF:
        for key, part in list(vars(_module(module)).items()):
            if (
                inspect.isclass(part)
                and part.__module__.startswith("torch.")
                and id(part) not in seen
            ):
                seen.add(id(part))
                yield f"{module}.{key}", part


def _module(name: str) -> Any:
    place: Any = torch
    for word in name.split(".")[1:]:
        place = getattr(place, word)
    return place


def _counts(owner: Any, key: str, part: object) -> bool:
    """Of a module its functions and classes, of a class all that it is made of."""
    if key in NO_PART:
        return False
    return inspect.isclass(owner) or (callable(part) and not isinstance(part, ModuleType))


def shadowing(
    name: str, owner: Any, parts: dict[str, Any], known: dict[int, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """What was added to a class, or to a module that looks its functions up elsewhere, and hides
    one of those."""
    for key, part in list(vars(owner).items()):
        if key in parts or key in NO_PART:
            continue
        hidden = _hidden(owner, key, known)
        if hidden is not None and not is_torchs_own(part, hidden):
            yield f"{name}.{key}", _name_of(part)


def _hidden(owner: Any, key: str, known: dict[int, dict[str, Any]]) -> object:
    """What was found under this name before something hid it; None where there was nothing."""
    if not inspect.isclass(owner):
        return getattr(torch._C._VariableFunctions, key, None)
    for base in owner.__mro__[1:]:
        parts = known.get(id(base), vars(base))
        if key in parts:
            found: object = parts[key]
            return found
    return None


def inside(function: FunctionType) -> tuple[object, object, object]:
    """The code of a function and its defaults."""
    return function.__code__, function.__defaults__, function.__kwdefaults__


def is_torchs_own(current: object, original: object) -> bool:
    """Whether it is a wrapper of torch's own that has the original inside."""
    for _ in range(DEEPEST):
        if current is original:
            return True
        if not isinstance(current, FunctionType) or not current.__code__.co_filename.startswith(
            WRAPPERS
        ):
            return False
        inner = _wrapped(current, original)
        if inner is None:
            return False
        current = inner
    return False


def _wrapped(function: FunctionType, original: object) -> object:
    """The function inside a wrapper: the original where it holds that, else the one that it says to
    wrap."""
    held: list[object] = []
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # not bound yet
            continue
    if any(part is original for part in held):
        return original
    inner: object = getattr(function, "__wrapped__", None)
    if inner is not None:
        return inner
    return next((part for part in held if isinstance(part, FunctionType)), None)


def _hooks() -> Iterator[tuple[str, tuple[object, ...]]]:
    for place in HOOKS_IN:
        for key, registered in list(vars(sys.modules[place]).items()):
            if key.startswith("_global_") and isinstance(registered, dict):
                yield f"{place}.{key}", tuple(registered.values())


def _name_of(part: object) -> str:
    if part is None:
        return "nothing"
    if isinstance(part, staticmethod | classmethod):
        part = part.__func__
    if isinstance(part, property):
        part = part.fget
    if isinstance(part, FunctionType):
        return f"{part.__code__.co_qualname} of {part.__globals__.get('__name__', part.__module__)}"
    name = getattr(part, "__qualname__", None)
    if name and getattr(part, "__module__", None):
        return f"{name} of {part.__module__}"
    return ADDRESS.sub("", repr(part))[:80]
