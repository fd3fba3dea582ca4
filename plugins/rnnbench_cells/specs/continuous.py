"""Specs of cells that are defined in continuous time."""

import rnnbench

STEPPED = ("eager", "compiled")


def cfc_parameters(
    input_size: int, hidden_size: int, time_feature: int = -1, backbone: int = 0, **_: object
) -> int:
    """Return the number of parameters: backbone K (I + H + 1), heads 4 H (K + 1).

    A time feature is not seen by the backbone, which has K columns less then.
    """
    width = backbone or hidden_size
    seen = input_size if time_feature < 0 else input_size - 1
    return width * (seen + hidden_size + 1) + 4 * hidden_size * (width + 1)


def lmu_parameters(input_size: int, hidden_size: int, order: int = 32, **_: object) -> int:
    """Return the number of parameters: (H + 1) times inputs, units and coefficients."""
    return (hidden_size + 1) * (input_size + hidden_size + order)


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="cfc",
        build="rnnbench_cells.cfc:CfC",
        source="Hasani et al. 2022, arXiv:2106.13898",
        summary=(
            "CfC: a closed form of liquid time constants, h_t = (1 - s_t) g_t + s_t k_t, where the"
            " gate s_t sees how much time has passed."
        ),
        options={"time_feature": -1, "backbone": 0},
        implementations=STEPPED,
        parameters=cfc_parameters,
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
        reference="rnnbench_cells.references.continuous:cfc",
    ),
    rnnbench.CellSpec(
        name="lmu",
        build="rnnbench_cells.legendre:LMU",
        source="Voelker, Kajic & Eliasmith 2019, Legendre Memory Units (NeurIPS)",
        summary=(
            "Legendre memory unit: a fixed linear memory of the last theta steps of one learned"
            " number, beside a vanilla network."
        ),
        options={"theta": 100.0, "order": 32},
        implementations=STEPPED,
        parameters=lmu_parameters,
        state_floats=lambda _input_size, hidden_size, order=32, **_: hidden_size + order,
        reference="rnnbench_cells.references.continuous:lmu",
    ),
]
