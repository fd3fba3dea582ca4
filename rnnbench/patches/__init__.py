"""Replacements in torch by other code: of functions, and of methods and attributes of classes.

`fingerprint` records what torch is made of; `replaced` reports which parts are others now, and
whose. What torch itself replaces while it runs (a profiler's hook around an optimiser's `step`, the
marks of torch.compile) does not count: such a replacement is a function of torch's own from one of
a few files, with the former function inside.
"""

from rnnbench.patches.fingerprints import Fingerprint, fingerprint, inside, replaced, shadowing
from rnnbench.patches.parts import HOOKS_IN
from rnnbench.patches.wrappers import is_torchs_own

__all__ = [
    "HOOKS_IN",
    "Fingerprint",
    "fingerprint",
    "inside",
    "is_torchs_own",
    "replaced",
    "shadowing",
]
