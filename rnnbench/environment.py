"""The environment of a result: machine, versions, git commit, and the variables that choose
kernels."""

import os
import platform
import re
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import psutil

from rnnbench.records import Machine

GIT_SECONDS = 10
VECTORS = ("sse4", "avx", "fma", "amx", "asimd", "sve")
"""How the flags of instructions that work on several numbers at once begin."""
KERNELS = (
    *(
        "ATEN_",
        "DNNL_",
        "ONEDNN_",
        "MKL_",
        "OMP_",
        "GOMP_",
        "KMP_",
        "OPENBLAS_",
        "GOTO_",
        "BLIS_",
        "VECLIB_",
        "NPY_",
    ),
    *(
        "TORCH",
        "PYTORCH_",
        "CUBLAS_",
        "CUDNN_",
        "NVIDIA_TF32",
        "CUDA_",
        "XNNPACK_",
        "GLIBC_TUNABLES",
        "LD_PRELOAD",
    ),
)
"""How the names of environment variables begin that choose kernels, their threads or their
precision."""
WITHOUT_FIGURES = (
    *(
        "TORCHINDUCTOR_CACHE_DIR",
        "TORCH_HOME",
        "CUDA_HOME",
        "CUDA_PATH",
        "PYTORCH_KERNEL_CACHE_PATH",
    ),
    *("CUDA_VISIBLE_DEVICES", "CUDA_VERSION", "CUDA_MODULE_LOADING", "CUDA_CACHE_PATH"),
    *("TORCH_LOGS", "TORCH_TRACE", "TORCH_SHOW_CPP_STACKTRACES", "TORCH_EXTENSIONS_DIR"),
)
"""Variables of such names that only say where files are kept, what is logged, or which device is
taken."""
PACKAGES = ("rnnbench", "torch", "numpy", "scipy", "scikit-learn", "pluggy", "msgspec")


@cache
def machine() -> Machine:
    """This machine, as a report names it."""
    told = _cpuinfo()
    return Machine(
        processor=told.get("model name") or platform.processor() or platform.machine(),
        cores=(
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        ),
        memory_bytes=psutil.virtual_memory().total,
        system=platform.platform(),
        model=_model(told),
    )


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, read without importing them."""
    found = {"python": platform.python_version()}
    return found | {package: number for package in PACKAGES if (number := version_of(package))}


@cache
def commit() -> str:
    """The commit of the git checkout around the working folder, with "+changes" where it has some,
    and "+unknown" where git does not say in time; "" outside of a checkout, and where git refuses
    it."""
    head = _git("rev-parse", "--short=12", "HEAD").output
    if not head:
        return ""
    status = _git("status", "--porcelain", "--untracked-files=no")
    if status.failed:
        return f"{head}+unknown"
    return f"{head}+changes" if status.output else head


@cache
def refused_checkout() -> str:
    """A sentence on how to allow it, where git refuses the checkout around the working folder; ""
    where it does not."""
    found = _git("rev-parse", "--short=12", "HEAD")
    if "dubious ownership" not in found.complaint:
        return ""
    listed = re.search(r"safe\.directory (\S+)", found.complaint)
    folder = listed[1] if listed else str(Path.cwd())
    return (
        "git refuses this checkout, which belongs to another user, so that results carry no"
        f" commit; to allow it: git config --global --add safe.directory {folder}"
    )


def variables() -> dict[str, str]:
    """The environment variables of this process that choose kernels, their threads or their
    precision."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(KERNELS) and name not in WITHOUT_FIGURES
    }


def version_of(package: str) -> str:
    """The version of an installed distribution; "" where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


class _Said(NamedTuple):
    """What git said: its answer, or that it failed, with its complaint."""

    output: str
    failed: bool = False
    complaint: str = ""


def _git(*arguments: str) -> _Said:
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=GIT_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return _Said("", failed=True)
    if done.returncode != 0:
        return _Said("", failed=True, complaint=done.stderr)
    return _Said(done.stdout.strip())


def _cpuinfo() -> dict[str, str]:
    """What Linux tells of the first core; nothing elsewhere."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _model(told: dict[str, str]) -> str:
    """The processor by its numbers and vector instructions, in the words of x86 or of ARM."""
    numbers = [told[key] for key in ("vendor_id", "cpu family", "model") if key in told]
    numbers += [told[key] for key in ("CPU implementer", "CPU part") if key in told]
    flags = told.get("flags", told.get("Features", "")).split()
    return " ".join([*numbers, *sorted(flag for flag in flags if flag.startswith(VECTORS))])
