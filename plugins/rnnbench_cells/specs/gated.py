"""Specs of gated cells that are not in the family of LSTM and GRU as torch has them."""

import rnnbench

STEPPED = ("eager", "compiled")

SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="janet",
        build="rnnbench_cells.gated:JANET",
        source="van der Westhuizen & Lasenby 2018, arXiv:1804.04849, section 3",
        summary=(
            "JANET: an LSTM with only a forget gate, which writes by 1 - sigmoid(s_t - beta) and"
            " keeps by sigmoid(s_t)."
        ),
        options={"beta": 1.0, "forget_bias": 1.0, "chrono": 0.0},
        implementations=(*STEPPED, "fused"),
        parameters=lambda input_size, hidden_size, **_: (
            2 * hidden_size * (input_size + hidden_size + 1)
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
        reference="rnnbench_cells.references.gated:janet",
    ),
    rnnbench.CellSpec(
        name="ur-lstm",
        build="rnnbench_cells.ur_lstm:URLSTM",
        source="Gu et al. 2020, arXiv:1910.09890",
        summary=(
            "UR-LSTM: an LSTM whose forget gate starts at many time scales and is refined by a"
            " second gate; the input gate is its complement."
        ),
        implementations=STEPPED,
        parameters=lambda input_size, hidden_size, **_: (
            4 * hidden_size * (input_size + hidden_size + 1)
        ),
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
        reference="rnnbench_cells.references.gated:ur_lstm",
    ),
    rnnbench.CellSpec(
        name="fastgrnn",
        build="rnnbench_cells.gated:FastGRNN",
        source="Kusupati et al. 2018, arXiv:1901.02358, section 3",
        summary=(
            "FastGRNN: gate and candidate share one pair of matrices, with two learned numbers"
            " between them."
        ),
        options={"zeta": 1.0, "nu": -4.0},
        implementations=STEPPED,
        parameters=lambda input_size, hidden_size, **_: (
            hidden_size * (input_size + hidden_size + 2) + 2
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
        reference="rnnbench_cells.references.gated:fastgrnn",
    ),
]
