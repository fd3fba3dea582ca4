"""The executor `dask`: schedulers, workers and drivers that are real processes, and come to
harm."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path

import dask
import msgspec
import psutil
import pytest

from rnnbench.campaign import ExecutorChoice, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Executor, ExecutorContext
from rnnbench.errors import RnnbenchError
from rnnbench.records import CostTrial, LearningTrial, Result, trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite
from rnnbench_cluster import dask_workers
from rnnbench_cluster.dask import build_dask
from tests.builders.campaign import is_trial, learning_figures, run, wait_until, write_suite
from tests.builders.cli import rnnbench
from tests.builders.executors import trial
from tests.conftest import MakePlugin

FELLS = """
    import os, signal
    import psutil
    import rnnbench
    from torch import nn

    class Fells(nn.GRU):
        def forward(self, x, state=None):
            for process in psutil.Process().parents():
                if any("spawn_main" in word for word in process.cmdline()):
                    os.kill(process.pid, signal.SIGKILL)
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("fells", lambda i, h: Fells(i, h, batch_first=True), "kills its worker")]
"""
WITH_COST = """
version = 1
summary = "made for a test"
cells = ["gru"]
seeds = 1
[recipe]
tune = false
parameters = 300
batch_size = 8
steps_per_epoch = 3
epochs = 2
validation_examples = 16
test_examples = 16
[[tasks]]
name = "adding"
horizons = [4]
[cost]
measure = ["train-step-time"]
shapes = [{ steps = 5, batch = 4, hidden = 8, inputs = 8 }]
replicates = 1
repeats = 3
"""


class Cluster:
    """A scheduler on a port that was free, and the processes that are started besides, all with
    this path."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.processes: dict[psutil.Popen, Path] = {}
        told = folder / "scheduler.json"
        self._file = ["--scheduler-file", str(told)]
        here = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self.start("distributed.cli.dask_scheduler", *self._file, *here, *options)
        wait_until(lambda: told.exists() and b"}" in told.read_bytes())
        self.address = msgspec.json.decode(told.read_bytes())["address"]

    def worker(
        self, *options: str, python: tuple[str, ...] = (), **environment: str
    ) -> psutil.Popen:
        """One more worker, of one thread, once the scheduler knows it."""
        local = [
            "--no-nanny",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(self.folder),
        ]
        arguments = (*self._file, *local, *self.options, *options)
        worker = self.start("distributed.cli.dask_worker", *arguments, python=python, **environment)
        wait_until(lambda: "Registered to" in self.said(worker))
        return worker

    def start(
        self, module: str, *arguments: str, python: tuple[str, ...] = (), **environment: str
    ) -> psutil.Popen:
        """A process in a session of its own."""
        path = self.folder / f"{len(self.processes)}.txt"
        paths = {"PYTHONPATH": os.pathsep.join([path for path in sys.path if path])}
        with path.open("wb") as said:  # not forked: this process has had the threads of clients
            process = psutil.Popen(
                [sys.executable, *python, "-m", module, *arguments],
                env={**os.environ, **paths, **environment},
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        self.processes[process] = path
        return process

    def said(self, process: psutil.Popen) -> str:
        """What it said on its standard error."""
        return self.processes[process].read_text().strip()

    def close(self) -> None:
        """End all that was started."""
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


def build(folder: Path, address: str = "", jobs: int | None = None) -> Executor:
    return build_dask(ExecutorContext(folder, jobs), address, "GPU", 60.0)


def trials_at_work(process: psutil.Process) -> list[psutil.Process]:
    """Below a worker."""
    return [child for child in process.children(recursive=True) if is_trial(child)]


def finish(executor: Executor, *trials: LearningTrial) -> dict[str, Result]:
    """The results of these, and of those that were started before."""
    for one in trials:
        executor.start(one)
    results: list[Result] = []
    wanted = len(executor.in_flight)
    deadline = time.monotonic() + 240
    while executor.in_flight:
        assert time.monotonic() < deadline, "the executor did not give all results"
        results += executor.wait(1.0)
    assert len(results) == wanted
    return {result.trial.cell.name: result for result in results}  # type: ignore[union-attr]


def test_a_killed_worker_costs_no_trial_and_no_bit(cluster: Cluster, tmp_path: Path) -> None:
    """Its trial goes on from its checkpoint on another worker, and every figure equals that of the
    local executor."""
    path = write_suite(tmp_path, steps=100)
    folder = tmp_path / "run"
    catalogue = Catalogue.present()
    ran = []
    first = cluster.worker()
    options = {"address": cluster.address, "gpu_resource": "GPU", "checkpoint_seconds": 0.0}

    def kill_the_first() -> None:
        wait_until(lambda: list(folder.glob("checkpoints/*.pt")) and trials_at_work(first))
        first.kill()
        cluster.worker()

    with ThreadPoolExecutor(1) as other:
        killing = other.submit(kill_the_first)
        progress = run_suite(
            read_suite(str(path), catalogue, Choices()),
            catalogue,
            Store(folder),
            ExecutorChoice(catalogue.executors["dask"].item, options),
            watch=lambda _, result: ran.append(trial_id(result.trial)) if result else None,
        )
        killing.result()
    assert progress.new == {"ok": 4}
    assert len(set(ran)) == len(ran) == 4
    assert any(
        notice.startswith("lost the Dask worker tcp://127.0.0.1:") for notice in progress.notices
    )
    assert sum(bool(result.resumed_at) for result in Store(folder).read()) == 1
    run(path, tmp_path / "local")
    assert learning_figures(folder) == learning_figures(tmp_path / "local")


@pytest.mark.slow
def test_workers_of_this_machine_refuse_cost_trials_unless_told(tmp_path: Path) -> None:
    """Provenance says where they ran, and that others may have run there; what was refused, the
    local executor runs."""
    suite = tmp_path / "costly.toml"
    suite.write_text(WITH_COST)

    def typed(*settings: str) -> str:
        where = ["-o", "run", "-j", "2", "--executor", "dask"]
        done = rnnbench("run", "suite", "costly.toml", *where, *settings, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cost(folder: str) -> tuple[str, str, bool]:
        results = list(Store(tmp_path / folder).read())
        (result,) = [result for result in results if isinstance(result.trial, CostTrial)]
        assert "--set executor.cost=true" in result.reason or result.status == "ok"
        assert len(results) == 2
        return result.status, result.provenance.executor, result.provenance.shared

    assert "2 trials: 0 kept from before, 1 ok, 1 refused." in typed()
    assert cost("run") == ("refused", "dask", True)
    shutil.copytree(tmp_path / "run", tmp_path / "local")
    assert run(suite, tmp_path / "local")[0].kept == {"ok": 1}
    assert cost("local") == ("ok", "local", False)
    assert "2 trials: 1 kept from before, 1 ok." in typed("--set", "executor.cost=true")
    assert cost("run") == ("ok", "dask", True)


@pytest.mark.usefixtures("hostile_cells")
def test_what_goes_wrong_is_a_result_and_the_others_go_on(
    tmp_path: Path, make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial that dies, and one that takes its worker along; none is blamed for its neighbour."""
    make_plugin(FELLS, distribution="fells")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([path for path in sys.path if path]))
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        build(tmp_path, jobs=2) as executor,
    ):
        results = finish(executor, trial("fells"), trial("exits"), trial("gru"))
    assert {name: result.status for name, result in results.items()} == {
        "fells": "killed",
        "exits": "killed",
        "gru": "ok",
    }
    assert results["fells"].reason == "the trial, run alone, killed its Dask worker 1 of 1 times"
    assert results["exits"].reason.startswith("its process ended by itself with code 7")


@pytest.mark.slow
@pytest.mark.usefixtures("hostile_cells")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_driver(
    cluster: Cluster, tmp_path: Path, sign: signal.Signals
) -> None:
    """Neither here nor on the workers of others, though the trials hang: Ctrl-C in a terminal,
    which every process of the driver hears, and kill -9."""
    worker = cluster.worker()
    suite = str(write_suite(tmp_path))
    command = ["rnnbench", "run", "suite", suite, "-c", "hangs", "--executor", "dask", "-o"]
    here = cluster.start(*command, str(tmp_path / "here"), "-j", "1")
    there = cluster.start(
        *command, str(tmp_path / "there"), "--set", f"executor.address={cluster.address}"
    )
    wait_until(lambda: all(trials_at_work(process) for process in (here, worker)))
    parents = (here, there, worker)
    family = list(chain.from_iterable(parent.children(recursive=True) for parent in parents))
    for driver in (here, there):
        os.killpg(driver.pid, sign) if sign == signal.SIGINT else driver.kill()
    for driver in (here, there):
        code = driver.wait(100)
        if sign == signal.SIGINT:
            assert code == 130
            assert re.fullmatch("Interrupted[^\n]*", cluster.said(driver))
    assert not psutil.wait_procs(family, timeout=30)[1]
    assert worker.is_running()


def test_a_lost_scheduler_is_an_error_and_no_result(cluster: Cluster, tmp_path: Path) -> None:
    """Said in one line; what has no result is run by the next run."""
    worker = cluster.worker()
    suite = str(write_suite(tmp_path))
    arguments = [
        "-o",
        str(tmp_path / "run"),
        "--executor",
        "dask",
        "--set",
        f"executor.address={cluster.address}",
    ]
    driver = cluster.start("rnnbench", "run", "suite", suite, *arguments)
    wait_until(worker.children)
    cluster.scheduler.kill()
    assert driver.wait(100) == 2
    lost = (
        "the connection to the Dask scheduler was lost; the same command continues with the trials"
        " that have no result"
    )
    assert cluster.said(driver) == f"rnnbench: {lost}"
    assert not list(Store(tmp_path / "run").read())


def test_a_trial_for_a_gpu_waits_for_a_worker_that_offers_one(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the run says so, once. Trials at once follow the workers that there are."""
    monkeypatch.setattr(dask_workers, "REFRESH_SECONDS", 0.2)
    with build(tmp_path, cluster.address) as executor:
        assert executor.free == 1
        executor.start(msgspec.structs.replace(trial("gru"), device="cuda"))
        notices: list[str] = []

        def told(sentence: str) -> Callable[[], bool]:
            return lambda: bool(
                executor.wait(0.1) or notices.extend(executor.notices()) or sentence in notices
            )

        wait_until(told("there is no Dask worker; the trials wait for one"))
        plain = cluster.worker()
        wait_until(
            told("no Dask worker offers the resource 'GPU'; trials on a GPU wait for one that does")
        )
        assert (executor.free, len(executor.in_flight), plain.children()) == (1, 1, [])
        cluster.worker("--resources", "GPU=1")
        result = finish(executor)["gru"]
        assert len(notices) == 2
    assert result.status == "skipped"


def test_workers_without_rnnbench_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    """A trial sent there would kill them; and so is a worker in place of its scheduler."""
    (site,) = {Path(path) for path in sys.path if path.endswith("site-packages")}
    for package in site.iterdir():
        if "rnnbench" not in package.name:
            (tmp_path / package.name).symlink_to(package)
    worker = cluster.worker(python=("-S",), PYTHONPATH=str(tmp_path))
    with pytest.raises(
        RnnbenchError, match=r"the Dask worker tcp://\S+ has no rnnbench; it needs \S+, the version"
    ) as refusal:
        build(tmp_path, cluster.address)
    assert worker.is_running()
    with pytest.raises(
        RnnbenchError,
        match=r"a Dask Worker answers at 'tcp:.*the address of its scheduler is needed",
    ):
        build(tmp_path, str(refusal.value).split()[3])


def test_where_no_scheduler_is_the_run_says_so(tmp_path: Path) -> None:
    """In one sentence, soon, and with no noise after it."""
    suite = str(write_suite(tmp_path))
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        setting = f"executor.address={address}"
        done = rnnbench("run", "suite", suite, "--executor", "dask", "--set", setting, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"rnnbench: no Dask scheduler answers at '{address}': Timed out")
    assert done.stderr.count("\n") == 1
    with pytest.raises(
        RnnbenchError, match="no Dask scheduler answers at 'nonsense://x': unknown address scheme"
    ):
        build(tmp_path, "nonsense://x")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    made = folder / "certificate.pem"
    key = folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    try:
        done = subprocess.run(
            [*command, "-out", str(made), "-keyout", str(key)], capture_output=True, text=True
        )
    except OSError as error:
        pytest.skip(f"no certificate can be made here: {error}")
    if done.returncode:
        pytest.skip(f"openssl makes no certificate here: {done.stderr.strip()}")
    return made, key


@pytest.fixture
def encrypted(
    tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]
) -> Iterator[Cluster]:
    """A cluster whose connections are encrypted."""
    made, key = (str(path) for path in certificate)
    options = ("--tls-ca-file", made, "--tls-cert", made, "--tls-key", key, "--protocol", "tls")
    cluster = Cluster(tmp_path_factory.mktemp("encrypted"), *options)
    yield cluster
    cluster.close()


@pytest.mark.slow
def test_a_cluster_may_be_encrypted(
    encrypted: Cluster, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    """By options of the executor, or by Dask's own configuration; without certificates nobody gets
    in."""
    encrypted.worker()
    made, key = (str(path) for path in certificate)
    assert encrypted.address.startswith("tls://")
    context = ExecutorContext(tmp_path)
    options = {"tls_ca_file": made, "tls_cert": made, "tls_key": key}
    with build_dask(context, encrypted.address, "GPU", 60.0, **options) as executor:
        assert finish(executor, trial("gru"))["gru"].status == "ok"
    tls = "distributed.comm.tls"
    configured = {f"{tls}.ca-file": made, f"{tls}.client.cert": made, f"{tls}.client.key": key}
    with dask.config.set(configured), build(tmp_path, encrypted.address) as executor:
        assert finish(executor, trial("gru"))["gru"].status == "ok"
    with pytest.raises(RnnbenchError, match=f"no Dask scheduler answers at '{encrypted.address}'"):
        build(tmp_path, encrypted.address)


def test_certificates_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path) -> None:
    """Before anybody is asked."""
    context = ExecutorContext(tmp_path)
    with pytest.raises(RnnbenchError, match=r"executor\.tls_cert: there is no file /no/such\.pem"):
        build_dask(context, "tls://127.0.0.1:1", "GPU", 60.0, tls_cert="/no/such.pem")
    with pytest.raises(RnnbenchError, match="certificates need an address that begins with tls://"):
        build_dask(context, "tcp://127.0.0.1:1", "GPU", 60.0, tls_key="/no/such.pem")
    with pytest.raises(
        RnnbenchError, match=r"executor\.tls_ca_file is for the scheduler at executor\.address"
    ):
        build_dask(context, "", "GPU", 60.0, tls_ca_file="/no/such.pem")
