"""Layers with gates over one hidden state, kin of the GRU."""

import rnnbench
from rnnbench_torchrecurrent.specs.layer import NORMAL, SHARED, layer

JOZEFOWICZ = "Jozefowicz et al. 2015, proceedings.mlr.press/v37/jozefowicz15"
VECOVEN = "Vecoven et al. 2021, doi:10.1371/journal.pone.0252676"
ZYARAH = "Zyarah & Kudithipudi 2025, arXiv:2503.06175, doi:10.1016/j.neucom.2026.132847"

SPECS: list[rnnbench.CellSpec] = [
    layer(
        "atr",
        "ATR",
        "Zhang et al. 2018, arXiv:1810.12546",
        "Twin gates from the sum and the difference of W x_t and U h_{t-1}; no squashing of the"
        " state.",
        NORMAL,
    ),
    layer(
        "br",
        "BR",
        VECOVEN,
        "Bistable unit: each neuron feeds back to itself alone, with a gain in (0, 2) that can hold"
        " one of two states.",
        NORMAL,
    ),
    layer(
        "nbr",
        "NBR",
        VECOVEN,
        "Bistable units whose gain and gate are modulated by the whole layer.",
        SHARED,
    ),
    layer(
        "cfn",
        "CFN",
        "Laurent & von Brecht 2016, arXiv:1612.06212",
        "Chaos-free network: h_t = f_t tanh(h_{t-1}) + z_t tanh(W x_t), which decays where inputs"
        " stop.",
        SHARED,
    ),
    layer(
        "sgu",
        "SGU",
        "Gao & Glowacka 2016, arXiv:1604.02910",
        "Simple gated unit: the input multiplies the state before the matrix; softplus outputs,"
        " hard gate.",
        SHARED
        | {
            "nonlinearity": "tanh",
            "output_nonlinearity": "softplus",
            "gate_nonlinearity": "hard_sigmoid",
        },
    ),
    layer(
        "dsgu",
        "DSGU",
        "Gao & Glowacka 2016, arXiv:1604.02910",
        "Deep simple gated unit: an SGU with one more matrix before a sigmoid output.",
        SHARED
        | {
            "nonlinearity": "tanh",
            "output_nonlinearity": "sigmoid",
            "gate_nonlinearity": "hard_sigmoid",
        },
    ),
    layer(
        "fastgrnn",
        "FastGRNN",
        "Kusupati et al. 2018, arXiv:1901.02358",
        "One pair of matrices for gate and candidate, two learned scalars; here the gate is a tanh,"
        " not a sigmoid.",
        SHARED | {"nonlinearity": "tanh", "zeta_init": 3.0, "nu_init": -3.0},
    ),
    layer(
        "intersection-rnn",
        "IntersectionRNN",
        "Collins et al. 2016, arXiv:1611.09913",
        "Two gated paths, one over depth from x_t and one over time from h_{t-1}; as many inputs as"
        " units.",
        SHARED
        | {
            "depth_nonlinearity": "relu",
            "recurrent_nonlinearity": "tanh",
            "gate_nonlinearity": "sigmoid",
        },
        same_size=True,
    ),
    layer(
        "lightru",
        "LightRU",
        "Ye et al. 2024, doi:10.3390/electronics13163204",
        "h_t = (1 - f_t) h_{t-1} + f_t tanh(W x_t): the candidate sees no state, the gate does.",
        SHARED,
    ),
    layer(
        "ligru",
        "LiGRU",
        "Ravanelli et al. 2018, arXiv:1803.10225",
        "A GRU without reset gate and with relu; here without the batch normalisation of the"
        " paper.",
        SHARED | {"nonlinearity": "relu", "gate_nonlinearity": "sigmoid"},
    ),
    layer(
        "mgu",
        "MGU",
        "Zhou et al. 2016, arXiv:1603.09420",
        "One gate forgets and resets: h_t = (1 - f_t) h_{t-1} + f_t tanh(W x_t + U (f_t h_{t-1})"
        " + b).",
        SHARED | {"nonlinearity": "tanh", "gate_nonlinearity": "sigmoid"},
    ),
    layer(
        "minimal-rnn",
        "MinimalRNN",
        "Chen 2017, arXiv:1711.06788",
        "h_t = u_t h_{t-1} + (1 - u_t) tanh(W x_t): inputs go through a map without state, one gate"
        " mixes.",
        SHARED
        | {
            "nonlinearity": "tanh",
            "gate_nonlinearity": "sigmoid",
            "memory_kernel_init": "xavier_uniform",
        },
    ),
    layer(
        "miru1",
        "MiRU1",
        ZYARAH,
        "Minion unit: a GRU whose update gate is a fixed number.",
        SHARED
        | {
            "update_coefficient": 0.5,
            "nonlinearity": "tanh",
            "gate_nonlinearity": "sigmoid",
        },
    ),
    layer(
        "miru2",
        "MiRU2",
        ZYARAH,
        "Minion unit: a GRU whose update and reset gates are fixed numbers, which is a leaky"
        " vanilla network.",
        SHARED | {"update_coefficient": 0.5, "reset_coefficient": 0.5, "nonlinearity": "tanh"},
    ),
    layer(
        "mut1",
        "MUT1",
        JOZEFOWICZ,
        "Found by evolution: the update gate sees x_t alone; here x_t is projected before the"
        " tanh.",
        SHARED,
    ),
    layer(
        "mut2",
        "MUT2",
        JOZEFOWICZ,
        "Found by evolution; with x_t projected for the reset gate, as here, a GRU that resets"
        " before the product.",
        SHARED,
    ),
    layer(
        "mut3",
        "MUT3",
        JOZEFOWICZ,
        "Found by evolution: the update gate sees tanh(h_{t-1}).",
        SHARED,
    ),
    layer(
        "sgrn",
        "SGRN",
        "Zu et al. 2020, doi:10.1049/gtd2.12056",
        "h_t = tanh((1 - f_t) W x_t + f_t h_{t-1}), the gate from the same two matrices as the"
        " content.",
        SHARED,
    ),
    layer(
        "star",
        "STAR",
        "Turkoglu et al. 2019, arXiv:1911.11033",
        "One gate between tanh(W x_t) and the state, and a tanh around both, to stack many layers.",
        SHARED,
    ),
    layer(
        "taugru",
        "tauGRU",
        "Erichson et al. 2022, arXiv:2212.00228",
        "A gated delay equation that sees the state `delay` steps back; the state it returns lacks"
        " those steps.",
        SHARED | {"delay": 1, "nonlinearity": "tanh", "gate_nonlinearity": "sigmoid"},
        carries_state=False,
    ),
    layer(
        "ugrnn",
        "UGRNN",
        "Collins et al. 2016, arXiv:1611.09913",
        "A vanilla network with an update gate.",
        SHARED,
    ),
]
