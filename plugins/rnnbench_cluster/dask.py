"""The executor `dask`: runs each trial in a process of its own on a worker of a Dask cluster.

Each Dask task is a job of one trial, sent as JSON. A thread of the worker waits for the job's
process, so that the worker sends heartbeats to the scheduler whatever the trial does.
"""

import queue
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from itertools import count
from uuid import uuid4

import msgspec
from distributed import Client, Future, KilledWorker

import rnnbench
from rnnbench_cluster.dask_cluster import client_of_local_cluster, client_of_scheduler
from rnnbench_cluster.dask_security import Certificates
from rnnbench_cluster.dask_work import end_jobs, run_job
from rnnbench_cluster.dask_workers import Workers, require_same_version

# mypy: disallow-untyped-calls=False

TRIALS_A_THREAD = 2
"""Trials submitted for each thread of the workers, one of which runs while the other waits."""
GATHER_SECONDS = 3.0
"""Seconds to wait for a result to arrive from the worker that holds it."""
CLOSE_SECONDS = 5.0
"""Seconds to wait for the cluster to cancel tasks and end jobs."""


def build_dask(
    context: rnnbench.ExecutorContext,
    address: str,
    gpu_resource: str,
    checkpoint_seconds: float,
    tls_ca_file: str = "",
    tls_cert: str = "",
    tls_key: str = "",
) -> "DaskExecutor":
    """Build an executor on the workers of the scheduler at `address`.

    address:            "" starts workers on this machine: one for each job that the user chose,
                        or for each core.
    gpu_resource:       the Dask resource that a trial on a CUDA device needs.
    checkpoint_seconds: time between checkpoints of a trial.
    tls_ca_file, tls_cert, tls_key: certificate files for an encrypted connection.
    Raises RnnbenchError where the scheduler cannot be reached, a certificate is missing, or a
    worker has another version of rnnbench.
    """
    certificates = Certificates(tls_ca_file, tls_cert, tls_key)
    with ExitStack() as stack:
        if address:
            client = stack.enter_context(client_of_scheduler(address, certificates))
        else:
            certificates.require_none()
            client = stack.enter_context(client_of_local_cluster(context.jobs, gpu_resource))
        workers = Workers(client, gpu_resource)
        return DaskExecutor(client, workers, context, checkpoint_seconds, stack.pop_all())


class DaskExecutor(rnnbench.Executor):
    """Runs trials on the workers of a Dask cluster.

    When a worker dies repeatedly, Dask reports every trial that it held as a possible cause. Each
    such suspect runs again alone, and no other trial starts until all suspects have a result.
    """

    def __init__(
        self,
        client: Client,
        workers: Workers,
        context: rnnbench.ExecutorContext,
        checkpoint_seconds: float,
        resources: ExitStack,
    ) -> None:
        self._client = client
        self._workers = workers
        self._jobs = context.jobs
        self._checkpoints = context.checkpoints(checkpoint_seconds)
        self._resources = resources
        self._run = uuid4().hex
        self._submission_numbers = count()
        self._running: dict[str, tuple[rnnbench.Trial, Future[bytes]]] = {}
        self._done: queue.Queue[str] = queue.Queue()
        self._suspects: deque[rnnbench.Trial] = deque()
        self._isolated: str | None = None

    def close(self) -> None:
        try:
            if self._client.status == "running":
                with suppress(Exception):  # workers may fail in any way while they are closed
                    self._end_tasks()
        finally:
            self._running.clear()
            self._suspects.clear()
            self._resources.close()

    @property
    def free(self) -> int:
        if self._suspects or self._isolated:
            return 0
        most = max(1, TRIALS_A_THREAD * self._workers.threads)
        return min(most, self._jobs or most) - len(self._running)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._running) | {rnnbench.trial_id(trial) for trial in self._suspects}

    def notices(self) -> list[str]:
        return self._workers.notices()

    def start(self, trial: rnnbench.Trial) -> None:
        identity = rnnbench.trial_id(trial)
        job = rnnbench.Job(trials=(trial,), checkpoints=self._checkpoints)
        future = self._client.submit(
            run_job,
            msgspec.json.encode(job),
            self._run,
            key=f"rnnbench-{self._run}-{next(self._submission_numbers)}-{identity}",
            resources={self._workers.gpu_resource: 1} if _needs_gpu(trial) else None,
        )
        self._running[identity] = trial, future
        self._report_when_done(identity, future)

    def wait(self, seconds: float) -> list[rnnbench.Result]:
        gpu_wanted = any(_needs_gpu(trial) for trial, _ in self._running.values())
        self._workers.refresh(gpu_wanted=gpu_wanted)
        if self._suspects and not self._running:
            trial = self._suspects.popleft()
            self._isolated = rnnbench.trial_id(trial)
            self.start(trial)
        results = []
        for identity in self._finished(seconds):
            result = self._collect(identity)
            if result:
                results.append(result)
        return results

    def _report_when_done(self, identity: str, future: "Future[bytes]") -> None:
        future.add_done_callback(lambda _: self._done.put(identity))

    def _finished(self, seconds: float) -> Iterator[str]:
        """Yield the ids of trials whose futures are done; wait up to `seconds` for the first."""
        with suppress(queue.Empty):
            yield self._done.get(timeout=seconds)
            while True:
                yield self._done.get_nowait()

    def _collect(self, identity: str) -> rnnbench.Result | None:
        """Return the result of a trial; None where the trial runs again, or its result is late."""
        trial, future = self._running[identity]
        try:
            encoded = future.result(timeout=GATHER_SECONDS)
            result = msgspec.json.decode(encoded, type=rnnbench.Result)
        except TimeoutError:  # the worker that held the result has left
            self._report_when_done(identity, future)
            return None
        except CancelledError as error:
            raise rnnbench.RnnbenchError(
                "the connection to the Dask scheduler was lost; the same command continues with the"
                " trials that have no result"
            ) from error
        except KilledWorker as error:
            require_same_version(self._client)
            if identity != self._isolated:
                del self._running[identity]
                self._suspects.append(trial)
                return None
            result = _killed_its_worker(trial, error)
        except rnnbench.RnnbenchError:  # no trial can run on that worker, which may lack torch
            raise
        except Exception as error:
            reason = f"its Dask worker could not run the trial: {rnnbench.describe(error)}"
            result = rnnbench.without_run(trial, "error", reason)
        del self._running[identity]
        if identity == self._isolated:
            self._isolated = None
        return result

    def _end_tasks(self) -> None:
        """Cancel the tasks that wait, and end the jobs that run."""
        futures = [future for _, future in self._running.values()]
        sync = self._client.sync
        sync(self._client.cancel, futures, force=True, callback_timeout=CLOSE_SECONDS)
        sync(
            self._client.run, end_jobs, self._run, on_error="ignore", callback_timeout=CLOSE_SECONDS
        )


def _needs_gpu(trial: rnnbench.Trial) -> bool:
    return trial.device.startswith("cuda")


def _killed_its_worker(trial: rnnbench.Trial, error: KilledWorker) -> rnnbench.Result:
    times = error.allowed_failures + 1
    reason = f"the trial, run alone, killed its Dask worker {times} of {times} times"
    return rnnbench.without_run(trial, "killed", reason)
