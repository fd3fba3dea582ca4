"""Specs of layers with a hidden state and a cell state, related to the LSTM."""

import rnnbench
from rnnbench_torchrecurrent.specs.layer import SHARED, layer

SPECS: list[rnnbench.CellSpec] = [
    layer(
        "janet",
        "JANET",
        "van der Westhuizen & Lasenby 2018, arXiv:1804.04849",
        "An LSTM with only a forget gate, whose complement is shifted by beta; unlike in the"
        " paper, beta is learned.",
        SHARED | {"beta": 1.0},
    ),
    layer(
        "mclstm",
        "MCLSTM",
        "Intel 2017, Sequence Modeling, NIPS workshop: the memory-controller LSTM, not the"
        " mass-conserving one",
        "An LSTM whose gates see a separate control vector in place of the previous output.",
        SHARED | {"gate_nonlinearity": "sigmoid", "cell_nonlinearity": "tanh"},
    ),
    layer(
        "multiplicative-lstm",
        "MultiplicativeLSTM",
        "Krause et al. 2016, arXiv:1609.07959",
        "An LSTM whose gates see the product (W x_t) (U h_{t-1}) in place of h_{t-1}: the"
        " transition depends on the input.",
        SHARED
        | {
            "multiplicative_bias": True,
            "multiplicative_kernel_init": "normal",
            "multiplicative_bias_init": "zeros",
        },
    ),
    layer(
        "nas",
        "NAS",
        "Zoph & Le 2016, arXiv:1611.01578, figure 8",
        "Cell found by architecture search; its fourth node adds W x_t and U h_{t-1}, which the"
        " authors' code multiplies.",
        SHARED,
    ),
    layer(
        "original-lstm",
        "OriginalLSTM",
        "Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735",
        "The original LSTM of 1997, without a forget gate: c_t = c_{t-1} + i_t tanh(...).",
        SHARED,
    ),
    layer(
        "peephole-lstm",
        "PeepholeLSTM",
        "Gers et al. 2002, jmlr.org/papers/v3/gers02a",
        "An LSTM with peepholes: each unit's gates also see its own cell state.",
        SHARED
        | {
            "nonlinearity": "tanh",
            "gate_nonlinearity": "sigmoid",
            "peephole_kernel_init": "normal",
        },
    ),
    layer(
        "ran",
        "RAN",
        "Lee et al. 2017, arXiv:1705.07393",
        "Recurrent additive network: the cell state is a gated sum of linear maps of the inputs.",
        SHARED,
    ),
    layer(
        "reslstm",
        "ResLSTM",
        "Kim et al. 2017, arXiv:1701.03360",
        "Residual LSTM: a peephole LSTM whose cell state is projected and added to a map of x_t.",
        SHARED
        | {
            "nonlinearity": "tanh",
            "gate_nonlinearity": "sigmoid",
            "peephole_kernel_init": "normal",
            "proj_init": "xavier_uniform",
            "residual_init": "xavier_uniform",
        },
    ),
    layer(
        "wmclstm",
        "WMCLSTM",
        "Landi et al. 2021, arXiv:2109.00020",
        "An LSTM whose gates also see the cell state, through a matrix and a tanh.",
        SHARED
        | {
            "memory_bias": True,
            "memory_kernel_init": "xavier_uniform",
            "memory_bias_init": "zeros",
        },
    ),
]
