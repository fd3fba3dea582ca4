"""Specs of cells that are linear in their state and gated by their input."""

import rnnbench


def rglru_parameters(input_size: int, hidden_size: int, convolution: int = 0, **_: object) -> int:
    """Return the number of parameters.

    They are H (I + 1) of the linear map, 2 H (H + 1) of the gates, H of Lambda, and H times the
    width and a bias of the convolution.
    """
    of_convolution = (convolution + 1) * hidden_size if convolution else 0
    return hidden_size * (input_size + 2 * hidden_size + 4) + of_convolution


def rglru_state(_input_size: int, hidden_size: int, convolution: int = 0, **_: object) -> int:
    """Return the size of the state: H, and the last width - 1 inputs of the convolution."""
    return hidden_size * max(1, convolution)


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="rglru",
        build="rnnbench_cells.griffin:RGLRU",
        source="De et al. 2024, arXiv:2402.19427, section 2.4",
        summary=(
            "RG-LRU of Griffin and Hawk: h_t = a_t h_{t-1} + sqrt(1 - a_t^2) (i_t u_t), where the"
            " decay a_t is gated by the input."
        ),
        options={"convolution": 0},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=rglru_parameters,
        state_floats=rglru_state,
        reference="rnnbench_cells.references.gated_linear:rglru",
    ),
]
