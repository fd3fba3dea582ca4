"""Load the modules of the forkserver before it forks."""

import gc
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from getpass import getuser
from importlib import import_module
from pathlib import Path

from rnnbench.errors import why_not
from rnnbench.executors.child_request import ChildRequest
from rnnbench.executors.scratch import Scratch

REQUIRED = ("torch", "rnnbench.runner.warm")
"""Modules without which no trial can run."""
COMPILER = "torch._dynamo"
CACHE = "TORCHINDUCTOR_CACHE_DIR"


def preload(modules: Sequence[str]) -> str:
    """Import modules; return a sentence on why no trial can run, or "".

    Another module that cannot be imported is passed over: the trial that needs it will report it.
    No search for cycles looks at what is loaded here, neither meanwhile nor in a trial.
    """
    gc.disable()
    try:
        return _load(modules)
    finally:
        gc.freeze()
        gc.enable()


def load_needed(request: ChildRequest) -> None:
    """Load what one trial needs and those after it may need too, before it is forked.

    It is imported here, since it imports torch.
    """
    if request.compiles:
        import_module("rnnbench.executors.compiler").prepare_compiler()


def _load(modules: Sequence[str]) -> str:
    for name in modules:
        try:
            if name == COMPILER:
                with _usable_cache():
                    import_module(name)
            else:
                import_module(name)
        except BaseException as error:
            if name in REQUIRED:
                return why_not(name.partition(".")[0], error)
    return ""


@contextmanager
def _usable_cache() -> Iterator[None]:
    """Set a folder for torch's compile cache in which the compiler can be imported.

    Importing the compiler makes the folder of its cache. Where that is impossible, a temporary
    folder is set for the import; afterwards the variable has the folder that was requested.
    """
    requested = os.environ.get(CACHE) or default_cache()
    try:
        Path(requested).mkdir(parents=True, exist_ok=True)
    except OSError:
        scratch = Scratch()
        os.environ[CACHE] = str(scratch.path)
        try:
            yield
        finally:
            os.environ[CACHE] = requested
            scratch.close()
    else:
        yield


def default_cache() -> str:
    """The folder that torch uses where the variable is not set."""
    user = f"uid_{os.getuid()}"
    with suppress(KeyError, ModuleNotFoundError, OSError):
        user = getuser()
    return os.path.join(tempfile.gettempdir(), f"torchinductor_{user}")  # noqa: PTH118  as torch puts it
