"""The vanilla recurrent network, and the same with rectified linear units that begin as an
identity."""

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.activations import ACTIVATIONS, check_activation
from rnnbench_cells.kernels import NATIVE, KernelStepCell, check_implementation, refusing_no_steps

KERNEL_ACTIVATIONS = ("tanh", "relu")
INPUT_STD = 0.001


class StepRNN(KernelStepCell):
    """h_t = f(W x_t + b + U h_{t-1} + b'), y_t = h_t, for any elementwise f, one step at a time.

    source: Elman 1990. Parameters as in torch's nn.RNN, two biases included.
    """

    def __init__(
        self, input_size: int, hidden_size: int, nonlinearity: str, implementation: str = "eager"
    ) -> None:
        super().__init__(input_size, hidden_size, 1, implementation)
        self.nonlinearity = nonlinearity

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        h_BH = ACTIVATIONS[self.nonlinearity](x_BI + self.from_state(state))
        return h_BH, h_BH


def build_rnn(
    input_size: int, hidden_size: int, nonlinearity: str = "tanh", implementation: str | None = None
) -> nn.Module:
    """h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh).  source: Elman 1990.

    implementation: "native" is torch's kernel, which knows tanh and relu; "eager" and "compiled" go
        step by step with any f. None takes the kernel where there is one.
    Raises RnnbenchError for an activation that is not in `ACTIVATIONS`, and for "native" with one
    without a kernel.
    """
    check_activation("rnn", nonlinearity)
    has_kernel = nonlinearity in KERNEL_ACTIVATIONS
    implementation = implementation or (NATIVE if has_kernel else "eager")
    check_implementation("rnn", implementation)
    if implementation != NATIVE:
        return StepRNN(input_size, hidden_size, nonlinearity, implementation)
    if not has_kernel:
        raise rnnbench.RnnbenchError(
            f"rnn: implementation 'native' has no kernel for '{nonlinearity}', only for: "
            f"{', '.join(KERNEL_ACTIVATIONS)}. 'eager' and 'compiled' take any."
        )
    return refusing_no_steps(
        nn.RNN(input_size, hidden_size, nonlinearity=nonlinearity, batch_first=True)
    )


def build_irnn(
    input_size: int, hidden_size: int, scale: float = 1.0, implementation: str = NATIVE
) -> nn.Module:
    """h_t = relu(W x_t + U h_{t-1} + b), where U begins as `scale` times the identity, W as N(0,
    0.001^2), b as 0.

    source: Le, Jaitly & Hinton 2015, arXiv:1504.00941, section 3. The surprise: nothing but the
    beginning sets it apart from `rnn` with relu; without input it begins by remembering a
    nonnegative state for ever.

    scale: below 1 for tasks that need less memory (0.01 for speech, section 4.4).
    """
    check_implementation("irnn", implementation)
    cell = build_rnn(input_size, hidden_size, "relu", implementation)
    parameters = dict(cell.named_parameters())
    nn.init.normal_(parameters["weight_ih_l0"], std=INPUT_STD)
    with torch.no_grad():
        parameters["weight_hh_l0"].copy_(scale * torch.eye(hidden_size))
    nn.init.zeros_(parameters["bias_ih_l0"])
    nn.init.zeros_(parameters["bias_hh_l0"])
    return cell
