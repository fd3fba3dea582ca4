"""Specs of cells that are linear in their state, so that a scan can run them in parallel."""

import rnnbench


def lru_parameters(input_size: int, hidden_size: int, **_: object) -> int:
    """Return the number of parameters: nu, theta and gamma H each, B 2 H I, C 2 H^2, D H I."""
    return 3 * hidden_size + 3 * hidden_size * input_size + 2 * hidden_size * hidden_size


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="mingru",
        build="rnnbench_cells.minimal:MinGRU",
        source=(
            "Feng et al. 2024, arXiv:2410.01201, section 3.1; signed gates: Grazzi et al. 2024,"
            " arXiv:2411.12537"
        ),
        summary="minGRU: h_t = (1 - z_t) h_{t-1} + z_t c_t, where gate and candidate see only x_t.",
        options={"form": "log-space", "gates": "positive"},
        implementations=("scan", "loop", "log-scan", "fused"),
        parallel="scan",
        parameters=lambda input_size, hidden_size, **_: 2 * hidden_size * (input_size + 1),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="minlstm",
        build="rnnbench_cells.minimal:MinLSTM",
        source=(
            "Feng et al. 2024, arXiv:2410.01201, section 3.2; signed gates: Grazzi et al. 2024,"
            " arXiv:2411.12537"
        ),
        summary=(
            "minLSTM: h_t = f_t h_{t-1} + i_t c_t with f_t + i_t = 1, where gates and candidate"
            " see only x_t."
        ),
        options={"form": "log-space", "gates": "positive", "forget_bias": 0.0},
        implementations=("scan", "loop", "log-scan", "fused"),
        parallel="scan",
        parameters=lambda input_size, hidden_size, **_: 3 * hidden_size * (input_size + 1),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="lru",
        build="rnnbench_cells.lru:LRU",
        source="Orvieto et al. 2023, arXiv:2303.06349, section 3 and appendix A",
        summary=(
            "Linear recurrent unit: h_t = lambda h_{t-1} + gamma B x_t, lambda diagonal and"
            " complex; y_t = Re(C h_t) + D x_t."
        ),
        options={"r_min": 0.0, "r_max": 1.0, "max_phase": 6.28},
        implementations=("scan", "loop"),
        parallel="scan",
        parameters=lru_parameters,
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
    ),
]
