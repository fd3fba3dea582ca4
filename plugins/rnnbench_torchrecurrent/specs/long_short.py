"""Layers with a hidden and a cell state, kin of the LSTM."""

import rnnbench
from rnnbench_torchrecurrent.specs.layer import SHARED, layer

SPECS: list[rnnbench.CellSpec] = [
    layer(
        "janet",
        "JANET",
        "van der Westhuizen & Lasenby 2018, arXiv:1804.04849",
        "An LSTM with the forget gate alone, whose complement is shifted by beta; here beta is"
        " learned.",
        SHARED | {"beta": 1.0},
    ),
    layer(
        "mclstm",
        "MCLSTM",
        "Intel 2017, Sequence Modeling, NIPS workshop: the memory-controller LSTM, not the"
        " mass-conserving one",
        "An LSTM whose gates see a control vector of their own, so that the output does not recur.",
        SHARED | {"gate_nonlinearity": "sigmoid", "cell_nonlinearity": "tanh"},
    ),
    layer(
        "multiplicative-lstm",
        "MultiplicativeLSTM",
        "Krause et al. 2016, arXiv:1609.07959",
        "An LSTM whose gates see (W x_t) (U h_{t-1}) in place of the state: another transition for"
        " each input.",
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
        "Found by search; the fourth node adds W x_t and U h_{t-1} here, and multiplies them in the"
        " authors' code.",
        SHARED,
    ),
    layer(
        "original-lstm",
        "OriginalLSTM",
        "Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735",
        "The LSTM before there were forget gates: c_t = c_{t-1} + i_t tanh(...).",
        SHARED,
    ),
    layer(
        "peephole-lstm",
        "PeepholeLSTM",
        "Gers et al. 2002, jmlr.org/papers/v3/gers02a",
        "An LSTM whose gates see the cell state, unit by unit.",
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
        "Recurrent additive network: the cell state is a gated sum of inputs mapped linearly.",
        SHARED,
    ),
    layer(
        "reslstm",
        "ResLSTM",
        "Kim et al. 2017, arXiv:1701.03360",
        "A peephole LSTM with a projection, and x_t added before the output gate.",
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
        "An LSTM whose gates see the cell state through a matrix and a tanh.",
        SHARED
        | {
            "memory_bias": True,
            "memory_kernel_init": "xavier_uniform",
            "memory_bias_init": "zeros",
        },
    ),
]
