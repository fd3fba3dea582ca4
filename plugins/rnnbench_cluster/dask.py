"""The executor `dask`: trials on the workers of a Dask cluster, or of one started here, each in a process of its own.

A task of Dask is a job of one trial, sent as JSON. A thread of the worker waits for the job's process, so that the
worker goes on telling the scheduler that it lives, whatever the trial does.
"""

import asyncio
import logging
import queue
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from time import monotonic
from typing import Any
from uuid import uuid4

import dask
import msgspec
from distributed import Client, Future, KilledWorker, LocalCluster, Security, get_worker, rpc

import rnnbench

CONNECT_SECONDS, GATHER_SECONDS, CLOSE_SECONDS = 8.0, 10.0, 5.0
LOOK_SECONDS, WATCH_SECONDS = 5.0, 1.0
TRIALS_A_THREAD = 2
LOST = "the connection to the Dask scheduler was lost; the same command goes on with what has no result"


def build_dask(
    placement: rnnbench.Placement, address: str, gpu_resource: str, checkpoint_seconds: float
) -> "DaskExecutor":
    """Trials on the workers of the scheduler at `address`; where that is "", on workers of this machine, one a core or
    as many as jobs were asked for. Raises RnnbenchError where the scheduler or its workers are of no use."""
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        if address:
            asyncio.run(_knock(address))
        where = address or stack.enter_context(_workers_here(placement.jobs, gpu_resource))
        client = stack.enter_context(Client(where, timeout=CONNECT_SECONDS, set_as_default=False))
        _refuse_workers_without_plugin(client)
        return DaskExecutor(client, placement, gpu_resource, checkpoint_seconds, stack.pop_all())


class DaskExecutor(rnnbench.Executor):
    """Keeps the workers busy. A trial that is said to have taken down its workers is run again by itself, so that none
    is blamed that merely waited on the same worker; until then no other is started."""

    def __init__(
        self,
        client: Client,
        placement: rnnbench.Placement,
        gpu_resource: str,
        checkpoint_seconds: float,
        resources: ExitStack,
    ) -> None:
        self._client, self._placement, self._gpu_resource = client, placement, gpu_resource
        self._checkpoint_seconds, self._resources = checkpoint_seconds, resources
        self._run, self._numbers = uuid4().hex, count()
        self._started: dict[str, tuple[rnnbench.Trial, Future[bytes]]] = {}
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._suspects: deque[rnnbench.Trial] = deque()
        self._alone: str | None = None
        self._threads: dict[str, int] = {}
        self._looked = -LOOK_SECONDS
        self._notices: list[str] = []

    def close(self) -> None:
        with suppress(Exception):  # whatever the cluster has come to
            futures = [future for _, future in self._started.values()]
            self._client.sync(self._client.cancel, futures, force=True, callback_timeout=CLOSE_SECONDS)
            self._client.sync(self._client.run, end_jobs, self._run, on_error="ignore", callback_timeout=CLOSE_SECONDS)
        self._started.clear()
        self._suspects.clear()
        self._resources.close()

    @property
    def free(self) -> int:
        if self._suspects or self._alone:
            return 0
        self._look()
        most = max(1, TRIALS_A_THREAD * sum(self._threads.values()))
        return min(most, self._placement.jobs or most) - len(self._started)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._started) | {rnnbench.trial_id(trial) for trial in self._suspects}

    def notices(self) -> list[str]:
        told, self._notices = self._notices, []
        return told

    def start(self, trial: rnnbench.Trial) -> None:
        identity = rnnbench.trial_id(trial)
        job = rnnbench.Job(
            trials=(trial,), checkpoints=str(self._placement.checkpoints), checkpoint_seconds=self._checkpoint_seconds
        )
        future = self._client.submit(
            run_job,
            msgspec.json.encode(job),
            self._run,
            key=f"rnnbench-{self._run}-{next(self._numbers)}-{identity}",
            resources={self._gpu_resource: 1} if trial.device.startswith("cuda") else None,
        )
        self._started[identity] = trial, future
        self._report(identity, future)

    def wait(self, seconds: float) -> list[rnnbench.Result]:
        self._look()
        if self._suspects and not self._started:
            trial = self._suspects.popleft()
            self._alone = rnnbench.trial_id(trial)
            self.start(trial)
        return [result for identity in self._news(seconds) if (result := self._collect(identity))]

    def _report(self, identity: str, future: "Future[bytes]") -> None:
        future.add_done_callback(lambda _: self._done.put(identity))

    def _news(self, seconds: float) -> Iterator[str]:
        """Trials whose futures are done, waiting for the first."""
        with suppress(queue.Empty):
            yield self._done.get(timeout=seconds)
            while True:
                yield self._done.get_nowait()

    def _collect(self, identity: str) -> rnnbench.Result | None:
        """The result of a trial; None where it is run again."""
        trial, future = self._started[identity]
        try:
            result = msgspec.json.decode(future.result(timeout=GATHER_SECONDS), type=rnnbench.Result)
        except TimeoutError:  # the worker that held it went away with it
            self._report(identity, future)
            return None
        except CancelledError as error:
            raise rnnbench.RnnbenchError(LOST) from error
        except KilledWorker as error:
            if identity != self._alone:
                del self._started[identity]
                self._suspects.append(trial)
                return None
            reason = f"its worker died, by itself on it, {error.allowed_failures + 1} times in a row"
            result = rnnbench.without_run(trial, "killed", reason)
        except Exception as error:
            result = rnnbench.without_run(trial, "error", f"its worker could not run it: {error!r}")
        del self._started[identity]
        if identity == self._alone:
            self._alone = None
        return result

    def _look(self) -> None:
        """See which workers there are, every now and then."""
        if monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = monotonic()
        threads = self._client.nthreads()
        gone = sorted(set(self._threads) - set(threads))
        if gone:
            self._notices.append(f"lost the Dask workers {', '.join(gone)}; what they ran is run again elsewhere")
        if not threads and (self._threads or not self._notices):
            self._notices.append("there is no Dask worker; the trials wait for one")
        self._threads = dict(threads)


