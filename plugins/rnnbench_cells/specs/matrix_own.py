"""Specs of cells with a matrix for a state whose maps of the input are their own."""

import rnnbench


def mlstm_parameters(input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the number of parameters.

    They are I (2 N K + 2 H) for q, k, v and the output gate, 2 N (I + 1) for the other gates, and H
    for the norm.
    """
    gates = 2 * heads * (input_size + 1)
    return 2 * input_size * (heads * key_size + hidden_size) + gates + hidden_size


def mlstm_state(_input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the size of the state: K H for C, N K for n, N for m."""
    return key_size * hidden_size + heads * key_size + heads


def rwkv7_parameters(
    input_size: int,
    hidden_size: int,
    heads: int = 4,
    key_size: int = 16,
    rank: int = 16,
    token_shift: bool = False,
) -> int:
    """Return the number of parameters.

    They are I (2 N K + H) for r, k and v, R (3 I + 2 N K + H) for low-rank maps, 2 N K for their
    biases, 3 N K for scales of keys, 2 H for the norm, and 6 I for the mixes of token shift.
    """
    keys = heads * key_size
    linear = input_size * (2 * keys + hidden_size)
    low_rank = rank * (3 * input_size + 2 * keys + hidden_size) + 2 * keys
    return linear + low_rank + 3 * keys + 2 * hidden_size + token_shift * 6 * input_size


def rwkv7_state(
    input_size: int,
    hidden_size: int,
    key_size: int = 16,
    token_shift: bool = False,
    **_: object,
) -> int:
    """Return the size of the state: K H for S, and I for x_{t-1} with token shift."""
    return key_size * hidden_size + token_shift * input_size


def mamba3_parameters(input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the number of parameters.

    They are I (2 H + 2 K + 3 N + K / 2) for all maps, 2 K for norms, 2 N K for biases of keys, and
    2 N for the bias of time steps and the skip.
    """
    maps = 2 * hidden_size + 2 * key_size + 3 * heads + key_size // 2
    return input_size * maps + 2 * key_size + 2 * heads * key_size + 2 * heads


def mamba3_state(_input_size: int, hidden_size: int, heads: int = 4, key_size: int = 16) -> int:
    """Return the size of the state: K H for S, H for x_{t-1}, N K for b_{t-1}, N K / 2 angles."""
    return key_size * hidden_size + hidden_size + heads * key_size + heads * (key_size // 2)


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="mlstm",
        build="rnnbench_cells.matrix.mlstm:MLSTM",
        source="Beck et al. 2024, arXiv:2405.04517, section 2.3",
        summary=(
            "mLSTM: C_t = f_t C_{t-1} + i_t k_t v_t^T with exponential input gates, normalised."
        ),
        options={"heads": 4, "key_size": 16},
        implementations=("chunk", "eager", "compiled"),
        parallel="chunk",
        hidden_multiple="heads",
        parameters=mlstm_parameters,
        state_floats=mlstm_state,
        reference="rnnbench_cells.matrix.references_more:mlstm",
    ),
    rnnbench.CellSpec(
        name="rwkv7",
        build="rnnbench_cells.matrix.rwkv7:RWKV7",
        source="Peng et al. 2025, arXiv:2503.14456, section 4",
        summary=("RWKV-7: decays by channel, and what is erased and written go to different keys."),
        options={"heads": 4, "key_size": 16, "rank": 16, "token_shift": False},
        implementations=("chunk", "eager", "compiled"),
        parallel="chunk",
        hidden_multiple="heads",
        parameters=rwkv7_parameters,
        state_floats=rwkv7_state,
        reference="rnnbench_cells.matrix.references_more:rwkv7",
    ),
    rnnbench.CellSpec(
        name="mamba3",
        build="rnnbench_cells.matrix.mamba3:Mamba3",
        source="Lahoti et al. 2026, arXiv:2603.15569, propositions 1 and 4",
        summary=(
            "Mamba-3: a state space whose state rotates, by a trapezoidal rule over two steps."
        ),
        options={"heads": 4, "key_size": 16},
        implementations=("chunk", "eager", "compiled"),
        parallel="chunk",
        hidden_multiple="heads",
        parameters=mamba3_parameters,
        state_floats=mamba3_state,
        reference="rnnbench_cells.matrix.references_more:mamba3",
    ),
]
