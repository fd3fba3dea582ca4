"""`rnnbench doctor`: reports what this machine can and cannot do, and what should be fixed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from rnnbench import archives, environment
from rnnbench.catalogue import Catalogue
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, say
from rnnbench.cli.plugin_findings import plugin_findings
from rnnbench.interpreter import python

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
def doctor() -> None:
    """Say what this machine can and cannot do. Exits with 1 where something should be mended."""
    sick = False
    for fine, subject, finding in _findings():
        sick = sick or not fine
        mark = "[green]ok  [/green]" if fine else "[red]mend[/red]"
        console().print(f"{mark} [bold]{subject:<10}[/bold]", end=" ")
        say(finding)
    if sick:
        raise ended(ExitCode.FAILED)


def _findings() -> Iterator[tuple[bool, str, str]]:
    """Yield each finding: whether it is fine, its subject, and a sentence."""
    machine = environment.machine()
    memory = f"{machine.memory_bytes / 2**30:.0f} GiB"
    yield True, "machine", f"{machine.processor}, {machine.cores} cores, {memory}"
    yield True, "load", _load(machine.cores)
    yield _torch()
    versions = [f"{name} {version}" for name, version in environment.versions().items()]
    yield True, "versions", ", ".join(versions)
    refused = environment.refused_checkout()
    if refused:
        yield False, "git", refused
    catalogue = Catalogue.present()
    for sound, finding in plugin_findings(catalogue):
        yield sound, "plugin", finding
    yield _data_folder()
    for missing in _missing_data(catalogue):
        yield True, "data", missing
    yield True, "memory", _peak_memory()
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    yield True, "compiler", compiler or "no C++ compiler: torch.compile will not work"


def _peak_memory() -> str:
    if Path("/proc/self/clear_refs").exists():
        return "peak memory can be measured"
    return "peak memory cannot be measured on this system"


def _load(cores: int) -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    advice = ": other work is running, times will be noisy" if load > BUSY_LOAD * cores else ""
    return f"{load:.1f} over the last minute{advice}"


def _torch() -> tuple[bool, str, str]:
    """Try torch in a process of its own, so that a broken build cannot end this command."""
    try:
        done = subprocess.run(
            python("-c", PROBE), capture_output=True, text=True, timeout=TORCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "torch", f"does not import within {TORCH_SECONDS} s"
    if done.returncode == 0:
        return True, "torch", done.stdout.strip()
    last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return False, "torch", f"fails to import: {last_line}"


def _data_folder() -> tuple[bool, str, str]:
    folder = archives.home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            return True, "data", str(folder)
    except OSError as error:
        return (
            False,
            "data",
            f"{folder} cannot be written ({error.strerror}); set RNNBENCH_HOME to another folder",
        )


def _missing_data(catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each task that will fetch data, which matters only to offline machines."""
    for name, contribution in catalogue.tasks.items():
        needed = contribution.item.archives
        missing = [archive.name for archive in needed if not archives.is_here(archive)]
        if missing:
            yield (
                f"{name} will fetch {', '.join(missing)} (`rnnbench data fetch {name}` does so now)"
            )
