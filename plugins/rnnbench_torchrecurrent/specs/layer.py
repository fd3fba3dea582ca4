"""The spec of one layer of torchrecurrent, and the options that most layers share."""

from collections.abc import Mapping

import rnnbench

Options = Mapping[str, bool | float | str]
"""Options of a layer by name, with their defaults."""

SHARED: dict[str, bool | float | str] = {
    "bias": True,
    "recurrent_bias": True,
    "kernel_init": "xavier_uniform",
    "recurrent_kernel_init": "xavier_uniform",
    "bias_init": "zeros",
    "recurrent_bias_init": "zeros",
}
"""The options of most layers, with their defaults."""
NORMAL = SHARED | {"recurrent_kernel_init": "normal"}
"""The shared options, with a recurrent matrix from N(0, 1) at every hidden size."""


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
    """Return the spec of one layer.

    name:          name of the cell after "torchrecurrent-": the class in lower case, with hyphens
                   between whole words.
    theirs:        name of the layer's class in torchrecurrent.
    options:       all keywords of its constructor, without device and dtype, and without those of
                   the harness (number of layers, dropout, batch first).
    same_size:     whether input size and hidden size must be equal.
    carries_state: whether the returned state can be passed to the next call.
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
