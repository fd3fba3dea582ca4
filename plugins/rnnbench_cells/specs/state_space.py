"""Specs of state-space cells: linear differential equations, discretised over steps."""

import rnnbench


def s4d_parameters(input_size: int, hidden_size: int, state_size: int = 64, **_: object) -> int:
    """Return the number of parameters: the linear map H (I + 1), A and C 2 H N, Delta and D 2 H."""
    return hidden_size * (input_size + 1 + 2 * state_size + 2)


def s5_parameters(input_size: int, hidden_size: int, modes: int = 0, **_: object) -> int:
    """Return the number of parameters: A and Delta 3 P, B 2 P I, C 2 H P, D H I."""
    pairs = modes or hidden_size
    return pairs * (3 + 2 * input_size + 2 * hidden_size) + hidden_size * input_size


def mamba_parameters(
    input_size: int, hidden_size: int, state_size: int = 16, convolution: int = 0, **_: object
) -> int:
    """Return the number of parameters.

    They are 2 H I of the maps of the input, H (R + 2 N) of the selection, H (R + 1) of the step, H
    N of A, H of D, and H times the width and a bias of the convolution, with R = ceil(H / 16).
    """
    rank = -(-hidden_size // 16)
    of_convolution = convolution + 1 if convolution else 0
    each = 2 * input_size + (rank + 2 * state_size) + (rank + 1) + state_size + 1
    return hidden_size * (each + of_convolution)


def mamba_state(
    _input_size: int, hidden_size: int, state_size: int = 16, convolution: int = 0, **_: object
) -> int:
    """Return the size of the state: H N, and the last width - 1 inputs of the convolution."""
    return hidden_size * (state_size + max(0, convolution - 1))


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="s4d",
        build="rnnbench_cells.s4d:S4D",
        source="Gu et al. 2022, arXiv:2206.11893 (S4D-Lin)",
        summary=(
            "S4D: each channel is a linear differential equation with N / 2 complex modes,"
            " discretised by its own learned step."
        ),
        options={"state_size": 64, "shortest": 1e-3, "longest": 1e-1},
        implementations=("fft", "scan", "loop"),
        parallel="scan",
        parameters=s4d_parameters,
        state_floats=lambda _input_size, hidden_size, state_size=64, **_: hidden_size * state_size,
        reference="rnnbench_cells.references.state_space:s4d",
    ),
    rnnbench.CellSpec(
        name="s5",
        build="rnnbench_cells.s5:S5",
        source="Smith, Warrington & Linderman 2022, arXiv:2208.04933, section 3",
        summary=(
            "S5: one linear differential equation with complex diagonal matrix sees all inputs:"
            " h_t = exp(A D) h_{t-1} + (exp(A D) - 1) / A B x_t."
        ),
        options={"modes": 0, "blocks": 1, "shortest": 1e-3, "longest": 1e-1},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=s5_parameters,
        state_floats=lambda _input_size, hidden_size, modes=0, **_: 2 * (modes or hidden_size),
        reference="rnnbench_cells.references.state_space:s5",
    ),
    rnnbench.CellSpec(
        name="mamba",
        build="rnnbench_cells.mamba:Mamba",
        source="Gu & Dao 2023, arXiv:2312.00752, section 3.2 and algorithm 2",
        summary=(
            "Mamba (S6): each channel keeps N decaying numbers, whose step length, writing and"
            " reading depend on the input; a gate on the output."
        ),
        options={"state_size": 16, "convolution": 0},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=mamba_parameters,
        state_floats=mamba_state,
        reference="rnnbench_cells.references.state_space:mamba",
    ),
]
