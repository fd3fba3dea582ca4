"""SLURM as an executor sees it: sbatch through submitit, and squeue and scancel as commands.

Neither accounting is needed nor what submitit says of a job, which without accounting is nothing.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import msgspec
import submitit
from submitit.core.utils import FailedSubmissionError, JobPaths, UncompletedJobError

import rnnbench
from rnnbench_cluster.slurm_pack import Needs, Pack, RunPack, read_regular

COMMANDS = ("sbatch", "srun", "squeue", "scancel")
ANSWER_SECONDS = 60.0
REQUEUES = 1000
ATTEMPTS, PAUSE_SECONDS = 3, 2.0
WORDS_KEPT = 300
OF_THE_CLUSTER = {"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT"}
"""Said by the environment of the cluster, not of a job."""


@dataclass(frozen=True)
class Site:
    """What a cluster wants to know besides; "" leaves it to SLURM. `gpu` is the gres that a CUDA
    device is."""

    partition: str = ""
    account: str = ""
    gpu: str = ""


class SlurmQueue:
    """The jobs of one run, in a folder of their own; they share a name that comes from the
    folder's.

    terms: what all jobs share, without trials.
    """

    def __init__(self, folder: Path, site: Site, terms: rnnbench.Job) -> None:
        self.folder, self.site, self.terms = folder, site, terms
        self.results = folder / "results"
        self.results.mkdir(parents=True)

    def submit(self, needs: Needs, minutes: int, packs: Sequence[Pack], at_once: int) -> list[str]:
        """Submit an array, of which so many jobs run at once; their ids. Raises RnnbenchError where
        SLURM refuses."""
        jobs = [
            msgspec.json.encode(msgspec.structs.replace(self.terms, trials=pack)) for pack in packs
        ]
        try:
            with _as_if_outside_a_job(), redirect_stderr(StringIO()):
                executor = submitit.SlurmExecutor(self.folder, max_num_timeout=REQUEUES)
                executor.update_parameters(**self._parameters(needs, minutes, at_once))
                return [job.job_id for job in executor.map_array(RunPack(str(self.results)), jobs)]
        except (UncompletedJobError, FailedSubmissionError, OSError) as error:
            raise rnnbench.RnnbenchError(f"sbatch: {_one_line(str(error))}") from error

    def states(self) -> dict[str, str]:
        """State and reason by id, of the jobs of this user that SLURM knows. Raises RnnbenchError
        without an answer."""
        told = _run("squeue", "-h", "-r", "-t", "all", "-u", str(os.getuid()), "-o", "%i %T %r")
        return {job: state for job, _, state in (line.partition(" ") for line in told.splitlines())}

    def end(self) -> None:
        """Cancel them all and remove the folder. Raises RnnbenchError, and keeps it, where SLURM
        does not answer."""
        _end(self.folder)

    def last_words(self, job: str) -> str:
        """The last line of what a job printed as errors; what srun and submitit add says nothing of
        it."""
        try:
            said = read_regular(JobPaths(self.folder, job).stderr).decode(errors="replace")
        except OSError:
            return ""
        lines = [
            line
            for line in said.strip().splitlines()
            if not line.startswith(("srun: ", "submitit "))
        ]
        return f": {lines[-1][:WORDS_KEPT]}" if lines else ""

    def _parameters(self, needs: Needs, minutes: int, at_once: int) -> dict[str, object]:
        """What sbatch is asked for, in submitit's words; None asks for nothing."""
        return {
            "job_name": _name(self.folder),
            "partition": self.site.partition or None,
            "account": self.site.account or None,
            "gres": (self.site.gpu or None) if needs.device != "cpu" else None,
            "exclusive": needs.exclusive or None,
            "cpus_per_task": needs.cpus,
            "mem": f"{needs.memory_mib}M",
            "time": minutes,
            "array_parallelism": at_once,
            "wckey": None,
            # A measurement pins itself; and a step is not told how many of the job's processors are
            # for it.
            "srun_args": ["--cpu-bind=none"],
            "additional_parameters": {"requeue": True},
        }


def require_commands() -> None:
    """Raises RnnbenchError where this machine cannot submit jobs."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        raise rnnbench.RnnbenchError(
            "the executor 'slurm' wants a machine from which jobs are submitted; here is no"
            f" {', '.join(missing)}"
        )


def end_earlier_runs(folder: Path) -> int:
    """End what drivers have left in this folder that did not live to do so; how many there were."""
    earlier = list(folder.iterdir()) if folder.exists() else []
    for one in earlier:
        _end(one)
    return len(earlier)


def _end(folder: Path) -> None:
    """By their name are cancelled those jobs, too, whose ids nobody knows."""
    for attempt in range(ATTEMPTS):
        try:
            _run("scancel", "--user", str(os.getuid()), "--name", _name(folder))
        except rnnbench.RnnbenchError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            break
    for _ in range(ATTEMPTS):  # jobs that are ending may put a last file there
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()


def _name(folder: Path) -> str:
    """The name of all jobs of a run."""
    return f"rnnbench-{folder.name}"


def _run(command: str, *arguments: str) -> str:
    """What a command says, undisturbed by what its user has set for it."""
    settings = f"{command.upper()}_"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(settings)
    }
    try:
        done = subprocess.run(
            [command, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise rnnbench.RnnbenchError(f"{command}: {error}") from error
    if done.returncode:
        raise rnnbench.RnnbenchError(f"{command}: {_one_line(done.stderr)}")
    return done.stdout


def _one_line(said: str) -> str:
    """What a command of SLURM complains of, less its own name."""
    lines = [line.partition("error: ")[2] or line for line in said.strip().splitlines()]
    return "; ".join(dict.fromkeys(lines))[:WORDS_KEPT] or "failed without a word"


@contextmanager
def _as_if_outside_a_job() -> Iterator[None]:
    """What SLURM tells a job of itself is no request of the jobs that are submitted from within
    it."""
    own = {name for name in os.environ if name.startswith(("SLURM_", "SRUN_"))} - OF_THE_CLUSTER
    kept = {name: os.environ.pop(name) for name in own}
    try:
        yield
    finally:
        os.environ.update(kept)
