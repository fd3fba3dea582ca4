"""Specs of cells whose state is a matrix."""

import rnnbench


def deltanet_parameters(input_size: int, hidden_size: int, key_size: int = 16, **_: object) -> int:
    """Return the number of parameters.

    They are I K for the query, 2 I (K + 1) for key and beta from two steps, I H for the value, and
    H + 1 biases.
    """
    return input_size * (3 * key_size + 2 + hidden_size) + hidden_size + 1


def deltanet_state(_input_size: int, hidden_size: int, key_size: int = 16, **_: object) -> int:
    """Return the size of the state: H K for S, K + 1 for x_{t-1} in key and beta."""
    return hidden_size * key_size + key_size + 1


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="deltanet",
        build="rnnbench_cells.deltanet:DeltaNet",
        source=(
            "Schlag et al. 2021, arXiv:2102.11174; Yang et al. 2024, arXiv:2406.06484; Grazzi et"
            " al. 2024, arXiv:2411.12537"
        ),
        summary=(
            "DeltaNet: a matrix stores values under keys, S_t = S_{t-1} + beta_t (v_t - S_{t-1}"
            " k_t) k_t^T, y_t = S_t q_t."
        ),
        options={"key_size": 16, "negative_eigenvalues": False},
        implementations=("eager", "compiled"),
        parameters=deltanet_parameters,
        state_floats=deltanet_state,
    ),
]
