"""Specs of layers from dynamical systems, constrained recurrent matrices, or strong typing."""

import rnnbench
from rnnbench_torchrecurrent.specs.layer import NORMAL, SHARED, layer

BALDUZZI = "Balduzzi & Ghifary 2016, arXiv:1602.02218"
CHANG = "Chang et al. 2019, arXiv:1902.09689"

SPECS: list[rnnbench.CellSpec] = [
    layer(
        "antisymmetric-rnn",
        "AntisymmetricRNN",
        CHANG,
        "Euler steps of size epsilon with the matrix U - U^T - gamma I; by default, epsilon is 1"
        " and U starts from N(0, 1).",
        NORMAL | {"nonlinearity": "tanh", "epsilon": 1.0, "gamma": 0.0},
    ),
    layer(
        "gated-antisymmetric-rnn",
        "GatedAntisymmetricRNN",
        CHANG,
        "The antisymmetric network with an input gate that shares the recurrent matrix.",
        NORMAL | {"epsilon": 1.0, "gamma": 0.0},
    ),
    layer(
        "cornn",
        "coRNN",
        "Rusch & Mishra 2020, arXiv:2010.00951",
        "Coupled oscillators, damped and driven by the input, in steps of dt; the state is"
        " position and velocity.",
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
        "Vanilla network with a skip connection and two learned weights, whose initial values are"
        " swapped against the authors' code.",
        SHARED | {"nonlinearity": "tanh", "alpha_init": 3.0, "beta_init": -3.0},
    ),
    layer(
        "indrnn",
        "IndRNN",
        "Li et al. 2018, arXiv:1803.04831",
        "Each unit feeds back to itself alone; the defaults are tanh and weights from N(0, 1), in"
        " the paper relu and bounded weights.",
        NORMAL | {"nonlinearity": "tanh"},
    ),
    layer(
        "lem",
        "LEM",
        "Rusch et al. 2021, arXiv:2110.04744, equation 3",
        "Long expressive memory with two gated time scales; unlike in the paper, the output sees"
        " the previous cell state.",
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
        "A vanilla network with slowly changing context units; unlike in the paper, their one"
        " common rate is learned.",
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
        "Undamped oscillators that are coupled only through the inputs, in volume-preserving"
        " steps.",
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
        "Strongly typed RNN: h_t = f_t h_{t-1} + (1 - f_t) W x_t, where f_t sees only x_t.",
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
        "Strongly typed GRU: gates and candidate see x_t and x_{t-1} but never the state.",
        SHARED | {"gate_nonlinearity": "sigmoid", "output_nonlinearity": "tanh"},
    ),
    layer(
        "tlstm",
        "TLSTM",
        BALDUZZI,
        "Strongly typed LSTM: gates and candidate see x_t and x_{t-1} but never the state.",
        SHARED | {"gate_nonlinearity": "sigmoid", "output_nonlinearity": "tanh"},
    ),
]
