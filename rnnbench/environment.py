"""The environment of a result: machine, versions, git commit, and hashes of the source of what was measured."""

import inspect
import os
import platform
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from rnnbench.records import Machine

PACKAGES = ("rnnbench", "torch", "numpy", "scipy", "scikit-learn", "pluggy", "msgspec")


@cache
def machine() -> Machine:
    """This machine, as a report names it."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        system=platform.platform(),
    )


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, read without importing them."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@cache
def commit() -> str:
    """The commit of the git checkout around the working folder, with "+changes" where it has some; "" outside."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return f"{head}+changes" if head and _git("status", "--porcelain", "--untracked-files=no") else head


def definition(thing: object) -> str:
    """A hash of the source file in which a class or function is defined: it changes when the definition may have."""
    try:
        source = Path(inspect.getfile(thing)).read_bytes()  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return sha256(source).hexdigest()[:12]


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
