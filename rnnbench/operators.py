"""Operators of torch in C++: compiled once for a machine, a torch and a source, and kept in the
user's cache, or in the folder of torch's extensions where one is named (TORCH_EXTENSIONS_DIR).

They are compiled by the C++ compiler that torch.compile uses. The file's name has a hash of
whatever it depends on, so that it is never mistaken for that of another machine or version.
"""

import os
import platform
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from filelock import FileLock
from platformdirs import user_cache_path

from rnnbench.errors import DataUnavailable

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
def load_operators(source: Path) -> None:
    """Make the operators that a C++ file registers by TORCH_LIBRARY available in this process.

    source: the file; headers beside it belong to it.

    Raises DataUnavailable without a C++ compiler, and where it fails.
    """
    import torch  # the driver, which imports this module, does without it

    place = library_place(source, torch.__version__)
    with FileLock(place.with_suffix(".lock"), timeout=BUILD_SECONDS):
        if not place.exists():
            _build(source, place)
    torch.ops.load_library(place)  # type: ignore[no-untyped-call]


def library_place(source: Path, torch_version: str) -> Path:
    """Return where the library of this source, torch and machine lies; its folder exists."""
    chosen = os.environ.get("TORCH_EXTENSIONS_DIR")
    folder = Path(chosen) if chosen else user_cache_path("rnnbench") / "compiled"
    texts = [file.read_text() for file in (source, *sorted(source.parent.glob("*.h")))]
    parts = (*texts, repr(FLAGS), torch_version, _processor(), _compiler())
    digest = sha256("\n".join(parts).encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataUnavailable(
            f"{source.name} is compiled into {folder}, which cannot be made: {error.strerror}"
        ) from error
    return folder / f"{source.stem}-{digest}.so"


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
    raise DataUnavailable("operators in C++ need a compiler (CXX, c++ or g++), and there is none")


def _build(source: Path, place: Path) -> None:
    """Compile beside the place, and move there what is whole."""
    import torch
    from torch.utils import cpp_extension  # half a second, once for a machine

    torch_folders = cpp_extension.library_paths()
    on_glibc = platform.machine() == "x86_64" and platform.libc_ver()[0] == "glibc"
    with TemporaryDirectory(dir=place.parent) as folder:
        made = Path(folder) / place.name
        command = [
            *(_compiler(), *FLAGS, str(source), "-o", str(made)),
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
            raise DataUnavailable(
                f"{source.name} could not be compiled by {command[0]}: {_why(error)}"
            ) from error
        made.replace(place)


def _why(error: Exception) -> str:
    """Return the first error of the compiler in one line, or what else went wrong."""
    printed = getattr(error, "stderr", None)
    lines = printed.splitlines() if isinstance(printed, str) else []
    return next((line for line in lines if "error" in line), str(error))
