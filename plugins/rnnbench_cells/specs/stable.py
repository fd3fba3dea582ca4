"""Specs of cells with stable dynamics by construction, and of the echo state network."""

import rnnbench

STEPPED = ("eager", "compiled")


def exprnn_parameters(
    input_size: int, hidden_size: int, nonlinearity: str = "modrelu", **_: object
) -> int:
    """Return the number of parameters: T H I, A H (H - 1) / 2, the bias of modrelu H."""
    bias = hidden_size if nonlinearity == "modrelu" else 0
    return hidden_size * input_size + hidden_size * (hidden_size - 1) // 2 + bias


def antisymmetric_parameters(
    input_size: int, hidden_size: int, gated: bool = False, **_: object
) -> int:
    """Return the number of parameters: W H (H - 1) / 2, V and b H (I + 1), twice with a gate."""
    maps_of_input = 2 if gated else 1
    of_input = maps_of_input * hidden_size * (input_size + 1)
    return hidden_size * (hidden_size - 1) // 2 + of_input


SPECS: list[rnnbench.CellSpec] = [
    rnnbench.CellSpec(
        name="exprnn",
        build="rnnbench_cells.orthogonal:ExpRNN",
        source="Lezcano-Casado & Martinez-Rubio 2019, arXiv:1901.08428, sections 3 and 4",
        summary=(
            "expRNN: h_t = modrelu(exp(A) h_{t-1} + T x_t), with A skew-symmetric and exp(A)"
            " orthogonal."
        ),
        options={"nonlinearity": "modrelu", "initialization": "henaff"},
        implementations=STEPPED,
        parameters=exprnn_parameters,
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="cornn",
        build="rnnbench_cells.oscillators:CoRNN",
        source="Rusch & Mishra 2021, arXiv:2010.00951, equation 3",
        summary=(
            "coRNN: discretised coupled oscillators, damped and driven by the input; the state is"
            " position and velocity."
        ),
        options={"dt": 0.042, "gamma": 2.7, "epsilon": 4.7, "damping": "explicit"},
        implementations=STEPPED,
        parameters=lambda input_size, hidden_size, **_: (
            hidden_size * (input_size + 2 * hidden_size + 1)
        ),
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
    ),
    rnnbench.CellSpec(
        name="lem",
        build="rnnbench_cells.oscillators:LEM",
        source="Rusch et al. 2022, arXiv:2110.04744, equation 3",
        summary=(
            "Long expressive memory: two states, each with a time scale that is learned from input"
            " and state."
        ),
        options={"dt": 1.0},
        implementations=STEPPED,
        parameters=lambda input_size, hidden_size, **_: (
            4 * hidden_size * (input_size + hidden_size + 2)
        ),
        state_floats=lambda _input_size, hidden_size, **_: 2 * hidden_size,
    ),
    rnnbench.CellSpec(
        name="indrnn",
        build="rnnbench_cells.indrnn:IndRNN",
        source="Li et al. 2018, arXiv:1803.04831, equation 2",
        summary=(
            "IndRNN: h_t = relu(W x_t + u * h_{t-1} + b), where each unit feeds back to itself"
            " alone."
        ),
        options={"horizon": 0},
        implementations=STEPPED,
        parameters=lambda input_size, hidden_size, **_: hidden_size * (input_size + 2),
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="antisymmetric",
        build="rnnbench_cells.antisymmetric:AntisymmetricRNN",
        source="Chang et al. 2019, arXiv:1902.09689, equations 10 and 13",
        summary=(
            "Antisymmetric RNN: h_t = h_{t-1} + epsilon tanh((W - W^T - gamma I) h_{t-1} + V x_t"
            " + b), optionally gated."
        ),
        options={"epsilon": 0.01, "gamma": 0.01, "gated": False, "weight_scale": 1.0},
        implementations=STEPPED,
        parameters=antisymmetric_parameters,
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
    rnnbench.CellSpec(
        name="esn",
        build="rnnbench_cells.reservoir:EchoStateNetwork",
        source=(
            "Jaeger 2001, GMD report 148; leaky units: Lukosevicius 2012,"
            " doi:10.1007/978-3-642-35289-8_36"
        ),
        summary=(
            "Echo state network: a fixed random reservoir, of which only the readout is trained,"
            " by gradient descent."
        ),
        options={"spectral_radius": 0.9, "leak": 1.0, "input_scaling": 1.0, "connections": 10},
        implementations=STEPPED,
        parameters=lambda _input_size, _hidden_size, **_: 0,
        state_floats=lambda _input_size, hidden_size, **_: hidden_size,
    ),
]
