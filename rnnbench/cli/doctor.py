"""`rnnbench doctor`: what this machine can and cannot do, and what to mend."""

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
from rnnbench.cli.output import console
from rnnbench.cli.plugin_findings import plugin_findings
from rnnbench.interpreter import python

TORCH_SECONDS = 120
BUSY_LOAD = 0.5
PROBE = (
    "import torch; print(torch.__version__, 'with' if torch.cuda.is_available() else 'without', 'a"
    " CUDA device')"
)


@click.command()
def doctor() -> None:
    """Say what this machine can and cannot do. Exits with 1 where something should be mended."""
    sick = False
    for fine, subject, finding in _findings():
        sick = sick or not fine
        mark = "[green]ok  [/green]" if fine else "[red]mend[/red]"
        console().print(f"{mark} [bold]{subject:<10}[/bold]", end=" ")
        console().print(finding, markup=False, soft_wrap=True)
    if sick:
        raise ended(ExitCode.FAILED)


def _findings() -> Iterator[tuple[bool, str, str]]:
    machine = environment.machine()
    yield (
        True,
        "machine",
        f"{machine.processor}, {machine.cores} cores, {machine.memory_bytes / 2**30:.0f} GiB",
    )
    yield True, "load", _load(machine.cores)
    yield _torch()
    yield (
        True,
        "versions",
        ", ".join(f"{name} {version}" for name, version in environment.versions().items()),
    )
    if refused := environment.refused_checkout():
        yield False, "git", refused
    catalogue = Catalogue.load()
    for sound, finding in plugin_findings(catalogue):
        yield sound, "plugin", finding
    yield _data_folder()
    for missing in _missing_data(catalogue):
        yield True, "data", missing
    peak = Path("/proc/self/clear_refs").exists()
    yield (
        True,
        "memory",
        "peak memory can be measured" if peak else "peak memory cannot be measured on this system",
    )
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    yield True, "compiler", compiler or "no C++ compiler: torch.compile will not work"


def _load(cores: int) -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    advice = ": other work is running, times will be noisy" if load > BUSY_LOAD * cores else ""
    return f"{load:.1f} over the last minute{advice}"


def _torch() -> tuple[bool, str, str]:
    """Torch is tried in a process of its own: a broken build must not take the doctor down."""
    try:
        done = subprocess.run(
            python("-c", PROBE), capture_output=True, text=True, timeout=TORCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "torch", f"does not import within {TORCH_SECONDS} s"
    last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return (
        done.returncode == 0,
        "torch",
        done.stdout.strip() if done.returncode == 0 else f"fails to import: {last_line}",
    )


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
    """What tasks would fetch; not to be mended unless this machine goes offline."""
    for name, contribution in catalogue.tasks.items():
        if missing := [
            archive.name for archive in contribution.item.archives if not archives.is_here(archive)
        ]:
            yield (
                f"{name} will fetch {', '.join(missing)} (`rnnbench data fetch {name}` does so now)"
            )
