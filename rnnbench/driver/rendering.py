"""Reports, made side by side in processes of their own.

One process loads what all of them need, and forks one for each: see `render_process`.
"""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from rnnbench.catalogue import Contribution
from rnnbench.contracts import Renderer
from rnnbench.driver.render_process import (
    CODE,
    OUTCOME,
    PROCESS,
    PROGRAM,
    REQUEST,
    Rendered,
    RenderRequest,
    end_group,
)
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.findings import Findings
from rnnbench.interpreter import python_with_my_path

LIMIT_SECONDS = 600.0
ENDING_SECONDS = 10.0
"""How long the process that forks may take to end those that it has forked."""
FINDINGS = "findings"


def render(
    reports: Iterable[Contribution[Renderer]],
    findings: Findings,
    folder: Path,
    limit_seconds: float = LIMIT_SECONDS,
) -> list[Rendered]:
    """Have these reports made in this folder, side by side; what became of each, in their order.

    Raises OSError where not even the process that forks can be started, and RnnbenchError where no
    temporary file can be written.
    """
    wanted = list(reports)
    remove_abandoned()
    with closing(Scratch()) as scratch:
        file = scratch.make_folder() / FINDINGS
        file.write_bytes(msgspec.msgpack.encode(findings))  # JSON does not know infinite numbers
        exchanges = [_ask(report, folder, scratch.make_folder()) for report in wanted]
        with _at_work(file, exchanges) as process:
            try:
                code: int | None = process.wait(limit_seconds)
            except subprocess.TimeoutExpired:
                code = None
        outcomes = []
        for report, exchange in zip(wanted, exchanges, strict=True):
            outcomes.append(_outcome(report, exchange, code, limit_seconds))
        return outcomes


def _ask(contribution: Contribution[Renderer], folder: Path, exchange: Path) -> Path:
    """Ask for a report in this folder of its own, and return it."""
    request = RenderRequest(
        report=contribution.item.name, plugin=contribution.plugin, folder=str(folder)
    )
    (exchange / REQUEST).write_bytes(msgspec.msgpack.encode(request))
    return exchange


@contextmanager
def _at_work(findings: Path, exchanges: Sequence[Path]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process that forks; in the end it is gone, with all that it has started.

    What renderers print goes to standard error.
    """
    process = subprocess.Popen(
        [*python_with_my_path(PROGRAM), str(os.getpid()), str(findings), *map(str, exchanges)],
        stdin=subprocess.DEVNULL,
        stdout=2,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        process.kill()
        if process.wait() < 0:  # it could not end what it had started
            for exchange in exchanges:
                with suppress(OSError, ValueError):
                    end_group(int((exchange / PROCESS).read_text()))


def _outcome(
    contribution: Contribution[Renderer],
    exchange: Path,
    code: int | None,
    limit_seconds: float,
) -> Rendered:
    """Return what became of a report.

    code: what the process that forks ended with; None where its time was over.
    """
    bare = Rendered(report=contribution.item.name, origin=contribution.plugin.origin)
    with suppress(OSError, ValueError):
        left = msgspec.json.decode((exchange / OUTCOME).read_bytes(), type=Rendered)
        return msgspec.structs.replace(bare, files=left.files, problem=left.problem)
    with suppress(OSError, ValueError):
        code = int((exchange / CODE).read_text())
    if code is None:
        problem = f"it took longer than its limit of {limit_seconds:g} s"
        return msgspec.structs.replace(bare, problem=problem)
    return msgspec.structs.replace(bare, problem=_last_words(code))


def _last_words(code: int) -> str:
    """How a process ended that left no outcome."""
    if code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before the report was made"
