"""Fingerprints of torch, and the parts that were replaced since one was taken."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch

from rnnbench.patches.parts import NOT_COMPARED, global_hooks, is_part, owners
from rnnbench.patches.wrappers import is_torchs_own

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Address of an object in memory, which differs in every process."""


@dataclass(frozen=True)
class Fingerprint:
    """What torch was made of when the fingerprint was taken.

    It holds the parts themselves, so that another part at the same address is not mistaken for
    them.

    owners:    name, module or class, and the parts of it by name.
    functions: name, function, and its code and defaults.
    hooks:     global hooks, by the name of their registry.
    """

    owners: tuple[tuple[str, Any, dict[str, Any]], ...]
    functions: tuple[tuple[str, FunctionType, tuple[object, object, object]], ...]
    hooks: dict[str, tuple[object, ...]]


def fingerprint() -> Fingerprint:
    """Record what torch is made of now."""
    recorded = []
    functions = []
    for name, owner in owners():
        parts = {}
        for key, part in vars(owner).items():
            if not is_part(owner, key, part):
                continue
            parts[key] = part
            if isinstance(part, FunctionType):
                functions.append((f"{name}.{key}", part, inside(part)))
        recorded.append((name, owner, parts))
    return Fingerprint(tuple(recorded), tuple(functions), dict(global_hooks()))


def replaced(before: Fingerprint) -> dict[str, str]:
    """Return the replaced parts of torch, by name, with the name of what is there instead.

    A name is that in torch, such as "torch.nn.LSTM.reset_parameters". Takes some milliseconds.
    """
    replacements: dict[str, str] = {}
    known = {id(owner): parts for _, owner, parts in before.owners}
    for name, owner, parts in before.owners:
        now = vars(owner)
        for key, part in parts.items():
            current = now.get(key)
            if current is not part and not is_torchs_own(current, part):
                replacements[f"{name}.{key}"] = _name_of(current)
        if inspect.isclass(owner) or owner is torch._VF:
            replacements.update(shadowing(name, owner, parts, known))
    for name, function, content in before.functions:
        if inside(function) != content:
            replacements[name] = "the same function with other code or defaults"
    for name, hooks in global_hooks():
        if hooks != before.hooks.get(name, ()):
            replacements[name] = ", ".join(map(_name_of, hooks)) or "no hook"
    return replacements


def shadowing(
    name: str, owner: Any, parts: dict[str, Any], known: dict[int, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield added attributes that hide a part of torch, with the names of their values.

    They were added to a class, or to a module that looks its functions up elsewhere.
    """
    for key, part in list(vars(owner).items()):
        if key in parts or key in NOT_COMPARED:
            continue
        hidden = _hidden(owner, key, known)
        if hidden is not None and not is_torchs_own(part, hidden):
            yield f"{name}.{key}", _name_of(part)


def _hidden(owner: Any, key: str, known: dict[int, dict[str, Any]]) -> object:
    """Return the part that an added attribute hides; None where it hides nothing."""
    if not inspect.isclass(owner):
        return getattr(torch._C._VariableFunctions, key, None)
    for base in owner.__mro__[1:]:
        parts = known.get(id(base), vars(base))
        if key in parts:
            part: object = parts[key]
            return part
    return None


def inside(function: FunctionType) -> tuple[object, object, object]:
    """Return the code of a function and its defaults."""
    return function.__code__, function.__defaults__, function.__kwdefaults__


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
