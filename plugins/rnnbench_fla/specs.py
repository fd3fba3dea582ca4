"""Specs of the layers of flash-linear-attention."""

from collections.abc import Mapping

import rnnbench

Options = Mapping[str, bool | float | str]
MULTIPLE = 64
"""Widths are multiples of this: four heads of at least sixteen, which its kernels need."""
CONVOLUTION: dict[str, bool | float | str] = {"use_short_conv": True, "conv_size": 4}
NO_CONVOLUTION = CONVOLUTION | {"use_short_conv": False}
HEADS: dict[str, bool | float | str] = {"num_heads": 4}
NEGATIVE: dict[str, bool | float | str] = {"allow_neg_eigval": False}


def layer(name: str, theirs: str, source: str, summary: str, options: Options) -> rnnbench.CellSpec:
    """Return the spec of one layer.

    name:    name of the cell after "fla-".
    theirs:  name of its class in `fla.layers`.
    options: keywords of its constructor with their defaults there, but for the number of heads and
             their size, which are made for widths of tens to hundreds.
    """
    return rnnbench.CellSpec(
        name=f"fla-{name}",
        build=f"rnnbench_fla.layers:{theirs}",
        source=f"{source}; flash-linear-attention, layer {theirs}",
        summary=f"{summary} By the kernels of flash-linear-attention; CUDA only.",
        options=options,
        parallel="chunk",
        hidden_multiple=MULTIPLE,
        same_size=True,
        carries_state=False,
        packages=("flash-linear-attention", "fla-core"),
    )


SPECS: list[rnnbench.CellSpec] = [
    layer(
        "linear-attention",
        "LinearAttention",
        "Katharopoulos et al. 2020, arXiv:2006.16236",
        "Linear attention, with products of two maps for features.",
        {**HEADS, "expand_k": 1.0, "expand_v": 1.0, "feature_map": "elementwise_product"},
    ),
    layer(
        "retnet",
        "MultiScaleRetention",
        "Sun et al. 2023, arXiv:2307.08621",
        "Retention, with queries and keys rotated by their positions.",
        {**HEADS, "expand_k": 1.0, "expand_v": 2.0, **NO_CONVOLUTION},
    ),
    layer(
        "gla",
        "GatedLinearAttention",
        "Yang et al. 2023, arXiv:2312.06635",
        "Gated linear attention.",
        {**HEADS, "expand_k": 0.5, "expand_v": 1.0, **NO_CONVOLUTION},
    ),
    layer(
        "hgrn",
        "HGRNAttention",
        "Qin et al. 2023, arXiv:2311.04823",
        "Hierarchically gated recurrent network.",
        {"expand_ratio": 1, **NO_CONVOLUTION},
    ),
    layer(
        "hgrn2",
        "HGRN2Attention",
        "Qin et al. 2024, arXiv:2404.07904",
        "HGRN2.",
        {"expand_ratio": 16, **NO_CONVOLUTION},
    ),
    layer(
        "deltanet",
        "DeltaNet",
        "Yang et al. 2024, arXiv:2406.06484",
        "DeltaNet, with a short convolution.",
        {**HEADS, "expand_k": 1.0, "expand_v": 1.0, **NEGATIVE, **CONVOLUTION},
    ),
    layer(
        "gated-deltanet",
        "GatedDeltaNet",
        "Yang et al. 2024, arXiv:2412.06464",
        "Gated DeltaNet, with a short convolution and values twice as wide as keys.",
        {**HEADS, "expand_v": 2.0, **NEGATIVE, **CONVOLUTION},
    ),
    layer(
        "gated-deltaproduct",
        "GatedDeltaProduct",
        "Siems et al. 2025, arXiv:2502.10297",
        "Gated DeltaProduct, with negative eigenvalues.",
        {
            **HEADS,
            "expand_v": 2.0,
            "num_householder": 2,
            "use_forget_gate": True,
            "allow_neg_eigval": True,
            **CONVOLUTION,
        },
    ),
    layer(
        "kda",
        "KimiDeltaAttention",
        "Kimi Team 2025, arXiv:2510.26692",
        "Kimi delta attention.",
        {**HEADS, "expand_v": 1.0, **NEGATIVE, **CONVOLUTION},
    ),
    layer(
        "gdn2",
        "GatedDeltaNet2",
        "arXiv:2605.22791",
        "Gated DeltaNet 2.",
        {**HEADS, "expand_v": 1.0, **NEGATIVE, **CONVOLUTION},
    ),
    layer(
        "rwkv7",
        "RWKV7Attention",
        "Peng et al. 2025, arXiv:2503.14456",
        "RWKV-7, with token shift.",
        {"head_dim": 64, "num_hidden_layers": 2},
    ),
]
