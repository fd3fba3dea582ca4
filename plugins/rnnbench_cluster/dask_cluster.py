"""Dask clusters: the one at an address, or one that is started on this machine, and the workers
that there are."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from time import monotonic
from typing import Any

import dask
from distributed import Client, LocalCluster, Security, rpc

import rnnbench
from rnnbench_cluster.dask_security import Certificates

# mypy: disallow-untyped-calls=False

CONNECT_SECONDS, ANSWER_SECONDS, LOOK_SECONDS = 5.0, 3.0, 5.0
NO_CERTIFICATES = Certificates()
LOGGERS = ("distributed", "distributed.client")


@contextmanager
def client_of(address: str, certificates: Certificates = NO_CERTIFICATES) -> Iterator[Client]:
    """A client of the scheduler at this address. Raises RnnbenchError where none answers."""
    security = certificates.security(address)
    asyncio.run(_knock(address, security))
    with (
        _quiet(),
        Client(address, timeout=CONNECT_SECONDS, set_as_default=False, security=security) as client,
    ):
        yield client


@contextmanager
def client_here(workers: int | None, gpu_resource: str) -> Iterator[Client]:
    """A client of a cluster on this machine that ends with it: so many workers of one thread, or
    one a core."""
    with (
        _quiet(),
        _workers_here(workers, gpu_resource) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def refuse_strangers(client: Client) -> None:
    """Raise RnnbenchError where the scheduler or a worker lacks the rnnbench of this process: what
    is sent to them could not be read there, which kills workers."""
    versions: Any = client.get_versions(packages=["rnnbench"])
    wanted = versions["client"]["packages"]["rnnbench"]
    workers = {f"worker {address}": told for address, told in versions["workers"].items()}
    for name, told in {"scheduler": versions["scheduler"], **workers}.items():
        version = told["packages"]["rnnbench"]
        if version != wanted:
            has = f"rnnbench {version}" if version else "no rnnbench"
            raise rnnbench.RnnbenchError(
                f"the Dask {name} has {has}; it needs {wanted}, as there is here"
            )


class Workers:
    """The workers of a cluster, which come and go."""

    def __init__(self, client: Client, gpu_resource: str) -> None:
        refuse_strangers(client)
        self._client, self._gpu_resource = client, gpu_resource
        self._notices: list[str] = []
        self._lack = ""
        self._ask()

    @property
    def threads(self) -> int:
        """How many tasks they run at once."""
        return sum(int(worker["nthreads"]) for worker in self._there.values())

    def notices(self) -> list[str]:
        """Sentences on what became of them since this was last asked."""
        told, self._notices = self._notices, []
        return told

    def look(self, *, gpu_wanted: bool) -> None:
        """See which there are now, unless that was seen a moment ago."""
        if monotonic() - self._asked < LOOK_SECONDS:
            return
        before = self._there
        self._ask()
        if gone := sorted(before.keys() - self._there.keys()):
            self._notices.append(
                f"lost the Dask worker {' and '.join(gone)}; what it ran is run again elsewhere"
            )
        if self._there.keys() - before.keys():
            refuse_strangers(self._client)
        lack, self._lack = self._lack, self._lacking(gpu_wanted)
        if self._lack not in ("", lack):
            self._notices.append(self._lack)

    def _ask(self) -> None:
        self._asked = monotonic()
        self._there: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]

    def _lacking(self, gpu_wanted: bool) -> str:
        """What trials wait for in vain; "" where it is but their turn."""
        if not self._there:
            return "there is no Dask worker; the trials wait for one"
        if gpu_wanted and not any(
            self._gpu_resource in worker["resources"] for worker in self._there.values()
        ):
            return (
                f"no Dask worker offers the resource '{self._gpu_resource}'; trials on a GPU wait"
                " for one that does"
            )
        return ""


async def _knock(address: str, security: Security) -> None:
    """Ask who is there. A client that finds no scheduler would make noise about it until it is
    collected."""
    try:
        secured = security.get_connection_args("client")
        async with asyncio.timeout(CONNECT_SECONDS + ANSWER_SECONDS):
            async with rpc(address, timeout=CONNECT_SECONDS, connection_args=secured) as there:
                kind = (await there.identity())["type"]
    except Exception as error:
        reason = str(error) or "nothing is said there"
        raise rnnbench.RnnbenchError(
            f"no Dask scheduler answers at '{address}': {reason}"
        ) from error
    if kind != "Scheduler":
        raise rnnbench.RnnbenchError(
            f"a Dask {kind} answers at '{address}'; the address of its scheduler is needed"
        )


@contextmanager
def _workers_here(workers: int | None, gpu_resource: str) -> Iterator[LocalCluster]:
    """Workers measure no memory of their own, and change no variable that trials would see."""
    with ExitStack() as stack:
        with _deaf(), dask.config.set({"distributed.nanny.pre-spawn-environ": {}}):
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                resources={gpu_resource: 1},
                dashboard_address=None,
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
            )
            stack.enter_context(cluster)
        yield cluster


@contextmanager
def _deaf() -> Iterator[None]:
    """Threads and processes that are started in here do not hear Ctrl-C: the driver hears it, and
    ends them."""
    resource_tracker.ensure_running()  # which would unblock the signal again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask has to say of itself comes as a notice or not at all."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
