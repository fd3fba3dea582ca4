"""The vanilla recurrent network, and the IRNN: relu units with an identity as recurrent matrix."""

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.activations import ACTIVATIONS, check_activation
from rnnbench_cells.fused.loop import FUSED
from rnnbench_cells.kernels import NATIVE, KernelStepCell, check_implementation, refusing_no_steps

KERNEL_ACTIVATIONS = ("tanh", "relu")
INPUT_STD = 0.001


class StepRNN(KernelStepCell):
    """h_t = f(W x_t + b + U h_{t-1} + b'), y_t = h_t, for any elementwise f, by steps.

    source: Elman 1990. The parameters are those of torch's nn.RNN, with its two biases.
    """

    def __init__(
        self, input_size: int, hidden_size: int, nonlinearity: str, implementation: str = "eager"
    ) -> None:
        super().__init__(input_size, hidden_size, 1, implementation)
        self.nonlinearity = nonlinearity
        self.fused_name = nonlinearity

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        h_BH = ACTIVATIONS[self.nonlinearity](x_BI + self.from_state(state))
        return h_BH, h_BH


def build_rnn(
    input_size: int, hidden_size: int, nonlinearity: str = "tanh", implementation: str | None = None
) -> nn.Module:
    """h_t = f(W x_t + b + U h_{t-1} + b'), with an activation f by name; y_t = h_t.

    Shapes: (B, T, I) to (B, T, H); the state h starts at 0.

    source: Elman 1990.

    nonlinearity:   the activation f, a name in `ACTIVATIONS`.
    implementation: "native" is torch's kernel, for tanh and relu; "fused" is one operator in C++
                    over all steps for these two, on a CPU; "eager" and "compiled" run step by step
                    with any f. None chooses torch's kernel where it has f.

    Raises RnnbenchError for an unknown activation or implementation, and for "native" and "fused"
    with an activation that has no kernel.
    """
    check_activation("rnn", nonlinearity)
    has_kernel = nonlinearity in KERNEL_ACTIVATIONS
    implementation = implementation or (NATIVE if has_kernel else "eager")
    check_implementation("rnn", implementation)
    if implementation in (NATIVE, FUSED) and not has_kernel:
        raise rnnbench.RnnbenchError(
            f"rnn: implementation '{implementation}' has no kernel for '{nonlinearity}', only for: "
            f"{', '.join(KERNEL_ACTIVATIONS)}. 'eager' and 'compiled' take any activation."
        )
    if implementation != NATIVE:
        return StepRNN(input_size, hidden_size, nonlinearity, implementation)
    return refusing_no_steps(
        nn.RNN(input_size, hidden_size, nonlinearity=nonlinearity, batch_first=True)
    )


def build_irnn(
    input_size: int, hidden_size: int, scale: float = 1.0, implementation: str = NATIVE
) -> nn.Module:
    """h_t = relu(W x_t + U h_{t-1} + b), where U starts as `scale` times the identity; y_t = h_t.

    W starts from N(0, 0.001^2) and both of torch's biases at 0. Shapes: (B, T, I) to (B, T, H);
    the state h starts at 0.

    source: Le, Jaitly & Hinton 2015, arXiv:1504.00941, section 3.
    The surprise: only its initialisation distinguishes the cell from `rnn` with relu. Before
    training, it keeps a nonnegative state for ever if there is no input.

    scale:          diagonal of U at the start; below 1 for tasks that need less memory (0.01 for
                    speech, section 4.4).
    implementation: "native" is torch's kernel; "eager" and "compiled" run step by step; "fused" is
                    one operator in C++ over all steps, on a CPU.

    Raises RnnbenchError for an unknown implementation.
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
