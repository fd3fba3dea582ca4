"""Torch's switches and functions: whatever other code turns or replaces is found by name, and
nothing else is."""

import functools

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from rnnbench import switches

TURNED = {
    "default_dtype": lambda: torch.set_default_dtype(torch.float64),
    "default_device": lambda: torch.set_default_device("meta"),
    "gradients": lambda: torch.set_grad_enabled(False),
    "anomaly_detection": lambda: torch.autograd.set_detect_anomaly(True, check_nan=False),
    "autograd_threads": lambda: torch._C._set_multithreading_enabled(False),
    "threads": lambda: torch.set_num_threads(torch.get_num_threads() + 3),
    "deterministic": lambda: torch.use_deterministic_algorithms(True),
    "deterministic_warn_only": lambda: torch.use_deterministic_algorithms(True, warn_only=True),
    "fill_uninitialised_memory": lambda: setattr(
        torch.utils.deterministic, "fill_uninitialized_memory", False
    ),
    "flush_denormals": lambda: torch.set_flush_denormal(True),
    "matmul_precision": lambda: torch.set_float32_matmul_precision("medium"),
    "float32_precision": lambda: setattr(torch.backends, "fp32_precision", "tf32"),
    "onednn": lambda: torch._C._set_mkldnn_enabled(False),
    "onednn_deterministic": lambda: torch._C._set_mkldnn_deterministic(True),
    "onednn_precision": lambda: setattr(torch.backends.mkldnn.matmul, "fp32_precision", "bf16"),
    "nnpack": lambda: torch._C._set_nnpack_enabled(False),
    "cudnn": lambda: torch._C._set_cudnn_enabled(False),
    "cudnn_benchmark": lambda: torch._C._set_cudnn_benchmark(True),
    "cudnn_deterministic": lambda: torch._C._set_cudnn_deterministic(True),
    "cuda_precision": lambda: torch._C._set_cudnn_allow_tf32(False),
    "cuda_fp16_reduction": lambda: setattr(
        torch.backends.cuda.matmul, "allow_fp16_reduced_precision_reduction", False
    ),
    "cuda_bf16_reduction": lambda: setattr(
        torch.backends.cuda.matmul, "allow_bf16_reduced_precision_reduction", False
    ),
    "flash_attention": lambda: torch.backends.cuda.enable_flash_sdp(False),
    "memory_efficient_attention": lambda: torch.backends.cuda.enable_mem_efficient_sdp(False),
    "math_attention": lambda: torch.backends.cuda.enable_math_sdp(False),
    "autocast_cpu": lambda: torch.set_autocast_enabled("cpu", True),
    "autocast_cuda": lambda: torch.set_autocast_enabled("cuda", True),
}
CANNOT_BE_TURNED_BACK = {"inference_mode", "interop_threads", "modes"}
NEWER = {"float32_precision", "onednn_precision", "cuda_precision"}
"""In torch 2.9 and later."""


@pytest.mark.parametrize("name", TURNED)
def test_a_switch_that_was_turned_is_named_and_turned_back(name):
    """Each switch of the list, by what a plugin would write."""
    if name in NEWER and not hasattr(torch._C, "_get_fp32_precision_getter"):
        pytest.skip("this torch has no such switch")
    before = switches.read()
    try:
        TURNED[name]()
        found = switches.changed(before, switches.read())
    finally:
        switches.restore(before)
    assert name in found
    assert switches.read() == before


def test_every_switch_is_tried():
    """A switch that is added is one of the list above."""
    assert set(TURNED) | CANNOT_BE_TURNED_BACK == set(switches.Switches.__struct_fields__)


def test_a_mode_that_was_entered_and_not_left_is_named():
    """Such a mode sees every call of torch; a default device is not named twice."""
    before = switches.read()
    with torch.overrides.BaseTorchFunctionMode(), torch.inference_mode():
        found = switches.changed(before, switches.read())
    assert found.keys() >= {"modes", "inference_mode"}
    assert switches.changed(before, switches.read()) == {}


def test_a_changed_switch_says_what_it_is_and_what_it_was():
    """In words that can be read alone."""
    before = switches.read()
    found = switches.changed(
        before, switches.Switches(**{**_fields(before), "gradients": False, "default_dtype": "x"})
    )
    assert found == {"gradients": "off, was on", "default_dtype": "x, was float32"}


def _fields(seen):
    return {name: getattr(seen, name) for name in seen.__struct_fields__}


@pytest.fixture(scope="module")
def before():
    """What torch is made of before anything is replaced."""
    return switches.fingerprint()