_lock = threading.Lock()
_jobs: dict[str, set[rnnbench.JobProcess]] = {}
_over: set[str] = set()


def run_job(encoded: bytes, run: str) -> bytes:
    """On a worker: run a job of one trial, given as JSON; its result as JSON."""
    with _lock:
        if run in _over:
            raise RuntimeError("the run is over")
        process = rnnbench.JobProcess(msgspec.json.decode(encoded, type=rnnbench.Job))
        _jobs.setdefault(run, set()).add(process)
    try:
        (result,) = process.results()
    finally:
        with _lock:
            _jobs[run].discard(process)
    return msgspec.json.encode(result)


def end_jobs(run: str) -> None:
    """On a worker: end all jobs of a run, and start no more."""
    with _lock:
        _over.add(run)
        for process in _jobs.get(run, ()):
            process.end()


def say_version() -> str:
    return rnnbench.__version__


def _refuse_workers_without_plugin(client: Client) -> None:
    for worker, answer in client.run(say_version, on_error="return").items():
        if isinstance(answer, Exception):
            raise rnnbench.RnnbenchError(f"the Dask worker {worker} cannot run trials: {answer!r}")


async def _knock(address: str) -> None:
    """A client that finds no scheduler makes noise for long after; so that this is asked first."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            async with rpc(address, connection_args=Security().get_connection_args("client")) as there:
                kind = (await there.identity())["type"]
    except Exception as error:
        raise rnnbench.RnnbenchError(f"no Dask scheduler answers at '{address}': {error}") from error
    if kind != "Scheduler":
        raise rnnbench.RnnbenchError(f"'{address}' is a Dask {kind.lower()}; executor.address takes that of the scheduler")


@contextmanager
def _workers_here(jobs: int | None, gpu_resource: str) -> Iterator[LocalCluster]:
    """A cluster of this machine."""
    with ExitStack() as stack:
        with _deaf(), dask.config.set({"distributed.nanny.pre-spawn-environ": {}}):
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    memory_limit=None,
                    resources={gpu_resource: 1},
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    silence_logs=logging.CRITICAL,
                )
            )
        yield cluster


@contextmanager
def _deaf() -> Iterator[None]:
    """Threads and processes started in here do not hear Ctrl-C: the driver hears it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask tells of itself is told by notices, or not at all."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
