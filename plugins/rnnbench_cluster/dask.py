"""The executor `dask`: trials on the workers of a Dask cluster, or of one started here, each in a
process of its own.

A task of Dask is a job of one trial, sent as JSON. A thread of the worker waits for the job's
process, so that the worker goes on telling the scheduler that it lives, whatever the trial does.
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
from rnnbench_cluster.dask_cluster import Workers, client_here, client_of, refuse_strangers
from rnnbench_cluster.dask_security import Certificates
from rnnbench_cluster.dask_work import end_jobs, run_job

# mypy: disallow-untyped-calls=False

TRIALS_A_THREAD = 2
GATHER_SECONDS, CLOSE_SECONDS = 3.0, 5.0


def build_dask(
    context: rnnbench.ExecutorContext,
    address: str,
    gpu_resource: str,
    checkpoint_seconds: float,
    tls_ca_file: str = "",
    tls_cert: str = "",
    tls_key: str = "",
) -> "DaskExecutor":
    """Trials on the workers of the scheduler at `address`; where that is "", on workers of this
    machine, one a core or as many as jobs were asked for. Raises RnnbenchError where they cannot be
    reached, or lack what trials need.
    """
    certificates = Certificates(tls_ca_file, tls_cert, tls_key)
    with ExitStack() as stack:
        if address:
            client = stack.enter_context(client_of(address, certificates))
        else:
            certificates.require_none()
            client = stack.enter_context(client_here(context.jobs, gpu_resource))
        workers = Workers(client, gpu_resource)
        return DaskExecutor(
            client, workers, context, gpu_resource, checkpoint_seconds, stack.pop_all()
        )


class DaskExecutor(rnnbench.Executor):
    """Keeps the workers busy. A trial that is said to have taken down its workers is run again by
    itself, so that none is blamed that merely waited on the same worker; until then no other is
    started."""

    def __init__(
        self,
        client: Client,
        workers: Workers,
        context: rnnbench.ExecutorContext,
        gpu_resource: str,
        checkpoint_seconds: float,
        resources: ExitStack,
    ) -> None:
        self._client, self._workers, self._placement = client, workers, context
        self._gpu_resource, self._resources = gpu_resource, resources
        self._checkpoints = context.checkpoints(checkpoint_seconds)
        self._run, self._numbers = uuid4().hex, count()
        self._started: dict[str, tuple[rnnbench.Trial, Future[bytes]]] = {}
        self._done: queue.Queue[str] = queue.Queue()
        self._suspects: deque[rnnbench.Trial] = deque()
        self._alone: str | None = None

    def close(self) -> None:
        try:
            if self._client.status == "running":
                with suppress(Exception):  # workers may be in any state
                    self._end_tasks()
        finally:
            self._started.clear()
            self._suspects.clear()
            self._resources.close()

    @property
    def free(self) -> int:
        if self._suspects or self._alone:
            return 0
        most = max(1, TRIALS_A_THREAD * self._workers.threads)
        return min(most, self._placement.jobs or most) - len(self._started)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(self._started) | {rnnbench.trial_id(trial) for trial in self._suspects}

    def notices(self) -> list[str]:
        return self._workers.notices()

    def start(self, trial: rnnbench.Trial) -> None:
        identity = rnnbench.trial_id(trial)
        job = rnnbench.Job(trials=(trial,), checkpoints=self._checkpoints)
        future = self._client.submit(
            run_job,
            msgspec.json.encode(job),
            self._run,
            key=f"rnnbench-{self._run}-{next(self._numbers)}-{identity}",
            resources={self._gpu_resource: 1} if _on_gpu(trial) else None,
        )
        self._started[identity] = trial, future
        self._report(identity, future)

    def wait(self, seconds: float) -> list[rnnbench.Result]:
        self._workers.look(gpu_wanted=any(_on_gpu(trial) for trial, _ in self._started.values()))
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
            result = msgspec.json.decode(
                future.result(timeout=GATHER_SECONDS), type=rnnbench.Result
            )
        except TimeoutError:  # the worker that held it went away with it
            self._report(identity, future)
            return None
        except CancelledError as error:
            raise rnnbench.RnnbenchError(
                "the connection to the Dask scheduler was lost; the same command goes on with what"
                " has no result"
            ) from error
        except KilledWorker as error:
            refuse_strangers(self._client)
            if identity != self._alone:
                del self._started[identity]
                self._suspects.append(trial)
                return None
            times = error.allowed_failures + 1
            reason = f"run by itself, it took its worker down {times} of {times} times"
            result = rnnbench.without_run(trial, "killed", reason)
        except (
            rnnbench.RnnbenchError
        ):  # no trial can run on that worker: torch is missing there, for instance
            raise
        except Exception as error:
            reason = f"its worker could not run it: {rnnbench.describe(error)}"
            result = rnnbench.without_run(trial, "error", reason)
        del self._started[identity]
        if identity == self._alone:
            self._alone = None
        return result

    def _end_tasks(self) -> None:
        """Those that wait, and those that are at work."""
        call, futures = self._client.sync, [future for _, future in self._started.values()]
        call(self._client.cancel, futures, force=True, callback_timeout=CLOSE_SECONDS)
        call(
            self._client.run, end_jobs, self._run, on_error="ignore", callback_timeout=CLOSE_SECONDS
        )


def _on_gpu(trial: rnnbench.Trial) -> bool:
    return trial.device.startswith("cuda")
