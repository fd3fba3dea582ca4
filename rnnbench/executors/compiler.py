"""What the server prepares for trials that compile: torch's compiler is loaded, knows the processor
and the versions, and keeps what it compiles in a folder that outlives the machine's temporary one.

Without that, each such trial loads 300 modules and starts eight programs before its first step.
"""

import gc
import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import msgspec

from rnnbench import environment
from rnnbench.archives import home
from rnnbench.executors.preloading import CACHE, default_cache

THREADS = "TORCHINDUCTOR_COMPILE_THREADS"
MODULES = (
    "torch._inductor.compile_fx",
    "torch._functorch._aot_autograd.autograd_cache",
    "torch._dynamo.backends.distributed",
)
"""What a trial imports when it compiles for the first time; each brings many others."""


@cache
def prepare_compiler() -> None:
    """Prepare this process, once, so that its forks compile nothing that was compiled before.

    What cannot be prepared is left to the trial, which reports what is wrong.
    """
    gc.disable()
    with suppress(Exception):
        if os.environ.get(CACHE) in (None, "", default_cache()):
            os.environ[CACHE] = str(_folder())
        _load()
    gc.freeze()
    gc.enable()


def _load() -> None:
    config = import_module("torch._inductor.config")
    if THREADS not in os.environ:  # a trial has its own cores, and needs no pool of processes
        setattr(config, "compile_threads", 1)  # noqa: B010
    for name in MODULES:
        import_module(name)
    import_module("torch._inductor.cpu_vec_isa").pick_vec_isa()
    import_module("torch._inductor.codecache").torch_key()


def _folder() -> Path:
    """Return the folder of what is compiled for this processor by these versions; torch's own
    default where it cannot be made or written."""
    versions = environment.versions()
    machine = environment.machine()
    key = msgspec.json.encode((machine.processor, machine.model, versions["python"]))
    folder = home() / "compiled" / f"torch-{versions['torch']}-{sha256(key).hexdigest()[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(default_cache())
    return folder if os.access(folder, os.W_OK | os.X_OK) else Path(default_cache())
