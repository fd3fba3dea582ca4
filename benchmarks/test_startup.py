"""How long until a command answers? Run: pytest benchmarks --benchmark-only"""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

RNNBENCH = Path(sys.executable).with_name("rnnbench")


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "pass"],
        [RNNBENCH, "--help"],
        [RNNBENCH, "list"],
        [RNNBENCH, "run", "suite", "quick", "--dry-run"],
    ],
    ids=["python -c pass", "--help", "list", "run suite --dry-run"],
)
def test_startup(benchmark: BenchmarkFixture, command: list[object]) -> None:
    """The whole process, from its start to its end."""
    benchmark.pedantic(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
        rounds=15,
        warmup_rounds=2,
    )
