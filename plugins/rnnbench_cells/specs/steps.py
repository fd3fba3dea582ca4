"""Specs of recent cells that only steps can run, since they are not linear in their state."""

import rnnbench


def slstm_parameters(input_size: int, hidden_size: int, heads: int = 4, **_: object) -> int:
    """Return the number of parameters: 4 H (I + 1) for inputs, 4 H^2 / N for the state."""
    return 4 * hidden_size * (input_size + 1 + hidden_size // heads)


def pd_ssm_parameters(input_size: int, hidden_size: int, dictionary: int = 8) -> int:
    """Return the number of parameters.

    They are K (I + 1) for the choice and K H^2 for the matrices, H (I + 1) + 2 H (H + 1) for the
    diagonal, and 2 H I, 2 H^2 and H I for B, C and E.
    """
    choice = dictionary * (input_size + 1 + hidden_size * hidden_size)
    diagonal = hidden_size * (input_size + 1) + 2 * hidden_size * (hidden_size + 1)
    return choice + diagonal + 3 * hidden_size * input_size + 2 * hidden_size * hidden_size


def m2rnn_parameters(input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the number of parameters: I (2 N K + H), N (I + 1) for forgetting, N V^2 = H V."""
    value = hidden_size // heads
    maps = input_size * (2 * heads * key_size + hidden_size)
    return maps + heads * (input_size + 1) + hidden_size * value


def ttt_parameters(input_size: int, hidden_size: int, heads: int = 1) -> int:
    """Return the number of parameters: 3 I H, N (I + 1) for rates, H V for W, 3 H for c and LN."""
    value = hidden_size // heads
    return (
        3 * input_size * hidden_size
        + heads * (input_size + 1)
        + hidden_size * value
        + 3 * hidden_size
    )


def titans_parameters(input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the number of parameters: I (2 N K + H), and 3 N (I + 1) for gates."""
    return input_size * (2 * heads * key_size + hidden_size) + 3 * heads * (input_size + 1)


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="slstm",
        build="rnnbench_cells.slstm:SLSTM",
        source="Beck et al. 2024, arXiv:2405.04517, section 2.2",
        summary="sLSTM: an LSTM with exponential gates and a normaliser, in heads.",
        options={"heads": 4, "forget": "sigmoid"},
        implementations=("eager", "compiled"),
        hidden_multiple="heads",
        parameters=slstm_parameters,
        state_floats=lambda _input_size, hidden_size, **_: 4 * hidden_size,
        reference="rnnbench_cells.matrix.references_steps:slstm",
    ),
    rnnbench.CellSpec(
        name="m2rnn",
        build="rnnbench_cells.matrix.by_steps:M2RNN",
        source="Mishra et al. 2026, arXiv:2603.14360",
        summary="M2RNN: S_t = f_t S_{t-1} + (1 - f_t) tanh(S_{t-1} W + k_t v_t^T).",
        options={"heads": 4, "key_size": 16},
        implementations=("eager", "compiled"),
        hidden_multiple="heads",
        parameters=m2rnn_parameters,
        state_floats=lambda _input_size, hidden_size, key_size=16, **_: key_size * hidden_size,
        reference="rnnbench_cells.matrix.references_steps:m2rnn",
    ),
    rnnbench.CellSpec(
        name="pd-ssm",
        build="rnnbench_cells.pd_ssm:PDSSM",
        source="Terzić et al. 2025, arXiv:2509.22284, section 3",
        summary="PD-SSM: h_t = P(x_t) D(x_t) h_{t-1} + B x_t; P has one-hot columns.",
        options={"dictionary": 8},
        implementations=("eager", "compiled"),
        straight_through=True,
        parameters=pd_ssm_parameters,
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
        reference="rnnbench_cells.matrix.references_steps:pd_ssm",
    ),
    rnnbench.CellSpec(
        name="ttt-linear",
        build="rnnbench_cells.matrix.learners:TTTLinear",
        source="Sun et al. 2024, arXiv:2407.04620, section 2",
        summary="TTT-Linear: the state is a linear model, trained by a gradient step at each step.",
        options={"heads": 1},
        implementations=("eager", "compiled"),
        hidden_multiple="heads",
        parameters=ttt_parameters,
        state_floats=lambda _input_size, hidden_size, heads=4: (
            hidden_size * (hidden_size // heads + 1)
        ),
        reference="rnnbench_cells.matrix.references_steps:ttt_linear",
    ),
    rnnbench.CellSpec(
        name="titans",
        build="rnnbench_cells.matrix.learners:Titans",
        source="Behrouz et al. 2025, arXiv:2501.00663, section 3.1",
        summary="Linear Titans: a memory trained at each step, with momentum and weight decay.",
        options={"heads": 4, "key_size": 16},
        implementations=("eager", "compiled"),
        hidden_multiple="heads",
        parameters=titans_parameters,
        state_floats=lambda _input_size, hidden_size, key_size=16, **_: 2 * key_size * hidden_size,
        reference="rnnbench_cells.matrix.references_steps:titans",
    ),
]
