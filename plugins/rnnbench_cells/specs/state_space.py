"""Specs of state-space cells: linear differential equations, discretised over steps."""

import rnnbench


def s4d_parameters(input_size: int, hidden_size: int, state_size: int = 64, **_: object) -> int:
    """Return the number of parameters: the linear map H (I + 1), A and C 2 H N, Delta and D 2 H."""
    return hidden_size * (input_size + 1 + 2 * state_size + 2)


def s5_parameters(input_size: int, hidden_size: int, modes: int = 0, **_: object) -> int:
    """Return the number of parameters: A and Delta 3 P, B 2 P I, C 2 H P, D H I."""
    pairs = modes or hidden_size
    return pairs * (3 + 2 * input_size + 2 * hidden_size) + hidden_size * input_size


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
        implementations=("scan", "loop"),
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
]
