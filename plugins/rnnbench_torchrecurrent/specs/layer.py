"""One layer of torchrecurrent as a cell, and the options that most of them share."""

from collections.abc import Mapping

import rnnbench

Options = Mapping[str, bool | float | str]

SHARED: dict[str, bool | float | str] = {
    "bias": True,
    "recurrent_bias": True,
    "kernel_init": "xavier_uniform",
    "recurrent_kernel_init": "xavier_uniform",
    "bias_init": "zeros",
    "recurrent_bias_init": "zeros",
}
NORMAL = SHARED | {"recurrent_kernel_init": "normal"}
"""The recurrent matrix from N(0, 1), whatever the hidden size is."""


def layer(
    name: str,
    theirs: str,
    source: str,
    summary: str,
    options: Options,
    *,
    same_size: bool = False,
    carries_state: bool = True,
) -> rnnbench.CellSpec:
    """The spec of one layer.

    name:    their name of it in lower case, with hyphens between whole words.
    theirs:  the name of the class.
    options: every keyword of its constructor but for device, dtype, and what the harness does:
             layers, dropout.
    """
    return rnnbench.CellSpec(
        name=f"torchrecurrent-{name}",
        build=f"rnnbench_torchrecurrent.layers:{theirs}",
        source=source,
        summary=summary,
        options=options,
        same_size=same_size,
        carries_state=carries_state,
        packages=("torchrecurrent",),
    )
