"""Examines plugins for `rnnbench doctor`: third-party ones are imported in other processes."""

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
    """Yield for each plugin whether it is sound, and a sentence.

    A plugin is unsound if it fails to load, or if its import changes torch, the environment or the
    process for all others.
    """
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
    """Import a plugin in another process, and report whether it is sound.

    Its output goes to files, because a process that it leaves behind could keep a pipe open.
    """
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
    """The exit code of a command, None where it took too long; its process group is killed."""
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
