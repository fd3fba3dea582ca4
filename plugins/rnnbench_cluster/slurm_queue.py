"""SLURM as an executor sees it: sbatch through submitit, and squeue and scancel as commands.

Neither accounting is needed nor what submitit says of a job, which without accounting is nothing.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import submitit
from submitit.core.utils import FailedSubmissionError, JobPaths, UncompletedJobError

import rnnbench
from rnnbench_cluster.slurm_pack import Needs, RunPack

COMMANDS = ("sbatch", "srun", "squeue", "scancel")
ANSWER_SECONDS = 60.0
REQUEUES = 1000
WORDS_KEPT = 300
ENDED = frozenset(
    "BOOT_FAIL CANCELLED COMPLETED DEADLINE FAILED NODE_FAIL OUT_OF_MEMORY PREEMPTED REVOKED TIMEOUT".split()
)
"""States of a job that is over, though it may still be requeued."""


@dataclass(frozen=True)
class Site:
    """What a cluster wants to know besides; "" leaves it to SLURM. `gpu` is the gres that a CUDA device is."""

    partition: str = ""
    account: str = ""
    gpu: str = ""


class SlurmQueue:
    """The jobs of one run, in a folder of their own; they share a name that comes of the folder's."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site = folder, site
        self.name = f"rnnbench-{folder.name}"

    def submit(self, needs: Needs, minutes: int, work: RunPack, packs: Sequence[bytes], at_once: int) -> list[str]:
        """Submit an array of jobs, of which so many run at once; their ids. Raises RnnbenchError where SLURM refuses."""
        said = StringIO()
        try:
            with _as_if_outside_a_job(), redirect_stderr(said):
                executor = submitit.SlurmExecutor(self.folder, max_num_timeout=REQUEUES)
                executor.update_parameters(**self._parameters(needs, minutes, at_once))
                return [job.job_id for job in executor.map_array(work, packs)]
        except (UncompletedJobError, FailedSubmissionError, OSError) as error:
            raise rnnbench.RnnbenchError(f"sbatch: {_one_line(str(error))}") from error

    def states(self) -> dict[str, str]:
        """State by id of the jobs of this user that SLURM remembers. Raises RnnbenchError where it does not answer."""
        lines = _run("squeue", "-h", "-r", "-t", "all", "-u", str(os.getuid()), "-o", "%i %T").splitlines()
        return dict(words for line in lines if len(words := line.split()) == 2)

    def cancel(self) -> None:
        """Cancel them all, those too whose id is not known. Raises RnnbenchError where SLURM does not answer."""
        _run("scancel", "--user", str(os.getuid()), "--name", self.name)

    def last_words(self, job: str) -> str:
        """The last line of what a job printed as errors."""
        try:
            lines = JobPaths(self.folder, job).stderr.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f": {lines[-1][:WORDS_KEPT]}" if lines else ""

    def _parameters(self, needs: Needs, minutes: int, at_once: int) -> dict[str, object]:
        return {
            "job_name": self.name,
            "partition": self.site.partition or None,
            "account": self.site.account or None,
            "gres": (self.site.gpu or None) if needs.device != "cpu" else None,
            "exclusive": needs.exclusive or None,
            "cpus_per_task": needs.cpus,
            "mem": f"{needs.memory_mib}M",
            "time": minutes,
            "array_parallelism": at_once,
            "wckey": None,
            # A measurement pins itself; and a step is not told how many of the job's processors are for it.
            "srun_args": ["--cpu-bind=none"],
            "additional_parameters": {"requeue": True},
        }


def require_commands() -> None:
    """Raises RnnbenchError where this machine cannot submit jobs."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if missing:
        raise rnnbench.RnnbenchError(
            f"the executor 'slurm' wants a machine from which jobs are submitted; here is no {', '.join(missing)}"
        )


def _run(command: str, *arguments: str) -> str:
    """What a command says, undisturbed by what its user has set for it."""
    settings = f"{command.upper()}_"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
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
    """What SLURM tells a job of itself is no request of the jobs that are submitted from within it."""
    own = {name for name in os.environ if name.startswith(("SLURM_", "SRUN_")) and name != "SLURM_CONF"}
    kept = {name: os.environ.pop(name) for name in own}
    try:
        yield
    finally:
        os.environ.update(kept)
