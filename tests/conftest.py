"""Plugins made inside tests: real distributions, found through their entry points like
anybody's."""

import os
import signal
import subprocess
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib import invalidate_caches
from importlib.metadata import entry_points
from itertools import count
from pathlib import Path
from tempfile import gettempdir
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import settings
from matplotlib.figure import Figure

from rnnbench.executors import forkserver
from tests.builders.forked import Popen

# Commands of tests have a home each, and what they compile has one home for all.
os.environ.setdefault(
    "TORCHINDUCTOR_CACHE_DIR", str(Path(gettempdir()) / "rnnbench-tests-compiled")
)
# A stranger's plugins in the environment of these tests are not what they are about; and what a
# child prints must be kept without help from the environment.
_strangers = {
    e.dist.name for e in entry_points(group="rnnbench") if e.dist and e.dist.name != "rnnbench"
}
os.environ["RNNBENCH_DISABLE_PLUGINS"] = ",".join(sorted(_strangers))
os.environ.pop("PYTHONUNBUFFERED", None)
for _name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
    del os.environ[_name]  # the pytest of an author, started by a test, is none of several workers

torch.set_num_threads(
    1
)  # threads that wait for each other in turns take most of the time where other work goes on

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in a background job and under nohup, and what tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("usual", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

STARTERS = {"subprocess", "psutil", "LocalPool", "Checking", "run_one", "run_suite", "run_trial"}
BUILDERS_OF_PROCESSES = {"tests.builders.cli", "tests.builders.campaign"}


LONG = frozenset((Path(__file__).parent / "long.txt").read_text().split())
"""Tests without processes that took more than .4 seconds; `make long` measures them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test-fast` asks for."""
    parser.addoption("--cases", type=int, help="Run so many cases of each test at most.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests as `process`, `long` or `slow`, and leave out cases beyond those that are asked for.

    `process` are the tests of all files that have at hand what starts processes, or trains.
    """
    for item in items:
        module = item.getparent(pytest.Module)
        if module and _starts_processes(module.obj):
            item.add_marker("process")
        if _test_of(item) in LONG:
            item.add_marker("long")
        if item.get_closest_marker("browser"):
            item.add_marker("slow")
    most = config.getoption("cases")
    if most is not None:
        items[:] = _first_cases(items, most)


def _test_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _first_cases(items: list[pytest.Item], most: int) -> list[pytest.Item]:
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        seen[_test_of(item)] += 1
        if seen[_test_of(item)] <= most:
            kept.append(item)
    return kept


@cache
def _starts_processes(module: ModuleType) -> bool:
    from_builders = {getattr(thing, "__module__", "") for thing in vars(module).values()}
    return bool(STARTERS & vars(module).keys() or BUILDERS_OF_PROCESSES & from_builders)


PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAVE = Figure.savefig


@pytest.fixture(autouse=True)
def pixels_for_plots(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have reports save one pixel in place of each PNG, except in tests that look at plots.

    It is so as well in the processes that a test forks. To draw the plots of the smallest report
    takes five seconds of a core.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("draws") is None:
            patch.setattr(Figure, "savefig", _save_pixel)
        yield


def _save_pixel(figure: Figure, place: Any, **options: Any) -> None:
    if options.get("format") == "png":
        if isinstance(place, Path):
            place.write_bytes(PIXEL)
        else:
            place.write(PIXEL)
    else:
        SAVE(figure, place, **options)


MakePlugin = Callable[..., Path]
_numbers = count()


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    """`make_plugin(source, distribution="my-plugin")` puts a distribution with one plugin module on
    the path."""

    def make(source: str, distribution: str = "my-plugin", version: str = "1.2.3") -> Path:
        number = next(_numbers)
        root = tmp_path / f"site-{number}"
        module = f"plugin_made_by_test_{number}"
        info = root / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (root / f"{module}.py").write_text(dedent(source))
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(f"[rnnbench]\n{distribution} = {module}\n")
        monkeypatch.syspath_prepend(str(root))
        invalidate_caches()
        return root

    return make


@pytest.fixture
def forked() -> Iterator[None]:
    """What a test starts of this project is forked from this process, which costs no seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Popen)
        yield


@pytest.fixture
def forked_servers(forked: None) -> Iterator[None]:
    """Servers of trials of this test's own, which are forked from this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forkserver, "_idle", {})
        yield
        forkserver._close_idle()


HOSTILE_CELLS = """
    import os, signal, sys, time
    import rnnbench
    import torch
    from torch import nn

    class Raises(nn.GRU):
        def forward(self, x, state=None):
            if x.shape[0] > 3:
                print("about to raise")
                raise ValueError("no such luck")
            return super().forward(x, state)

    class Diverges(nn.GRU):
        def forward(self, x, state=None):
            y, state = super().forward(x, state)
            return y * float("inf"), state

    class Killed(nn.GRU):
        def forward(self, x, state=None):
            print("last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    class Exits(nn.GRU):
        def forward(self, x, state=None):
            os._exit(7)

    class Hangs(nn.GRU):
        def forward(self, x, state=None):
            time.sleep(1000)

    class Greedy(nn.GRU):
        def forward(self, x, state=None):
            raise MemoryError("can't allocate memory: you tried to allocate too much")

    class WrongShape(nn.GRU):
        def forward(self, x, state=None):
            y, state = super().forward(x, state)
            return y.transpose(0, 1), state

    class Orphans(nn.GRU):
        def forward(self, x, state=None):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            os.kill(os.getpid(), signal.SIGKILL)

    class CountsThreads(nn.GRU):
        def forward(self, x, state=None):
            print("threads", torch.get_num_threads())
            return super().forward(x, state)

    class ClosesItsOutput(nn.GRU):
        def forward(self, x, state=None):
            sys.stdout.close()
            return super().forward(x, state)

    class Huge(nn.GRU):
        def __init__(self, inputs, hidden, batch_first):
            super().__init__(inputs, 500 + hidden, batch_first=batch_first)

    @rnnbench.hookimpl
    def rnnbench_cells():
        kinds = dict(raises=Raises, diverges=Diverges, killed=Killed, exits=Exits, hangs=Hangs, orphans=Orphans,
                     counts_threads=CountsThreads, closes=ClosesItsOutput, greedy=Greedy, wrong_shape=WrongShape,
                     huge=Huge)
        return [
            rnnbench.CellSpec(name, lambda i, h, kind=kind: kind(i, h, batch_first=True), "made for a test")
            for name, kind in kinds.items()
        ]
"""


@pytest.fixture
def hostile_cells(make_plugin: MakePlugin) -> Path:
    """Cells that go wrong in every way that a trial must survive."""
    return make_plugin(HOSTILE_CELLS, distribution="hostile-cells")
