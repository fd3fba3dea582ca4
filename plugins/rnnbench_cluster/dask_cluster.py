"""Clients of Dask clusters: of a running one at an address, or of a new one on this machine."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker

import dask
from distributed import Client, LocalCluster, Security, rpc

import rnnbench
from rnnbench_cluster.dask_security import Certificates

# mypy: disallow-untyped-calls=False

CONNECT_SECONDS = 5.0
"""Seconds within which a scheduler must accept a connection."""
ANSWER_SECONDS = 3.0
"""Further seconds within which it must answer."""
NO_CERTIFICATES = Certificates()
LOGGERS = ("distributed", "distributed.client")
"""Loggers of Dask that would print to the terminal of the driver."""


@contextmanager
def client_of_scheduler(
    address: str, certificates: Certificates = NO_CERTIFICATES
) -> Iterator[Client]:
    """Yield a client of the scheduler at this address.

    Raises RnnbenchError where no scheduler answers, or a certificate is missing.
    """
    security = certificates.security(address)
    asyncio.run(_require_scheduler(address, security))
    with (
        _quiet(),
        Client(address, timeout=CONNECT_SECONDS, set_as_default=False, security=security) as client,
    ):
        yield client


@contextmanager
def client_of_local_cluster(workers: int | None, gpu_resource: str) -> Iterator[Client]:
    """Yield a client of a new cluster on this machine, which ends with the context.

    workers:      number of workers, of one thread each; None starts one for each core.
    gpu_resource: the resource of which each worker offers one.
    """
    with (
        _quiet(),
        _local_cluster(workers, gpu_resource) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


async def _require_scheduler(address: str, security: Security) -> None:
    """Raise RnnbenchError where no scheduler answers at this address.

    The check comes before the client, which would log errors until it is garbage-collected.
    """
    try:
        secured = security.get_connection_args("client")
        async with asyncio.timeout(CONNECT_SECONDS + ANSWER_SECONDS):
            async with rpc(address, timeout=CONNECT_SECONDS, connection_args=secured) as server:
                kind = (await server.identity())["type"]
    except Exception as error:
        reason = str(error) or "no reply was received"
        raise rnnbench.RnnbenchError(
            f"no Dask scheduler answers at '{address}': {reason}"
        ) from error
    if kind != "Scheduler":
        raise rnnbench.RnnbenchError(
            f"a Dask {kind} answers at '{address}'; the address of its scheduler is needed"
        )


@contextmanager
def _local_cluster(workers: int | None, gpu_resource: str) -> Iterator[LocalCluster]:
    """Yield a cluster that leaves the memory and the environment variables of trials alone."""
    with ExitStack() as stack:
        with _interrupts_blocked(), dask.config.set({"distributed.nanny.pre-spawn-environ": {}}):
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
def _interrupts_blocked() -> Iterator[None]:
    """Let threads and processes that start here ignore Ctrl-C: the driver alone ends them."""
    resource_tracker.ensure_running()  # started later, it would unblock the signal again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the log of Dask, because the executor reports problems as notices."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
