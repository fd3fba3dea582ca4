"""The compiled loops: built once for a machine, a torch and a source, and kept in the user's cache.

They are built by the C++ compiler that torch.compile uses. The file's name has a hash of whatever
it depends on, so that it is never mistaken for that of another machine or version.
"""

import os
import platform
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import torch

import rnnbench

SOURCE = Path(__file__).with_name("gated_loop.cpp")
SOURCES = (SOURCE, *sorted(SOURCE.parent.glob("*.h")))
FLAGS = (
    "-std=c++20",
    "-O3",
    "-march=native",
    "-fopenmp-simd",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fPIC",
    "-shared",
)
LIBRARIES = ("-ltorch", "-ltorch_cpu", "-lc10")
VECTOR_MATHS = ("-lmvec", "-lm")
"""Functions of vectors of numbers, in glibc on x86."""
BUILD_SECONDS = 600


@cache
def load_loops() -> None:
    """Make `torch.ops.rnnbench_cells.gated_loop` available in this process.

    Raises DataUnavailable without a C++ compiler, and where it fails.
    """
    from filelock import FileLock  # here, so that other implementations do without it

    place = _place()
    with FileLock(place.with_suffix(".lock"), timeout=BUILD_SECONDS):
        if not place.exists():
            _build(place)
    torch.ops.load_library(place)  # type: ignore[no-untyped-call]


def _place() -> Path:
    """Return where the library of this machine, torch and source lies; its folder exists."""
    chosen = os.environ.get("RNNBENCH_HOME")
    if chosen:
        home = Path(chosen)
    else:
        from platformdirs import user_cache_path  # only where no folder is named

        home = user_cache_path("rnnbench")
    sources = [source.read_text() for source in SOURCES]
    parts = (*sources, repr(FLAGS), torch.__version__, _processor(), _compiler())
    digest = sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = home / "compiled"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise rnnbench.DataUnavailable(
            f"implementation 'fused' keeps its library in {folder}, which cannot be made:"
            f" {error.strerror}"
        ) from error
    return folder / f"gated_loop-{digest}.so"


def _processor() -> str:
    """Return what `-march=native` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")


def _compiler() -> str:
    """Return the C++ compiler. Raises DataUnavailable where there is none."""
    for name in (os.environ.get("CXX", ""), "c++", "g++", "clang++"):
        if name and which(name):
            return name
    raise rnnbench.DataUnavailable(
        "implementation 'fused' needs a C++ compiler (CXX, c++ or g++), and there is none"
    )


def _build(place: Path) -> None:
    """Compile beside the place, and move there what is whole."""
    from torch.utils import cpp_extension  # half a second, once for a machine

    torch_folders = cpp_extension.library_paths()
    on_glibc = platform.machine() == "x86_64" and platform.libc_ver()[0] == "glibc"
    with TemporaryDirectory(dir=place.parent) as folder:
        made = Path(folder) / place.name
        command = [
            *(_compiler(), *FLAGS, str(SOURCE), "-o", str(made)),
            f"-D_GLIBCXX_USE_CXX11_ABI={int(torch.compiled_with_cxx11_abi())}",
            *(f"-I{include}" for include in cpp_extension.include_paths()),
            *(f"-L{libraries}" for libraries in torch_folders),
            *(f"-Wl,-rpath,{libraries}" for libraries in torch_folders),
            *LIBRARIES,
            *(VECTOR_MATHS if on_glibc else ()),
        ]
        try:
            subprocess.run(
                command, check=True, capture_output=True, text=True, timeout=BUILD_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise rnnbench.DataUnavailable(
                f"implementation 'fused' could not be compiled by {command[0]}: {_why(error)}"
            ) from error
        made.replace(place)


def _why(error: Exception) -> str:
    """Return the first error of the compiler in one line, or what else went wrong."""
    printed = getattr(error, "stderr", None)
    lines = printed.splitlines() if isinstance(printed, str) else []
    return next((line for line in lines if "error" in line), str(error))