REPLACED = {
    "torch.nn.LSTM.reset_parameters": (nn.LSTM, "reset_parameters"),
    "torch.nn.Module.__call__": (nn.Module, "__call__"),
    "torch.nn.RNNBase.reset_parameters": (nn.RNNBase, "reset_parameters"),
    "torch.nn.Linear.forward": (nn.Linear, "forward"),
    "torch.nn.GRU.__call__": (nn.GRU, "__call__"),
    "torch.Tensor.backward": (torch.Tensor, "backward"),
    "torch.Tensor.tanh": (torch.Tensor, "tanh"),
    "torch.tanh": (torch, "tanh"),
    "torch.lerp": (torch, "lerp"),
    "torch._VF.lstm": (torch._VF, "lstm"),
    "torch.nn.functional.linear": (torch.nn.functional, "linear"),
    "torch.nn.init.xavier_uniform_": (torch.nn.init, "xavier_uniform_"),
    "torch.autograd.grad": (torch.autograd, "grad"),
    "torch.optim.Adam.step": (torch.optim.Adam, "step"),
    "torch.optim.AdamW": (torch.optim, "AdamW"),
    "torch.optim.AdamW.step": (torch.optim.AdamW, "step"),
    "torch.nn.LSTM": (nn, "LSTM"),
}


@pytest.mark.parametrize("name", REPLACED)
def test_what_was_replaced_in_torch_is_named(name, before, monkeypatch):
    """Also what was not there itself and hides what a class has from its base; the wrapper's name
    deceives nobody."""
    owner, key = REPLACED[name]
    original = getattr(owner, key)

    @functools.wraps(original)
    def mine(*args, **kwargs):
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, key, mine)
    found = switches.replaced(before)
    monkeypatch.undo()
    assert set(found) == {name}
    assert __name__ in found[name]
    assert "mine" in found[name]
    assert switches.replaced(before) == {}


def test_one_part_of_torch_in_place_of_another_is_named(before, monkeypatch):
    """That it comes from torch excuses nothing: neither another function, nor a wrapper such as
    no_grad."""
    monkeypatch.setattr(torch, "tanh", torch.sigmoid)
    monkeypatch.setattr(nn.LSTM, "forward", torch.no_grad()(nn.LSTM.forward))
    monkeypatch.setattr(nn.GRU, "reset_parameters", nn.Linear.reset_parameters)
    assert set(switches.replaced(before)) == {
        "torch.tanh",
        "torch.nn.LSTM.forward",
        "torch.nn.GRU.reset_parameters",
    }


def test_other_defaults_of_a_function_of_torch_are_named(before, monkeypatch):
    """The function is the same one, and does something else."""
    monkeypatch.setattr(nn.Linear.__init__, "__defaults__", (False, None, None))
    assert set(switches.replaced(before)) == {"torch.nn.Linear.__init__"}


def test_a_hook_for_all_modules_is_named(before):
    """Whoever registers one sees, and may change, what each module gives."""
    hook = nn.modules.module.register_module_forward_hook(lambda *_: None)
    found = switches.replaced(before)
    hook.remove()
    assert set(found) == {"torch.nn.modules.module._global_forward_hooks"}


def test_a_normal_run_changes_nothing(before):
    """Training with each optimiser, scripting, flags in a context, flop counting: torch's own marks
    are no culprits."""
    state = switches.read()
    layer = nn.LSTM(3, 4, batch_first=True)
    x_BTI = torch.randn(2, 5, 3)
    for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop):
        optimiser = kind(layer.parameters(), lr=0.01)
        layer(x_BTI)[0].sum().backward()
        optimiser.step()
    with torch.backends.cudnn.flags(enabled=False), FlopCounterMode(display=False):
        layer(x_BTI)
    torch.func.vmap(torch.sin)(x_BTI)
    nn.LazyLinear(3)(x_BTI)
    nn.utils.parametrizations.orthogonal(nn.Linear(3, 3))(x_BTI)
    assert switches.replaced(before) == {}
    assert switches.changed(state, switches.read()) == {}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's own, while it compiles
def test_a_compiled_run_changes_nothing(before):
    """Torch.compile marks modules and optimisers of the whole process."""
    state = switches.read()
    step = torch.compile(lambda x: torch.tanh(x) * 2)
    step(torch.randn(3))
    compiled = torch.compile(nn.Linear(3, 4))
    optimiser = torch.optim.AdamW(compiled.parameters())
    compiled(torch.randn(2, 3)).sum().backward()
    optimiser.step()
    assert switches.replaced(before) == {}
    assert switches.changed(state, switches.read()) == {}
