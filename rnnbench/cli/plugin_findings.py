"""What `rnnbench doctor` finds out about plugins: each stranger is imported in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.errors import encodable
from rnnbench.interpreter import python

OURS = "rnnbench"
LIMIT_SECONDS = 180
SLOW_SECONDS = 5.0
PROGRAM = "import sys; sys.path[:] = {}; from rnnbench.runner.import_probe import main; main(sys.argv[1])"


class ImportReport(Struct, frozen=True):
    """What the process reports of the import of a plugin."""

    seconds: float
    problem: str
    effects: tuple[str, ...]


def plugin_findings(catalogue: Catalogue) -> Iterator[tuple[bool, str]]:
    """A line for each plugin, and whether it is sound: it is not where it fails to load, or where its import changes
    torch, the environment or the process for everybody."""
    for plugin in catalogue.plugins:
        subject = f"{plugin.name} from {plugin.origin}"
        if plugin.problem:
            yield False, f"{subject}: {plugin.problem}"
        elif plugin.distribution == OURS:
            yield True, f"{subject}: loads"
        else:
            fine, finding = _examined(plugin)
            yield fine, f"{subject}: {finding}"


def _examined(plugin: Plugin) -> tuple[bool, str]:
    command = python("-c", PROGRAM.format(list(sys.path)), msgspec.json.encode(plugin).decode())
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False, f"its import takes longer than {LIMIT_SECONDS} s"
    try:
        report = msgspec.json.decode(done.stdout, type=ImportReport)
    except msgspec.DecodeError:
        lines = done.stderr.decode(errors="backslashreplace").strip().splitlines()
        words = f": {encodable(lines[-1])}" if lines else ""
        return False, f"its import ends the process with code {done.returncode}{words}"
    if report.problem:
        return False, report.problem
    if report.effects:
        return False, f"loads, and its import has side effects. {'. '.join(report.effects)}"
    if report.seconds > SLOW_SECONDS:
        return True, f"loads in {report.seconds:.0f} s, which each of its trials takes longer"
    return True, "loads"
