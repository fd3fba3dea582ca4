"""Cells over frames."""

import rnnbench

FrameSize = tuple[int, int, int]


def _parameters(
    input_size: FrameSize,
    hidden_size: int,
    *,
    kernel_size: int = 3,
    peepholes: bool = False,
    **_: object,
) -> int:
    channels, height, width = input_size
    convolutions = 4 * hidden_size * ((channels + hidden_size) * kernel_size**2 + 1)
    return convolutions + (3 * hidden_size * height * width if peepholes else 0)


def _state_floats(input_size: FrameSize, hidden_size: int, **_: object) -> int:
    height, width = input_size[1:]
    return 2 * hidden_size * height * width


SPECS = [
    rnnbench.CellSpec(
        name="convlstm2d",
        build="rnnbench_cells.convlstm:ConvLSTM2d",
        source="Shi et al. 2015, arXiv:1506.04214, equation 3",
        summary="Long short-term memory over frames: each product with a matrix is a convolution.",
        options={"kernel_size": 3, "peepholes": False, "forget_bias": 1.0},
        inputs="frames",
        implementations=("eager", "compiled"),
        parameters=_parameters,
        state_floats=_state_floats,
    ),
]
