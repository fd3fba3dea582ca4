"""What a Dask worker executes: it runs jobs in processes, and ends abandoned jobs."""

import threading

import msgspec
from distributed import Status, Worker, get_worker

import rnnbench

# mypy: disallow-untyped-calls=False

WATCH_SECONDS = 1.0
"""Seconds between two looks at whether a job is still wanted."""
_lock = threading.Lock()
_processes: dict[str, set[rnnbench.JobProcess]] = {}
_ended_runs: set[str] = set()


def run_job(encoded: bytes, run: str) -> bytes:
    """Run a job of one trial on this worker, and return its result as JSON.

    encoded: the `rnnbench.Job` as JSON.
    run:     id of the run, by which `end_jobs` finds its jobs.
    Raises RuntimeError where the run has already ended.
    """
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
    """End all jobs of a run on this worker, and refuse later jobs of the run."""
    with _lock:
        _ended_runs.add(run)
        for process in _processes.get(run, ()):
            process.end()


def _start(encoded: bytes, run: str) -> rnnbench.JobProcess:
    """Start the process of a job, unless its run has ended."""
    with _lock:
        if run in _ended_runs:
            raise RuntimeError("the run has ended")
        process = rnnbench.JobProcess(msgspec.json.decode(encoded, type=rnnbench.Job))
        _processes.setdefault(run, set()).add(process)
    return process


def _watch(process: rnnbench.JobProcess, worker: Worker, key: str, ended: threading.Event) -> None:
    """End a job whose result nobody waits for, or whose worker is closing.

    A driver may have died without cancelling its jobs. A worker that closes waits for its threads,
    and therefore for the job.
    """
    while not ended.wait(WATCH_SECONDS):
        task = worker.state.tasks.get(key)
        is_abandoned = task is None or task.state == "cancelled"
        if is_abandoned or worker.status in (Status.closing, Status.closed):
            process.end()
