"""Specs of gated layers with one hidden state, related to the GRU."""

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
        "Two gates from the sum and the difference of W x_t and U h_{t-1}, without a nonlinearity"
        " on the state.",
        NORMAL,
    ),
    layer(
        "br",
        "BR",
        VECOVEN,
        "Bistable units: each unit feeds back to itself alone, with a gain in (0, 2) that allows"
        " two stable states.",
        NORMAL,
    ),
    layer(
        "nbr",
        "NBR",
        VECOVEN,
        "Bistable units whose feedback gain and gate depend on the states of all units.",
        SHARED,
    ),
    layer(
        "cfn",
        "CFN",
        "Laurent & von Brecht 2016, arXiv:1612.06212",
        "Chaos-free network: h_t = f_t tanh(h_{t-1}) + z_t tanh(W x_t), whose state decays without"
        " input.",
        SHARED,
    ),
    layer(
        "sgu",
        "SGU",
        "Gao & Glowacka 2016, arXiv:1604.02910",
        "Simple gated unit: the input multiplies the state before the recurrent matrix; softplus"
        " output, hard sigmoid gate.",
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
        "Deep simple gated unit: an SGU with another matrix before its output, which is a sigmoid.",
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
        "Gate and candidate share one pair of matrices, with two learned scalars; unlike in the"
        " paper, the gate is a tanh.",
        SHARED | {"nonlinearity": "tanh", "zeta_init": 3.0, "nu_init": -3.0},
    ),
    layer(
        "intersection-rnn",
        "IntersectionRNN",
        "Collins et al. 2016, arXiv:1611.09913",
        "Two gated paths, over depth from x_t and over time from h_{t-1}; input size and hidden"
        " size are equal.",
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
        "h_t = (1 - f_t) h_{t-1} + f_t tanh(W x_t), where the gate f_t alone sees the state.",
        SHARED,
    ),
    layer(
        "ligru",
        "LiGRU",
        "Ravanelli et al. 2018, arXiv:1803.10225",
        "A GRU with relu and without a reset gate; unlike in the paper, without batch"
        " normalisation.",
        SHARED | {"nonlinearity": "relu", "gate_nonlinearity": "sigmoid"},
    ),
    layer(
        "mgu",
        "MGU",
        "Zhou et al. 2016, arXiv:1603.09420",
        "A GRU with one gate that updates and resets: h_t = (1 - f_t) h_{t-1} + f_t tanh(W x_t +"
        " U (f_t h_{t-1}) + b).",
        SHARED | {"nonlinearity": "tanh", "gate_nonlinearity": "sigmoid"},
    ),
    layer(
        "minimal-rnn",
        "MinimalRNN",
        "Chen 2017, arXiv:1711.06788",
        "h_t = u_t h_{t-1} + (1 - u_t) tanh(W x_t), where one gate u_t mixes the state with an"
        " embedding of the input.",
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
        "Minion recurrent unit: a GRU whose update gate is a constant.",
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
        "Minion recurrent unit: a GRU whose update and reset gates are constants, a leaky vanilla"
        " network.",
        SHARED | {"update_coefficient": 0.5, "reset_coefficient": 0.5, "nonlinearity": "tanh"},
    ),
    layer(
        "mut1",
        "MUT1",
        JOZEFOWICZ,
        "GRU variant found by evolution: the update gate sees only x_t; the candidate adds the"
        " tanh of a projection of x_t.",
        SHARED,
    ),
    layer(
        "mut2",
        "MUT2",
        JOZEFOWICZ,
        "GRU variant found by evolution; as x_t is projected in the reset gate, it equals a GRU"
        " that resets before the product.",
        SHARED,
    ),
    layer(
        "mut3",
        "MUT3",
        JOZEFOWICZ,
        "GRU variant found by evolution: the update gate sees tanh(h_{t-1}).",
        SHARED,
    ),
    layer(
        "sgrn",
        "SGRN",
        "Zu et al. 2020, doi:10.1049/gtd2.12056",
        "h_t = tanh((1 - f_t) W x_t + f_t h_{t-1}), where the gate f_t = sigmoid(W x_t +"
        " U h_{t-1}) shares W.",
        SHARED,
    ),
    layer(
        "star",
        "STAR",
        "Turkoglu et al. 2019, arXiv:1911.11033",
        "h_t = tanh((1 - k_t) h_{t-1} + k_t tanh(W x_t)), with one gate k_t, made for deep stacks.",
        SHARED,
    ),
    layer(
        "taugru",
        "tauGRU",
        "Erichson et al. 2022, arXiv:2212.00228",
        "A gated delay equation that also sees the state `delay` steps earlier, which the returned"
        " state does not include.",
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
