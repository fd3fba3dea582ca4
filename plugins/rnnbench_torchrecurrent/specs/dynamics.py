"""Layers built from a dynamical system, from a constraint on the recurrent matrix, or from
types."""

import rnnbench
from rnnbench_torchrecurrent.specs.layer import NORMAL, SHARED, layer

BALDUZZI = "Balduzzi & Ghifary 2016, arXiv:1602.02218"
CHANG = "Chang et al. 2019, arXiv:1902.09689"

SPECS: list[rnnbench.CellSpec] = [
    layer(
        "antisymmetric-rnn",
        "AntisymmetricRNN",
        CHANG,
        "Euler steps of size epsilon through U - U^T - gamma I; here epsilon is 1 and U drawn from"
        " N(0, 1).",
        NORMAL | {"nonlinearity": "tanh", "epsilon": 1.0, "gamma": 0.0},
    ),
    layer(
        "gated-antisymmetric-rnn",
        "GatedAntisymmetricRNN",
        CHANG,
        "The antisymmetric network with an input gate that shares its recurrent matrix.",
        NORMAL | {"epsilon": 1.0, "gamma": 0.0},
    ),
    layer(
        "cornn",
        "coRNN",
        "Rusch & Mishra 2020, arXiv:2010.00951",
        "Coupled, damped, driven oscillators, integrated with steps of dt; the state is position"
        " and velocity.",
        SHARED
        | {
            "cell_bias": True,
            "dt": 0.1,
            "gamma": 1.0,
            "epsilon": 1.0,
            "cell_kernel_init": "xavier_uniform",
            "cell_bias_init": "zeros",
        },
    ),
    layer(
        "fastrnn",
        "FastRNN",
        "Kusupati et al. 2018, arXiv:1901.02358",
        "Vanilla with a weighted skip, two learned scalars; they begin the other way round than in"
        " the authors' code.",
        SHARED | {"nonlinearity": "tanh", "alpha_init": 3.0, "beta_init": -3.0},
    ),
    layer(
        "indrnn",
        "IndRNN",
        "Li et al. 2018, arXiv:1803.04831",
        "Each unit feeds back to itself alone; here with tanh and N(0, 1), in the paper with relu"
        " and bounds.",
        NORMAL | {"nonlinearity": "tanh"},
    ),
    layer(
        "lem",
        "LEM",
        "Rusch et al. 2021, arXiv:2110.04744, equation 3",
        "Long expressive memory: two gated time scales; here the output sees the cell state of the"
        " step before.",
        SHARED
        | {
            "cell_bias": True,
            "dt": 1.0,
            "cell_kernel_init": "xavier_uniform",
            "cell_bias_init": "zeros",
        },
    ),
    layer(
        "scrn",
        "SCRN",
        "Mikolov et al. 2014, arXiv:1412.7753",
        "A vanilla network beside slowly changing context units; here their rate is learned, and"
        " one for all.",
        SHARED
        | {
            "context_bias": True,
            "context_kernel_init": "normal",
            "context_bias_init": "zeros",
            "alpha": 0.5,
        },
    ),
    layer(
        "unicornn",
        "UnICORNN",
        "Rusch & Mishra 2021, arXiv:2103.05487",
        "Undamped oscillators that are coupled only by their inputs, integrated so that volume is"
        " kept.",
        SHARED
        | {
            "recurrent_bias": False,
            "recurrent_kernel_init": "uniform",
            "control_kernel_init": "uniform_centered",
            "dt": 0.1,
            "alpha": 0.0,
        },
    ),
    layer(
        "trnn",
        "TRNN",
        BALDUZZI,
        "Strongly typed: h_t = f_t h_{t-1} + (1 - f_t) W x_t, where f_t sees x_t alone.",
        {
            "bias": True,
            "gate_nonlinearity": "sigmoid",
            "kernel_init": "xavier_uniform",
            "bias_init": "zeros",
        },
    ),
    layer(
        "tgru",
        "TGRU",
        BALDUZZI,
        "Strongly typed GRU: gates and contents see x_t and x_{t-1} but never the state.",
        SHARED | {"gate_nonlinearity": "sigmoid", "output_nonlinearity": "tanh"},
    ),
    layer(
        "tlstm",
        "TLSTM",
        BALDUZZI,
        "Strongly typed LSTM: gates and contents see x_t and x_{t-1} but never the state.",
        SHARED | {"gate_nonlinearity": "sigmoid", "output_nonlinearity": "tanh"},
    ),
]
