"""Settings of a SLURM cluster, and what sbatch is given of them."""

import shlex
from dataclasses import dataclass

import rnnbench

OWN = frozenset({"array", "job-name", "mem", "output", "error", "requeue", "time", "signal"})
"""Options of sbatch that the executor sets itself."""


@dataclass(frozen=True)
class Site:
    """Settings of a SLURM cluster; an empty setting is left to SLURM.

    partition, account, qos, constraint: options of sbatch for all jobs.
    gpu:        generic resource (gres) to request for a trial on a CUDA device.
    setup:      lines of shell that a job runs before it loads Python.
    additional: further options of sbatch, as they are typed.

    Raises RnnbenchError for additional options that cannot be read.
    """

    partition: str = ""
    account: str = ""
    qos: str = ""
    constraint: str = ""
    gpu: str = ""
    setup: str = ""
    additional: str = ""

    def __post_init__(self) -> None:
        options_of(self.additional)

    def parameters(self, device: str) -> dict[str, object]:
        """Return the parameters of submitit for a job on a device; None omits a parameter."""
        gpu = self.gpu if device != "cpu" else ""
        return {
            "partition": self.partition or None,
            "account": self.account or None,
            "qos": self.qos or None,
            "constraint": self.constraint or None,
            "gres": gpu or None,
            "setup": self.setup.splitlines() or None,
            "additional_parameters": {**options_of(self.additional), "requeue": True},
        }


def options_of(words: str) -> dict[str, str]:
    """Return options of sbatch as they are typed: `reservation=maint comment='a b'`.

    Raises RnnbenchError for a word without a value, and for an option that the executor sets.
    """
    options = {}
    try:
        typed = shlex.split(words)
    except ValueError as error:
        raise rnnbench.RnnbenchError(f"executor.additional: {words!r}: {error}") from error
    for word in typed:
        name, equals, value = word.removeprefix("--").partition("=")
        if not (name and equals and value):
            raise rnnbench.RnnbenchError(
                f"executor.additional: {word!r} is not of the form option=value, such as"
                " reservation=maint"
            )
        if name in OWN:
            raise rnnbench.RnnbenchError(
                f"executor.additional: {name} is set by the executor, from the limits of trials"
            )
        options[name] = value
    return options
