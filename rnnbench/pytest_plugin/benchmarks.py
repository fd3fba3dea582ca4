"""What is saved and shown beside the times of pytest-benchmark where cells are timed."""

from typing import Any

import msgspec
import pytest

from rnnbench import environment, text
from rnnbench.testing.speed import THREADS
from rnnbench.testing.step_figures import QUARTILES, RATIO

HEADING = "time over that of torch's LSTM, in turns"


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Add processor, versions, threads, and environment variables that choose kernels, as results
    record them.

    pytest-benchmark warns where a saved run has other ones than the run beside it.
    """
    machine_info["rnnbench"] = {
        **msgspec.to_builtins(environment.machine()),
        "versions": environment.versions(),
        "variables": environment.variables(),
        "threads": THREADS,
    }


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Print the ratio of each timed step, which hardly depends on the load of the machine."""
    lines = []
    for report in terminalreporter.getreports("passed"):
        noted = dict(report.user_properties)
        if RATIO in noted:
            low, high = noted[QUARTILES]
            ratio = f"{text.rounded(noted[RATIO])} {text.interval(low, high, 'quartiles')}"
            lines.append(f"{ratio:<32} {report.nodeid.rpartition('::')[2]}")
    if lines:
        terminalreporter.section(HEADING)
        for line in lines:
            terminalreporter.write_line(line)
