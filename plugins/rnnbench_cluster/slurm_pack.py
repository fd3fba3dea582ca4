"""Packs of trials with equal needs, one pack a job of SLURM, and the work of a job on its node."""

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
OVERHEAD_MIB = 1536
"""Memory of torch in the processes that start a trial and watch it."""
MARGIN_MINUTES = 5
"""Time to load torch, and to stay clear of SLURM's warning before the end of a job, which counts as
preemption."""


@dataclass(frozen=True)
class Needs:
    """The resources that a trial needs on its machine."""

    exclusive: bool
    device: str
    cpus: int
    memory_mib: int


def needs(trial: rnnbench.Trial) -> Needs:
    """Return the needs of a trial. Cost trials measure, and need a node of their own."""
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
    """Return the packs of these trials by needs and minutes; each list can be one array.

    seconds: the sum of the limits of its trials at which a pack is full.
    alone:   ids of trials that each form a pack of their own.
    """
    packs: dict[tuple[Needs, int], list[Pack]] = defaultdict(list)
    for pack in _packed(trials, seconds, alone):
        packs[needs(pack[0]), minutes_of(pack)].append(pack)
    return packs


def _packed(
    trials: Iterable[rnnbench.Trial], seconds: float, alone: Collection[str]
) -> Iterator[Pack]:
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
    """Return how long a pack may take by the limits of its trials."""
    return sum(rnnbench.limits(trial).seconds for trial in pack)


def minutes_of(pack: Pack) -> int:
    """Return the minutes to request, rounded up to a power of two so that arrays stay few."""
    minutes = max(1.0, seconds_of(pack) / 60)
    return int(2 ** math.ceil(math.log2(minutes))) + MARGIN_MINUTES


class RunPack:
    """The work of a job: runs a pack and writes a file for each result.

    A job that was cut off continues with the trials that have no file yet.
    """

    def __init__(self, results: str) -> None:
        self.results = results

    def __call__(self, encoded: bytes) -> None:
        """Run the trials of an encoded `rnnbench.Job` that have no result yet.

        Raises RuntimeError where the process died during a trial; the driver decides what becomes
        of its trials.
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
        """Return what submitit runs when the job is requeued: the same work."""
        return DelayedSubmission(self, encoded)

    def _path(self, trial: rnnbench.Trial) -> Path:
        return Path(self.results, f"{rnnbench.trial_id(trial)}.json")


def read_regular(path: Path) -> bytes:
    """Return the content of a regular file.

    Raises OSError for anything else: reading from a pipe, for instance, might never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that other processes find complete or not at all."""
    part = path.with_name(f".{path.name}.{os.environ.get('SLURM_JOB_ID', os.getpid())}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
