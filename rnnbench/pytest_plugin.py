"""The pytest plugin: `pytest --rnnbench mycell` collects a test for each check, and benchmarks of
each implementation.

Nothing heavy is imported until the option is given.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

OPTION = "--rnnbench"
TESTS = "rnnbench.testing.collected"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --rnnbench."""
    parser.getgroup("rnnbench").addoption(
        OPTION,
        action="append",
        default=[],
        metavar="NAME",
        help=(
            "Check this installed cell (NAME or NAME:IMPLEMENTATION) or task, a test a check, and"
            " time each implementation of a cell. May be given again."
        ),
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests behind those of the author, as `rnnbench::...`, before -k and -m choose among
    them."""
    if not config.getoption(OPTION):
        return
    found = find_spec(TESTS)
    assert found
    assert found.origin
    module = pytest.Module.from_parent(session, path=Path(found.origin), nodeid="rnnbench")
    items.extend(session.genitems(module))
