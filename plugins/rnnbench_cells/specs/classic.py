"""The classic cells."""

import rnnbench

SPECS = [
    rnnbench.CellSpec(
        name="rnn",
        build="rnnbench_cells.classic:build_rnn",
        source="Elman 1990, doi:10.1207/s15516709cog1402_1",
        summary="h_t = f(W x_t + U h_{t-1} + b): the vanilla recurrent network, with any named activation f.",
        options={"nonlinearity": "tanh"},
    ),
    rnnbench.CellSpec(
        name="lstm",
        build="rnnbench_cells.classic:build_lstm",
        source="Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et al. 2000",
        summary="Long short-term memory with input, forget and output gates.",
        options={"forget_bias": 1.0, "chrono": 0.0},
    ),
    rnnbench.CellSpec(
        name="gru",
        build="rnnbench_cells.classic:build_gru",
        source="Cho et al. 2014, arXiv:1406.1078v1 (reset after the product)",
        summary="Gated recurrent unit with update and reset gates.",
    ),
]
