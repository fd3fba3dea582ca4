"""What `rnnbench doctor` finds out about plugins: each stranger is imported in a process of its
own."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import BinaryIO

import msgspec

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.errors import encodable
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import ImportReport
from rnnbench.sources import CORE

LIMIT_SECONDS = 180
SLOW_SECONDS = 5.0
PROGRAM = "from rnnbench.runner.import_probe import main; main(sys.argv[1], int(sys.argv[2]))"


def plugin_findings(catalogue: Catalogue) -> Iterator[tuple[bool, str]]:
    """A line for each plugin, and whether it is sound: it is not where it fails to load, or where
    its import changes torch, the environment or the process for everybody."""
    for plugin in catalogue.plugins:
        subject = f"{plugin.name} from {plugin.origin}"
        if plugin.problem:
            yield False, f"{subject}: {plugin.problem}"
        elif plugin.distribution == CORE:
            yield True, f"{subject}: loads"
        else:
            fine, finding = _examined(plugin)
            yield fine, f"{subject}: {finding}"


def _examined(plugin: Plugin) -> tuple[bool, str]:
    """Import a plugin elsewhere. What it prints and reports goes to files, which nothing that it
    leaves can hold up."""
    encoded = msgspec.json.encode(plugin).decode()
    command = [*python_with_my_path(PROGRAM), encoded, str(os.getpid())]
    try:
        with TemporaryFile() as reported, TemporaryFile() as printed:
            code = _run(command, reported, printed)
            reported.seek(0)
            printed.seek(0)
            report_bytes = reported.read()
            lines = printed.read().decode(errors="backslashreplace").strip().splitlines()
    except OSError as error:
        return False, f"its import could not be tried: {error.strerror or error}"
    if code is None:
        return False, f"its import takes longer than {LIMIT_SECONDS} s"
    try:
        report = msgspec.json.decode(report_bytes, type=ImportReport)
    except msgspec.DecodeError:
        words = f": {encodable(lines[-1])}" if lines else ""
        return False, f"its import ends the process with code {code}{words}"
    if report.problem:
        return False, report.problem
    if report.effects:
        return False, f"loads, and its import has side effects. {'. '.join(report.effects)}"
    if report.seconds > SLOW_SECONDS:
        return True, f"loads in {report.seconds:.0f} s, which each of its trials takes longer"
    return True, "loads"


def _run(command: Sequence[str], out: BinaryIO, err: BinaryIO) -> int | None:
    """The exit code of a command, None where it took too long. Its group ends with it."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
    )
    try:
        return process.wait(LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
