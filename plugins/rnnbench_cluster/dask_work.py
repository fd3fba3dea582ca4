"""What a Dask worker does: run a job in a process, and end it when nobody waits for it any more."""

import threading

import msgspec
from distributed import Status, Worker, get_worker

import rnnbench

# mypy: disallow-untyped-calls=False

WATCH_SECONDS = 1.0
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
    worker, ended = get_worker(), threading.Event()
    threading.Thread(
        target=_watch, args=(process, worker, worker.get_current_task(), ended), daemon=True
    ).start()
    try:
        (result,) = process.results()
    finally:
        ended.set()
        with _lock:
            _jobs[run].discard(process)
    return msgspec.json.encode(result)


def end_jobs(run: str) -> None:
    """On a worker: end all jobs of a run, and start no more."""
    with _lock:
        _over.add(run)
        for process in _jobs.get(run, ()):
            process.end()


def _watch(process: rnnbench.JobProcess, worker: Worker, key: str, ended: threading.Event) -> None:
    """End a job that nobody waits for any more: its driver may be gone without a word, and its
    worker may be closing, which waits for its threads."""
    while not ended.wait(WATCH_SECONDS):
        task = worker.state.tasks.get(key)
        if (
            task is None
            or task.state == "cancelled"
            or worker.status in (Status.closing, Status.closed)
        ):
            process.end()
