"""Specs of cells over frames, (B, T, C, H, W)."""

import rnnbench

FrameSize = tuple[int, int, int]
"""Size of one frame as (channels, height, width)."""


def _parameters(
    input_size: FrameSize,
    hidden_size: int,
    *,
    kernel_size: int = 3,
    peepholes: bool = False,
    **_: object,
) -> int:
    """Return the parameters of two convolutions, one with a bias, and of three peepholes."""
    channels, height, width = input_size
    convolutions = 4 * hidden_size * ((channels + hidden_size) * kernel_size**2 + 1)
    if not peepholes:
        return convolutions
    return convolutions + 3 * hidden_size * height * width


def _state_floats(input_size: FrameSize, hidden_size: int, **_: object) -> int:
    """Return the size of H and C, hidden * height * width each."""
    height, width = input_size[1:]
    return 2 * hidden_size * height * width


SPECS = [
    rnnbench.CellSpec(
        name="convlstm2d",
        build="rnnbench_cells.convlstm:ConvLSTM2d",
        source="Shi et al. 2015, arXiv:1506.04214, equation 3",
        summary="ConvLSTM: long short-term memory over frames, with convolutions for matrices.",
        options={"kernel_size": 3, "peepholes": False, "forget_bias": 1.0},
        inputs="frames",
        implementations=("eager", "compiled"),
        parameters=_parameters,
        state_floats=_state_floats,
    ),
]
