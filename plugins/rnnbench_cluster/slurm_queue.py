"""The jobs of a run in SLURM: submitted by submitit, followed by squeue, ended by scancel.

States come from squeue because submitit needs SLURM's accounting, which some clusters lack.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from io import StringIO
from pathlib import Path

import msgspec
import submitit
from submitit.core.utils import FailedSubmissionError, JobPaths, UncompletedJobError

import rnnbench
from rnnbench_cluster.slurm_commands import MESSAGE_CHARACTERS, one_line, run_command
from rnnbench_cluster.slurm_pack import Needs, Pack, RunPack, read_regular
from rnnbench_cluster.slurm_site import Site

REQUEUES = 1000
"""Most times that submitit requeues a job after its warning before the time limit."""
ATTEMPTS = 3
"""Attempts to cancel jobs, and to remove the folder of a run."""
PAUSE_SECONDS = 2.0
"""Seconds between two attempts to cancel jobs."""
CLUSTER_VARIABLES = {"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT"}
"""Environment variables of SLURM that describe the cluster rather than a job."""


class SlurmQueue:
    """The jobs of one run, which share a folder and a job name derived from the folder.

    folder:   new folder for the files of the jobs.
    site:     settings of the cluster.
    template: a job without trials, with the settings of all jobs.
    """

    def __init__(self, folder: Path, site: Site, template: rnnbench.Job) -> None:
        self.folder = folder
        self.site = site
        self.template = template
        self.results = folder / "results"
        self.results.mkdir(parents=True)

    def submit(self, needs: Needs, minutes: int, packs: Sequence[Pack], at_once: int) -> list[str]:
        """Submit an array with one job for each pack, and return the ids of the jobs.

        needs:   resources of each job.
        minutes: time limit of each job.
        at_once: most jobs of the array that run at the same time.
        Raises RnnbenchError where SLURM refuses the array.
        """
        jobs = [msgspec.structs.replace(self.template, trials=pack) for pack in packs]
        encoded = [msgspec.json.encode(job) for job in jobs]
        try:
            with _without_job_variables(), redirect_stderr(StringIO()):
                executor = submitit.SlurmExecutor(self.folder, max_num_timeout=REQUEUES)
                executor.update_parameters(**self._parameters(needs, minutes, at_once))
                submitted = executor.map_array(RunPack(str(self.results)), encoded)
                return [job.job_id for job in submitted]
        except (UncompletedJobError, FailedSubmissionError, OSError) as error:
            raise rnnbench.RnnbenchError(f"sbatch: {one_line(str(error))}") from error

    def states(self) -> dict[str, str]:
        """Return "state reason" by id for all jobs of this user that squeue lists.

        Raises RnnbenchError where SLURM does not answer.
        """
        listing = run_command(
            "squeue", "-h", "-r", "-t", "all", "-u", str(os.getuid()), "-o", "%i %T %r"
        )
        states = {}
        for line in listing.splitlines():
            job, _, state = line.partition(" ")
            states[job] = state
        return states

    def end(self) -> None:
        """Cancel all jobs of the run, and remove its folder.

        Raises RnnbenchError and keeps the folder where SLURM does not answer.
        """
        _end(self.folder)

    def last_error(self, job: str) -> str:
        """Return ": " and the last line of a job's standard error, or "" if there is none.

        Lines of srun and of submitit are skipped.
        """
        try:
            output = read_regular(JobPaths(self.folder, job).stderr).decode(errors="replace")
        except OSError:
            return ""
        own_lines = [
            line
            for line in output.strip().splitlines()
            if not line.startswith(("srun: ", "submitit "))
        ]
        return f": {own_lines[-1][:MESSAGE_CHARACTERS]}" if own_lines else ""

    def _parameters(self, needs: Needs, minutes: int, at_once: int) -> dict[str, object]:
        """Return the parameters of sbatch, by submitit's names; None omits a parameter."""
        return {
            **self.site.parameters(needs.device),
            "job_name": _name(self.folder),
            "exclusive": needs.exclusive or None,
            "cpus_per_task": needs.cpus,
            "mem": f"{needs.memory_mib}M",
            "time": minutes,
            "array_parallelism": at_once,
            "wckey": None,
            # SLURM may bind a step to fewer processors than the job has; a cost trial pins itself.
            "srun_args": ["--cpu-bind=none"],
        }


def end_earlier_runs(folder: Path) -> int:
    """End the runs that killed drivers left in this folder, and return their number.

    Raises RnnbenchError where SLURM does not answer.
    """
    runs = list(folder.iterdir()) if folder.exists() else []
    for run in runs:
        _end(run)
    return len(runs)


def _end(folder: Path) -> None:
    """Cancel all jobs of a run by their common name, which needs no ids, and remove its folder."""
    for attempt in range(ATTEMPTS):
        try:
            run_command("scancel", "--user", str(os.getuid()), "--name", _name(folder))
        except rnnbench.RnnbenchError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            break
    for _ in range(ATTEMPTS):  # jobs that are ending may still write a file there
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()


def _name(folder: Path) -> str:
    """Return the common name of the jobs whose files are in this folder."""
    return f"rnnbench-{folder.name}"


@contextmanager
def _without_job_variables() -> Iterator[None]:
    """Hide the SLURM variables of a job that encloses this process, which sbatch would obey."""
    of_slurm = {name for name in os.environ if name.startswith(("SLURM_", "SRUN_"))}
    kept = {name: os.environ.pop(name) for name in of_slurm - CLUSTER_VARIABLES}
    try:
        yield
    finally:
        os.environ.update(kept)
