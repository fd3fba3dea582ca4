"""Packs of trials with equal needs, one for each SLURM job, and the program of such a job."""

import math
import os
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from submitit.helpers import DelayedSubmission

import rnnbench

Pack = tuple[rnnbench.Trial, ...]
"""Trials that one job runs, in order."""
OVERHEAD_MIB = 1536
"""Memory for torch in the processes that start and watch a trial, besides the trial's own."""
MARGIN_MINUTES = 5
"""Minutes added to the time limit of a job.

They cover the loading of torch, and the time after SLURM's warning before the limit, at which
submitit requeues the job.
"""


@dataclass(frozen=True)
class Needs:
    """The resources that a trial needs on its node.

    exclusive:  whether no other job may run on the node.
    device:     torch device, such as "cpu" or "cuda".
    cpus:       number of processors.
    memory_mib: memory in MiB.
    """

    exclusive: bool
    device: str
    cpus: int
    memory_mib: int


def needs(trial: rnnbench.Trial) -> Needs:
    """Return the needs of a trial; a cost trial needs a node of its own, to measure undisturbed."""
    lane = trial.__struct_config__.tag
    return Needs(
        exclusive=lane == "cost",
        device=trial.device,
        cpus=trial.threads,
        memory_mib=rnnbench.limits(trial).memory_mib + OVERHEAD_MIB,
    )


def arrays(
    trials: Iterable[rnnbench.Trial], seconds: float, alone: Collection[str]
) -> dict[tuple[Needs, int], list[Pack]]:
    """Return packs of these trials by needs and minutes to request; a list makes one array.

    seconds: sum of the time limits of its trials at which a pack is full.
    alone:   ids of trials that each form a pack of their own.
    """
    packs: dict[tuple[Needs, int], list[Pack]] = defaultdict(list)
    for pack in _packed(trials, seconds, alone):
        packs[needs(pack[0]), minutes_of(pack)].append(pack)
    return packs


def _packed(
    trials: Iterable[rnnbench.Trial], seconds: float, alone: Collection[str]
) -> Iterator[Pack]:
    """Yield packs as they fill up, and then those that remain."""
    filling: dict[Needs, list[rnnbench.Trial]] = defaultdict(list)
    for trial in trials:
        if rnnbench.trial_id(trial) in alone:
            yield (trial,)
            continue
        pack = filling[needs(trial)]
        pack.append(trial)
        if seconds_of(pack) >= seconds:
            yield tuple(filling.pop(needs(trial)))
    yield from map(tuple, filling.values())


def seconds_of(pack: Iterable[rnnbench.Trial]) -> float:
    """Return the seconds that a pack may take: the sum of the time limits of its trials."""
    return sum(rnnbench.limits(trial).seconds for trial in pack)


def minutes_of(pack: Pack) -> int:
    """Return the minutes to request, a power of two and a margin, so that few arrays are needed."""
    minutes = max(1.0, seconds_of(pack) / 60)
    return int(2 ** math.ceil(math.log2(minutes))) + MARGIN_MINUTES


class RunPack:
    """The program of a job, which runs a pack and writes one file for each result.

    results: folder of the result files.

    A job that SLURM requeues continues with the trials that have no file yet.
    """

    def __init__(self, results: str) -> None:
        self.results = results

    def __call__(self, encoded: bytes) -> None:
        """Run the trials of a `rnnbench.Job`, encoded as JSON, that have no result yet.

        Raises RuntimeError where the process of the job died; the driver then restarts its trials.
        """
        job = msgspec.json.decode(encoded, type=rnnbench.Job)
        missing = tuple(trial for trial in job.trials if not self._path(trial).exists())
        if not missing:
            return
        process = rnnbench.JobProcess(msgspec.structs.replace(job, trials=missing))
        for result in process.results():
            if result.status == "killed" and not result.seconds.process:
                raise RuntimeError(result.reason)
            write_whole(self._path(result.trial), msgspec.json.encode(result))

    def checkpoint(self, encoded: bytes) -> DelayedSubmission:
        """Return what submitit runs after a requeue: the same program on the same job."""
        return DelayedSubmission(self, encoded)

    def _path(self, trial: rnnbench.Trial) -> Path:
        """Return the result file of a trial."""
        return Path(self.results, f"{rnnbench.trial_id(trial)}.json")


def read_regular(path: Path) -> bytes:
    """Return the content of a regular file.

    Raises OSError for anything else, such as a pipe, from which reading might never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that other processes see it complete or not at all."""
    part = path.with_name(f".{path.name}.{os.environ.get('SLURM_JOB_ID', os.getpid())}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
