"""The work of a Dask worker: runs jobs in processes, and ends jobs that nobody waits for."""

import threading

import msgspec
from distributed import Status, Worker, get_worker

import rnnbench

# mypy: disallow-untyped-calls=False

WATCH_SECONDS = 1.0
_lock = threading.Lock()
_processes: dict[str, set[rnnbench.JobProcess]] = {}
_ended_runs: set[str] = set()


def run_job(encoded: bytes, run: str) -> bytes:
    """Run a job of one trial on this worker, from JSON to the JSON of its result."""
    process = _start(encoded, run)
    worker = get_worker()
    ended = threading.Event()
    threading.Thread(
        target=_watch, args=(process, worker, worker.get_current_task(), ended), daemon=True
    ).start()
    try:
        (result,) = process.results()
    finally:
        ended.set()
        with _lock:
            _processes[run].discard(process)
    return msgspec.json.encode(result)


def end_jobs(run: str) -> None:
    """End all jobs of a run on this worker, and refuse its further jobs."""
    with _lock:
        _ended_runs.add(run)
        for process in _processes.get(run, ()):
            process.end()


def _start(encoded: bytes, run: str) -> rnnbench.JobProcess:
    with _lock:
        if run in _ended_runs:
            raise RuntimeError("the run is over")
        process = rnnbench.JobProcess(msgspec.json.decode(encoded, type=rnnbench.Job))
        _processes.setdefault(run, set()).add(process)
    return process


def _watch(process: rnnbench.JobProcess, worker: Worker, key: str, ended: threading.Event) -> None:
    """End a job that nobody waits for any more.

    Its driver may have died without cancelling it. A worker that closes waits for its threads, and
    so for the job.
    """
    while not ended.wait(WATCH_SECONDS):
        task = worker.state.tasks.get(key)
        is_abandoned = task is None or task.state == "cancelled"
        if is_abandoned or worker.status in (Status.closing, Status.closed):
            process.end()
