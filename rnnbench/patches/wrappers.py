"""Wrappers that torch puts around its own functions while it runs; they are no replacements."""

from contextlib import suppress
from pathlib import Path
from types import FunctionType

import torch

TORCH = Path(torch.__file__).parent
WRAPPERS = (
    f"{TORCH / '_dynamo'}/",
    str(TORCH / "_compile.py"),
    str(TORCH / "optim" / "optimizer.py"),
)
"""Files with the functions that torch puts around its own."""
DEEPEST = 8
"""Number of nested wrappers that are looked through."""


def is_torchs_own(current: object, original: object) -> bool:
    """Whether a function is the original, or a wrapper of torch's own around it."""
    for _ in range(DEEPEST):
        if current is original:
            return True
        if not isinstance(current, FunctionType):
            return False
        if not current.__code__.co_filename.startswith(WRAPPERS):
            return False
        inner = _wrapped(current, original)
        if inner is None:
            return False
        current = inner
    return False


def _wrapped(function: FunctionType, original: object) -> object:
    """Return the function inside a wrapper: the original, if it is held, or the wrapped one."""
    held: list[object] = []
    for cell in function.__closure__ or ():
        # A cell that is not bound yet raises ValueError.
        with suppress(ValueError):
            held.append(cell.cell_contents)
    if any(part is original for part in held):
        return original
    inner: object = getattr(function, "__wrapped__", None)
    if inner is not None:
        return inner
    return next((part for part in held if isinstance(part, FunctionType)), None)
