"""The accelerator of a trial and its libraries, recorded in the trial's own process."""

from contextlib import suppress

import torch
from msgspec.structs import replace

from rnnbench.records import Provenance

CUDNN_9 = 90000
"""From version 9 on, cuDNN has two digits more for its minor version."""


def with_accelerator(provenance: Provenance, device: str) -> Provenance:
    """Add to a provenance what a trial on this device depends on besides the processor.

    The versions of CUDA and cuDNN are added at any time. The name of the accelerator is added once
    the trial has started CUDA: a process that has started it cannot fork, so that this starts
    nothing. Where the accelerator does not answer any more, its name stays away.
    """
    if device != "cuda":
        return provenance
    machine = provenance.machine
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        with suppress(Exception):
            machine = replace(machine, accelerator=torch.cuda.get_device_name())
    versions = {**provenance.versions, **_libraries()}
    return replace(provenance, machine=machine, versions=versions)


def _libraries() -> dict[str, str]:
    """The versions of CUDA and cuDNN with which torch computes, as far as it has them."""
    libraries = {}
    if torch.version.cuda:
        libraries["cuda"] = torch.version.cuda
    with suppress(Exception):
        number = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
        if number:
            libraries["cudnn"] = _dotted(number)
    return libraries


def _dotted(number: int) -> str:
    """A version of cuDNN in the usual form: 91002 is 9.10.2, and 8902 is 8.9.2."""
    unit = 10000 if number >= CUDNN_9 else 1000
    major, rest = divmod(number, unit)
    minor, patch = divmod(rest, 100)
    return f"{major}.{minor}.{patch}"
