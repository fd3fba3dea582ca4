"""Specs of cells that are linear in their state, but for what their gates see of it."""

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


def sru_parameters(input_size: int, hidden_size: int, state_gates: bool = True, **_: object) -> int:
    """Return the number of parameters: 3 or 4 maps H I, biases 2 H, and v 2 H where gates see c."""
    maps = 3 if input_size == hidden_size else 4
    return hidden_size * (maps * input_size + (4 if state_gates else 2))


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
    rnnbench.CellSpec(
        name="hgrn",
        build="rnnbench_cells.hgrn:HGRN",
        source="Qin, Yang & Zhong 2023, arXiv:2311.04823",
        summary=(
            "HGRN: h_t = f_t h_{t-1} + (1 - f_t) silu(W x_t), where f_t has a lower bound; norm"
            " and gate of the output."
        ),
        options={"lower_bound": 0.0},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=lambda input_size, hidden_size, **_: hidden_size * (3 * input_size + 4),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
        reference="rnnbench_cells.references.gated_linear:hgrn",
    ),
    rnnbench.CellSpec(
        name="qrnn",
        build="rnnbench_cells.qrnn:QRNN",
        source="Bradbury et al. 2016, arXiv:1611.01576, section 2.1",
        summary=(
            "QRNN: c_t = f_t c_{t-1} + (1 - f_t) z_t, y_t = o_t c_t, where all of them see the"
            " last inputs and no state."
        ),
        options={"window": 2},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=lambda input_size, hidden_size, window=2, **_: (
            3 * hidden_size * (window * input_size + 1)
        ),
        state_floats=lambda input_size, hidden_size, window=2, **_: (
            hidden_size + (window - 1) * input_size
        ),
        reference="rnnbench_cells.references.gated_linear:qrnn",
    ),
    rnnbench.CellSpec(
        name="sru",
        build="rnnbench_cells.sru:SRU",
        source="Lei et al. 2018, arXiv:1709.02755",
        summary=(
            "SRU: c_t = f_t c_{t-1} + (1 - f_t) W x_t with a highway around it; each gate sees"
            " its own unit of the state."
        ),
        options={"state_gates": True, "highway_bias": 0.0},
        implementations=("eager", "compiled"),
        parameters=sru_parameters,
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
        reference="rnnbench_cells.references.gated_linear:sru",
    ),
]
