"""How each of torch's process-wide switches is read and, where that is possible, set."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

KINDS = tuple("all matmul conv rnn".split())  # noqa: SIM905  operations, and no names of cells
OPERATIONS = {"generic": ("all",), "mkldnn": KINDS, "cuda": KINDS}
"""What torch lets one set the rounding of float32 for, by backend."""

_C: Any = torch._C
_cuda: Any = torch.backends.cuda
_matmul: Any = torch.backends.cuda.matmul
_deterministic: Any = torch.utils.deterministic


class Switch(NamedTuple):
    """How one switch is read, and how it is set; None where a running process cannot set it
    back."""

    read: Callable[[], Any]
    write: Callable[[Any], object] | None = None


def _set_dtype(name: str) -> None:
    torch.set_default_dtype(getattr(torch, name.removeprefix("torch.")))


def _set_device(name: str) -> None:
    torch.set_default_device(
        None if name == "cpu" else name
    )  # a device that was set costs time at every call


def _set_deterministic(wanted: bool) -> None:
    torch.use_deterministic_algorithms(
        wanted, warn_only=torch.is_deterministic_algorithms_warn_only_enabled()
    )


def _set_warn_only(wanted: bool) -> None:
    torch.use_deterministic_algorithms(
        torch.are_deterministic_algorithms_enabled(), warn_only=wanted
    )


def _set_fill(wanted: bool) -> None:
    _deterministic.fill_uninitialized_memory = wanted


def _set_anomaly_detection(wanted: bool) -> None:
    torch.autograd.set_detect_anomaly(wanted)


def _flushes() -> bool:
    return sys.float_info.min / 2 == 0.0  # Python's own arithmetic shows it


def _matmul_precision() -> str:
    try:
        return str(torch.get_float32_matmul_precision())
    except RuntimeError:  # it was set by backend, and there is no one word for it
        return "by backend"


def _set_matmul_precision(word: str) -> None:
    if word != "by backend":
        torch.set_float32_matmul_precision(word)


def _precision_reader(backend: str) -> Callable[[], str]:
    def look() -> str:
        getter = getattr(torch._C, "_get_fp32_precision_getter", None)
        if getter is None:
            return ""
        return ", ".join(
            f"{operation} {getter(backend, operation)}" for operation in OPERATIONS[backend]
        )

    return look


def _precision_writer(backend: str) -> Callable[[str], None]:
    def write(settings: str) -> None:
        setter = getattr(torch._C, "_set_fp32_precision_setter", None)
        if setter is None:
            return
        wanted = dict(setting.split(" ") for setting in settings.split(", "))
        if backend == "cuda":
            _set_older_flags(wanted)
        for operation, word in wanted.items():
            setter(backend, operation, word)

    return write


def _set_older_flags(wanted: dict[str, str]) -> None:
    """Those that newer settings keep beside them: torch refuses to answer where the two
    disagree."""
    torch._C._set_cublas_allow_tf32(wanted["matmul"] == "tf32")
    torch._C._set_cudnn_allow_tf32(wanted["conv"] == "tf32")


def _autocast_reader(device: str) -> Callable[[], str]:
    def look() -> str:
        return str(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else ""

    return look


def _autocast_writer(device: str) -> Callable[[str], None]:
    def write(dtype: str) -> None:
        torch.set_autocast_enabled(device, bool(dtype))
        if dtype:
            torch.set_autocast_dtype(device, getattr(torch, dtype.removeprefix("torch.")))

    return write


def _modes() -> int:
    """Without that of a default device, which has a switch of its own."""
    entered: int = torch._C._len_torch_function_stack() + torch._C._len_torch_dispatch_stack()
    of_device = str(torch.get_default_device()) != "cpu"
    return entered - int(of_device)


SWITCHES: dict[str, Switch] = {
    "default_dtype": Switch(lambda: str(torch.get_default_dtype()), _set_dtype),
    "default_device": Switch(lambda: str(torch.get_default_device()), _set_device),
    "gradients": Switch(torch.is_grad_enabled, _C._set_grad_enabled),
    "inference_mode": Switch(torch.is_inference_mode_enabled),
    "anomaly_detection": Switch(torch.is_anomaly_enabled, _set_anomaly_detection),
    "autograd_threads": Switch(_C._is_multithreading_enabled, _C._set_multithreading_enabled),
    "threads": Switch(torch.get_num_threads, torch.set_num_threads),
    "interop_threads": Switch(torch.get_num_interop_threads),
    "deterministic": Switch(torch.are_deterministic_algorithms_enabled, _set_deterministic),
    "deterministic_warn_only": Switch(
        torch.is_deterministic_algorithms_warn_only_enabled, _set_warn_only
    ),
    "fill_uninitialised_memory": Switch(
        lambda: _deterministic.fill_uninitialized_memory, _set_fill
    ),
    "flush_denormals": Switch(_flushes, torch.set_flush_denormal),
    "matmul_precision": Switch(_matmul_precision, _set_matmul_precision),
    "float32_precision": Switch(_precision_reader("generic"), _precision_writer("generic")),
    "onednn": Switch(_C._get_mkldnn_enabled, _C._set_mkldnn_enabled),
    "onednn_deterministic": Switch(_C._get_mkldnn_deterministic, _C._set_mkldnn_deterministic),
    "onednn_precision": Switch(_precision_reader("mkldnn"), _precision_writer("mkldnn")),
    "nnpack": Switch(_C._get_nnpack_enabled, _C._set_nnpack_enabled),
    "cudnn": Switch(_C._get_cudnn_enabled, _C._set_cudnn_enabled),
    "cudnn_benchmark": Switch(_C._get_cudnn_benchmark, _C._set_cudnn_benchmark),
    "cudnn_deterministic": Switch(_C._get_cudnn_deterministic, _C._set_cudnn_deterministic),
    "cuda_precision": Switch(_precision_reader("cuda"), _precision_writer("cuda")),
    "cuda_fp16_reduction": Switch(
        lambda: bool(_matmul.allow_fp16_reduced_precision_reduction),
        lambda wanted: setattr(_matmul, "allow_fp16_reduced_precision_reduction", wanted),
    ),
    "cuda_bf16_reduction": Switch(
        lambda: bool(_matmul.allow_bf16_reduced_precision_reduction),
        lambda wanted: setattr(_matmul, "allow_bf16_reduced_precision_reduction", wanted),
    ),
    "flash_attention": Switch(_cuda.flash_sdp_enabled, _cuda.enable_flash_sdp),
    "memory_efficient_attention": Switch(
        _cuda.mem_efficient_sdp_enabled, _cuda.enable_mem_efficient_sdp
    ),
    "math_attention": Switch(_cuda.math_sdp_enabled, _cuda.enable_math_sdp),
    "autocast_cpu": Switch(_autocast_reader("cpu"), _autocast_writer("cpu")),
    "autocast_cuda": Switch(_autocast_reader("cuda"), _autocast_writer("cuda")),
    "modes": Switch(_modes),
}
"""By the fields of `rnnbench.switches.Switches`, in the order in which they are set back."""
