"""Putting torch back together where other code has replaced parts of it."""

import inspect
import sys

import torch

from rnnbench import patches


def unpatch(before: patches.Fingerprint) -> None:
    """Put back what was replaced, and remove what hides a part. Hooks for all modules are
    removed."""
    known = {id(owner): parts for _, owner, parts in before.owners}
    for name, owner, parts in before.owners:
        for key, part in parts.items():
            current = vars(owner).get(key)
            if current is not part and not patches.is_torchs_own(current, part):
                setattr(owner, key, part)
        if inspect.isclass(owner) or owner is torch._VF:
            for hiding in [place for place, _ in patches.shadowing(name, owner, parts, known)]:
                delattr(owner, hiding.rpartition(".")[2])
    for _, function, content in before.functions:
        if patches.inside(function) != content:
            code, defaults, keywords = content
            function.__code__ = code  # type: ignore[assignment]
            function.__defaults__ = defaults  # type: ignore[assignment]
            function.__kwdefaults__ = keywords  # type: ignore[assignment]
    for place in patches.HOOKS_IN:
        for key, registered in list(vars(sys.modules[place]).items()):
            if key.startswith("_global_") and isinstance(registered, dict):
                kept = before.hooks.get(f"{place}.{key}", ())
                for number in [number for number, hook in registered.items() if hook not in kept]:
                    del registered[number]
