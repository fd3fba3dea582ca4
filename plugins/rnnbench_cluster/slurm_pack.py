"""Packs: several trials of equal needs in one job of SLURM; and what such a job does on its
node."""

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
"""What torch takes in the processes that start a trial and watch it."""
MARGIN_MINUTES = 5
"""To load torch; and well before the end, SLURM warns a job, which counts as preemption."""


@dataclass(frozen=True)
class Needs:
    """What a trial asks of its machine."""

    exclusive: bool
    device: str
    cpus: int
    memory_mib: int


def needs(trial: rnnbench.Trial) -> Needs:
    """What a trial asks for. Cost trials are the ones that measure, and want the node to
    themselves."""
    lane = trial.__struct_config__.tag
    return Needs(
        lane == "cost",
        trial.device,
        trial.threads,
        rnnbench.limits(trial).memory_mib + OVERHEAD_MIB,
    )


def arrays(
    trials: Iterable[rnnbench.Trial], seconds: float, alone: Collection[str]
) -> dict[tuple[Needs, int], list[Pack]]:
    """All packs of these trials, by what they need and by their minutes: each list can be an
    array."""
    made: dict[tuple[Needs, int], list[Pack]] = defaultdict(list)
    for pack in _packed(trials, seconds, alone):
        made[needs(pack[0]), minutes_of(pack)].append(pack)
    return made


def _packed(
    trials: Iterable[rnnbench.Trial], seconds: float, alone: Collection[str]
) -> Iterator[Pack]:
    """Trials in packs of equal needs, each until its limits add up to `seconds`; one of `alone` is
    a pack by itself."""
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
    """How long a pack takes at the most."""
    return sum(rnnbench.limits(trial).seconds for trial in pack)


def minutes_of(pack: Pack) -> int:
    """What a pack asks for, in classes that double, so that few arrays hold all packs."""
    return int(2 ** math.ceil(math.log2(max(1.0, seconds_of(pack) / 60)))) + MARGIN_MINUTES


class RunPack:
    """The work of a job: each result becomes a file. Run again, whatever cut it off, it goes on
    where it was."""

    def __init__(self, results: str) -> None:
        self.results = results

    def __call__(self, encoded: bytes) -> None:
        """Run what has no result yet of an `rnnbench.Job`. Raises RuntimeError where its process
        died under a trial."""
        job = msgspec.json.decode(encoded, type=rnnbench.Job)
        missing = tuple(trial for trial in job.trials if not self._path(trial).exists())
        if not missing:
            return
        for result in rnnbench.JobProcess(msgspec.structs.replace(job, trials=missing)).results():
            if result.status == "killed" and not result.seconds.process:
                raise RuntimeError(
                    result.reason
                )  # what becomes of its trials is for the driver to say
            write_whole(self._path(result.trial), msgspec.json.encode(result))

    def checkpoint(self, encoded: bytes) -> DelayedSubmission:
        """What submitit is to run when the job is requeued: the same."""
        return DelayedSubmission(self, encoded)

    def _path(self, trial: rnnbench.Trial) -> Path:
        """Where the result of a trial goes."""
        return Path(self.results, f"{rnnbench.trial_id(trial)}.json")


def read_regular(path: Path) -> bytes:
    """The content of a file. Raises OSError for what is no file: a pipe that lies there would be
    waited for forever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.environ.get('SLURM_JOB_ID', os.getpid())}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
