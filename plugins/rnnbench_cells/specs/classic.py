"""Specs of the classic cells: vanilla networks, LSTMs and GRUs."""

import rnnbench

NATIVE = ("native", "eager", "compiled", "fused")
STEPS = ("eager", "compiled")
FUSED = (*STEPS, "fused")


def _with_two_biases(gates: int, input_size: int, hidden_size: int) -> int:
    """Return the parameters of W, U and two biases for each gate, as in torch's kernels."""
    return gates * hidden_size * (input_size + hidden_size + 2)


SPECS = [
    rnnbench.CellSpec(
        name="rnn",
        build="rnnbench_cells.rnn:build_rnn",
        source="Elman 1990, doi:10.1207/s15516709cog1402_1",
        summary=(
            "Vanilla recurrent network: h_t = f(W x_t + U h_{t-1} + b), with a choice of"
            " activations f."
        ),
        options={"nonlinearity": "tanh"},
        implementations=NATIVE,
        parameters=lambda input_size, hidden_size, **_: _with_two_biases(
            1, input_size, hidden_size
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="irnn",
        build="rnnbench_cells.rnn:build_irnn",
        source="Le, Jaitly & Hinton 2015, arXiv:1504.00941",
        summary=(
            "IRNN: vanilla recurrent network with relu whose recurrent matrix starts as the"
            " identity."
        ),
        options={"scale": 1.0},
        implementations=NATIVE,
        parameters=lambda input_size, hidden_size, **_: _with_two_biases(
            1, input_size, hidden_size
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="lstm",
        build="rnnbench_cells.lstm:build_lstm",
        source=(
            "Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et"
            " al. 2000"
        ),
        summary="Long short-term memory with input, forget and output gates.",
        options={"forget_bias": 1.0, "chrono": 0.0},
        implementations=NATIVE,
        parameters=lambda input_size, hidden_size, **_: _with_two_biases(
            4, input_size, hidden_size
        ),
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
    ),
    rnnbench.CellSpec(
        name="gru",
        build="rnnbench_cells.gru:build_gru",
        source="Cho et al. 2014, arXiv:1406.1078v1 (reset after the product)",
        summary=(
            "Gated recurrent unit whose reset gate acts after the product with the recurrent"
            " matrix."
        ),
        implementations=NATIVE,
        parameters=lambda input_size, hidden_size, **_: _with_two_biases(
            3, input_size, hidden_size
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="gru-v3",
        build="rnnbench_cells.gru:GRUv3",
        source="Cho et al. 2014, arXiv:1406.1078v3, equations 5 to 8 (reset before the product)",
        summary=(
            "Gated recurrent unit whose reset gate acts before the product with the recurrent"
            " matrix."
        ),
        options={"orthogonal": True},
        implementations=FUSED,
        parameters=lambda input_size, hidden_size, **_: (
            3 * hidden_size * (input_size + hidden_size + 1)
        ),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="layernorm-lstm",
        build="rnnbench_cells.layernorm_lstm:LayerNormLSTM",
        source="Ba, Kiros & Hinton 2016, arXiv:1607.06450, equations 20 to 22",
        summary=(
            "Long short-term memory with layer normalisation of input, recurrent input and cell"
            " state."
        ),
        options={"gain": 1.0, "forget_bias": 1.0},
        implementations=STEPS,
        # W, U and b, and a gain and a bias for each of the 4H + 4H + H normalised numbers.
        parameters=lambda input_size, hidden_size, **_: (
            4 * hidden_size * (input_size + hidden_size + 1) + 18 * hidden_size
        ),
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
    ),
]
