"""Torch's process-wide switches: how they are set, what changed between two looks, and how to set
them back.

A plugin that turns a switch changes the figures of every other cell in its process. So does one
that replaces a function of torch: `fingerprint` and `replaced`, which are defined in
`rnnbench/patches.py`, find that.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from rnnbench.patches import Fingerprint, fingerprint, replaced
from rnnbench.torch_settings import SWITCHES

__all__ = ["Fingerprint", "Switches", "changed", "fingerprint", "read", "replaced", "restore"]


class Switches(Struct, frozen=True, kw_only=True):
    """The state of torch's process-wide switches, as seen by one thread.

    autograd_threads:  whether backward passes may use several threads.
    flush_denormals:   whether figures too small for full precision become 0.
    float32_precision, onednn_precision, cuda_precision:
                       how products of float32 are rounded, in general and by kind of operation;
                       "" in an older torch.
    autocast_cpu, autocast_cuda: the dtype of automatic mixed precision; "" where it is off. modes:
    how many function and dispatch modes of torch were entered and not left.
    """

    default_dtype: str
    default_device: str
    gradients: bool
    inference_mode: bool
    anomaly_detection: bool
    autograd_threads: bool
    threads: int
    interop_threads: int
    deterministic: bool
    deterministic_warn_only: bool
    fill_uninitialised_memory: bool
    flush_denormals: bool
    matmul_precision: str
    float32_precision: str
    onednn: bool
    onednn_deterministic: bool
    onednn_precision: str
    nnpack: bool
    cudnn: bool
    cudnn_benchmark: bool
    cudnn_deterministic: bool
    cuda_precision: str
    cuda_fp16_reduction: bool
    cuda_bf16_reduction: bool
    flash_attention: bool
    memory_efficient_attention: bool
    math_attention: bool
    autocast_cpu: str
    autocast_cuda: str
    modes: int


def read() -> Switches:
    """How the switches are set now, in the calling thread. Takes some microseconds and changes
    nothing."""
    settings: dict[str, Any] = {name: switch.read() for name, switch in SWITCHES.items()}
    return Switches(**settings)


def changed(before: Switches, after: Switches) -> dict[str, str]:
    """What differs, by the name of the switch: "float64, was float32"."""
    old = asdict(before)
    found = {}
    for name, value in asdict(after).items():
        if value != old[name]:
            found[name] = f"{_shown(value)}, was {_shown(old[name])}"
    return found


def restore(switches: Switches) -> None:
    """Set the switches back. What cannot be set back in a running process, such as a mode that was
    entered and not left, stays as it is; a second look shows it."""
    wanted = asdict(switches)
    for name, switch in SWITCHES.items():
        if switch.write is not None and switch.read() != wanted[name]:
            switch.write(wanted[name])


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value).removeprefix("torch.") or "off"
