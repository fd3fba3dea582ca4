"""Restore the parts of torch that other code has replaced."""

import inspect
import sys
from collections.abc import Mapping

import torch

from rnnbench import patches


def unpatch(before: patches.Fingerprint) -> None:
    """Restore replaced parts of torch, and remove attributes that hide a part, and global hooks."""
    known = {id(owner): parts for _, owner, parts in before.owners}
    for name, owner, parts in before.owners:
        _restore_parts(owner, parts)
        if inspect.isclass(owner) or owner is torch._VF:
            for hiding, _ in list(patches.shadowing(name, owner, parts, known)):
                delattr(owner, hiding.rpartition(".")[2])
    for _, function, content in before.functions:
        if patches.inside(function) != content:
            code, defaults, keywords = content
            function.__code__ = code  # type: ignore[assignment]
            function.__defaults__ = defaults  # type: ignore[assignment]
            function.__kwdefaults__ = keywords  # type: ignore[assignment]
    _remove_global_hooks(before)


def _restore_parts(owner: object, parts: Mapping[str, object]) -> None:
    for key, part in parts.items():
        current = vars(owner).get(key)
        if current is not part and not patches.is_torchs_own(current, part):
            setattr(owner, key, part)


def _remove_global_hooks(before: patches.Fingerprint) -> None:
    """Remove the hooks on all modules that were registered since then."""
    for place in patches.HOOKS_IN:
        for key, registered in list(vars(sys.modules[place]).items()):
            if key.startswith("_global_") and isinstance(registered, dict):
                kept = before.hooks.get(f"{place}.{key}", ())
                added = [number for number, hook in registered.items() if hook not in kept]
                for number in added:
                    del registered[number]
