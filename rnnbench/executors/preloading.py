"""What the server loads before it forks."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from getpass import getuser
from importlib import import_module
from pathlib import Path

from rnnbench.errors import why_not
from rnnbench.executors.scratch import Scratch

REQUIRED = ("torch", "rnnbench.runner.warm")
"""Without these no trial can run."""
COMPILER = "torch._dynamo"
CACHE = "TORCHINDUCTOR_CACHE_DIR"


def preload(modules: Sequence[str]) -> str:
    """Load modules; a sentence that says why no trial can run, or "".

    Of the others, one that cannot be loaded fails again in the trial that needs it, where the
    failure belongs.
    """
    for name in modules:
        try:
            if name == COMPILER:
                with _cache_that_can_be_made():
                    import_module(name)
            else:
                import_module(name)
        except BaseException as error:
            if name in REQUIRED:
                return why_not(name.partition(".")[0], error)
    return ""


@contextmanager
def _cache_that_can_be_made() -> Iterator[None]:
    """Torch makes the folder of its compile cache when the compiler is imported, which every
    optimiser does.

    Where it cannot be made, another one serves for the import. What compiles later meets the folder
    that was asked for.
    """
    wanted = os.environ.get(CACHE)
    try:
        Path(wanted or _default_cache()).mkdir(parents=True, exist_ok=True)
    except OSError:
        scratch = Scratch()
        os.environ[CACHE] = str(scratch.path)
        try:
            yield
        finally:
            os.environ[CACHE] = wanted or _default_cache()
            scratch.close()
    else:
        yield


def _default_cache() -> str:
    """The folder that torch takes where none is named."""
    user = f"uid_{os.getuid()}"
    with suppress(KeyError, ModuleNotFoundError, OSError):
        user = getuser()
    return os.path.join(tempfile.gettempdir(), f"torchinductor_{user}")  # noqa: PTH118  as torch puts it
