"""The pytest plugin: `pytest --rnnbench NAME` tests the laws of a cell or task, and times the cell;
`pytest --rnnbench-gate BASE` holds a run against a baseline.

Nothing heavy is imported until one of these options is given.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

OPTION = "--rnnbench"
TIMELINE = "--rnnbench-timeline"
GATE = "--rnnbench-gate"
TESTS = "rnnbench.testing.collected"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of cells and tasks, and those of the gate."""
    group = parser.getgroup("rnnbench")
    group.addoption(
        OPTION,
        action="append",
        default=[],
        metavar="NAME",
        help=(
            "Check this installed cell (NAME or NAME:IMPLEMENTATION) or task, a test a check, and"
            " time each implementation of a cell beside torch's LSTM. May be given again."
        ),
    )
    group.addoption(
        TIMELINE,
        action="store_true",
        help="Add the memory over time of a few training steps to what is saved of each cell.",
    )
    _add_gate(group)


def _add_gate(group: pytest.OptionGroup) -> None:
    group.addoption(
        GATE,
        metavar="BASE",
        help="Hold a run against the one in this folder, a test a figure. Nothing is run.",
    )
    group.addoption(
        f"{GATE}-head",
        metavar="HEAD",
        help="Folder of the run that is held against BASE [runs/NAME of the suite of BASE].",
    )
    group.addoption(
        f"{GATE}-kind",
        action="append",
        default=[],
        metavar="KIND",
        help="Only figures of this kind; may be given again [all].",
    )
    group.addoption(
        f"{GATE}-on-change",
        choices=("fail", "undecided", "ignore"),
        help="What a last bit that differs makes of its test [undecided, which fails].",
    )
    group.addoption(
        f"{GATE}-policy",
        metavar="FILE",
        help="TOML file whose table [gate] says what is tolerated [that of the suite].",
    )
    group.addoption(
        f"{GATE}-skip-incomparable",
        action="store_true",
        help="Skip what another machine, or other versions, cannot be held to.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the parts that were asked for."""
    if config.getoption(OPTION):
        config.pluginmanager.import_plugin("rnnbench.pytest_plugin.benchmarks")
    if config.getoption(GATE):
        config.pluginmanager.import_plugin("rnnbench.pytest_plugin.gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests after those of the author, as `rnnbench::...`, before -k and -m select."""
    if not config.getoption(OPTION):
        return
    spec = find_spec(TESTS)
    assert spec
    assert spec.origin
    module = pytest.Module.from_parent(session, path=Path(spec.origin), nodeid="rnnbench")
    items.extend(session.genitems(module))
