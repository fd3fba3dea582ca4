"""The environment of a result: machine, versions, git commit, and variables that choose kernels."""

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
"""Prefixes of processor flags for vector instructions."""
KERNELS = (
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
    "TORCH",
    "PYTORCH_",
    "CUBLAS_",
    "CUDNN_",
    "NVIDIA_TF32",
    "CUDA_",
    "XNNPACK_",
    "GLIBC_TUNABLES",
    "LD_PRELOAD",
)
"""Prefixes of environment variables that choose kernels, their threads or their precision."""
WITHOUT_EFFECT_ON_FIGURES = (
    "TORCHINDUCTOR_CACHE_DIR",
    "TORCH_HOME",
    "CUDA_HOME",
    "CUDA_PATH",
    "PYTORCH_KERNEL_CACHE_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_VERSION",
    "CUDA_MODULE_LOADING",
    "CUDA_CACHE_PATH",
    "CUDA_DEVICE_ORDER",
    "PYTORCH_NVML_BASED_CUDA_CHECK",
    "TORCH_CUDA_ARCH_LIST",
    "TORCH_LOGS",
    "TORCH_TRACE",
    "TORCH_SHOW_CPP_STACKTRACES",
    "TORCH_EXTENSIONS_DIR",
)
"""Variables with such prefixes that only choose folders, log output, the device, or for which
devices extensions are compiled."""
PACKAGES = ("rnnbench", "torch", "numpy", "scipy", "scikit-learn", "pluggy", "msgspec")


@cache
def machine() -> Machine:
    """Return a description of this machine."""
    cpuinfo = _cpuinfo()
    processor = cpuinfo.get("model name") or platform.processor() or platform.machine()
    return Machine(
        processor=processor,
        cores=_usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        system=platform.platform(),
        model=_model(cpuinfo),
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute, without importing them."""
    installed = {"python": platform.python_version()}
    for package in PACKAGES:
        number = version_of(package)
        if number:
            installed[package] = number
    return installed


@cache
def commit() -> str:
    """Return the commit of the git checkout around the working folder.

    It is followed by "+changes" for uncommitted changes, and by "+unknown" where git does not
    answer in time. It is "" outside of a checkout, and where git refuses the checkout.
    """
    head = _git("rev-parse", "--short=12", "HEAD").output
    if not head:
        return ""
    status = _git("status", "--porcelain", "--untracked-files=no")
    if status.failed:
        return f"{head}+unknown"
    return f"{head}+changes" if status.output else head


@cache
def refused_checkout() -> str:
    """Return a sentence on how to allow the checkout, where git refuses it; "" otherwise."""
    answer = _git("rev-parse", "--short=12", "HEAD")
    if "dubious ownership" not in answer.complaint:
        return ""
    advised = re.search(r"safe\.directory (\S+)", answer.complaint)
    folder = advised[1] if advised else str(Path.cwd())
    return (
        "git refuses this checkout, which belongs to another user, so that results carry no"
        f" commit; to allow it: git config --global --add safe.directory {folder}"
    )


def variables() -> dict[str, str]:
    """Return the environment variables that choose kernels, their threads or their precision."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(KERNELS) and name not in WITHOUT_EFFECT_ON_FIGURES
    }


def version_of(package: str) -> str:
    """Return the version of an installed distribution; "" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


class _GitAnswer(NamedTuple):
    """The output of git, or its complaint where it failed."""

    output: str
    failed: bool = False
    complaint: str = ""


def _git(*arguments: str) -> _GitAnswer:
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
        return _GitAnswer("", failed=True)
    if done.returncode != 0:
        return _GitAnswer("", failed=True, complaint=done.stderr)
    return _GitAnswer(done.stdout.strip())


def _cpuinfo() -> dict[str, str]:
    """Return the entries of /proc/cpuinfo for the first core; none on other systems than Linux."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _model(cpuinfo: dict[str, str]) -> str:
    """Return the numbers and the vector instructions of an x86 or ARM processor."""
    keys = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part")
    numbers = [cpuinfo[key] for key in keys if key in cpuinfo]
    flags = cpuinfo.get("flags", cpuinfo.get("Features", "")).split()
    vectors = sorted(flag for flag in flags if flag.startswith(VECTORS))
    return " ".join([*numbers, *vectors])
