"""Specs of cells whose heads each have a matrix for a state."""

from collections.abc import Callable
from typing import Any

import rnnbench
from rnnbench_cells.specs import matrix_counts as counts


def _spec(
    name: str,
    build: str,
    source: str,
    summary: str,
    parameters: Callable[..., int],
    reference: str,
    state_floats: Callable[..., int] = counts.state,
    **options: float | str,
) -> rnnbench.CellSpec:
    """Return the spec of a matrix memory, with its options beside those that all have."""
    return rnnbench.CellSpec(
        name=name,
        build=f"rnnbench_cells.matrix.{build}",
        source=source,
        summary=summary,
        options={"heads": 4, "key_size": 16, **options, "convolution": 0},
        implementations=("chunk", "eager", "compiled"),
        parallel="chunk",
        hidden_multiple="heads",
        parameters=parameters,
        state_floats=state_floats,
        reference=f"rnnbench_cells.matrix.{reference}",
    )


def _state_of_shared_keys(input_size: int, hidden_size: int, **options: Any) -> int:
    return counts.state(input_size, hidden_size, **options, key_heads=1)


SPECS: list[rnnbench.CellSpec] = [
    _spec(
        "linear-attention",
        "linear_attention:LinearAttention",
        "Katharopoulos et al. 2020, arXiv:2006.16236, section 3.4",
        "Linear attention: S_t = S_{t-1} + phi(k_t) v_t^T, y_t = S_t^T phi(q_t) / z_t^T phi(q_t).",
        counts.linear_attention,
        "references:linear_attention",
        normaliser=True,
    ),
    _spec(
        "retnet",
        "linear_attention:RetNet",
        "Sun et al. 2023, arXiv:2307.08621, section 2",
        "RetNet: S_t = gamma S_{t-1} + k_t v_t^T with a fixed gamma a head, normed and gated.",
        counts.retnet,
        "references:retnet",
    ),
    _spec(
        "gla",
        "gated:GatedLinearAttention",
        "Yang et al. 2023, arXiv:2312.06635, section 4",
        "Gated linear attention: S_t = diag(a_t) S_{t-1} + k_t v_t^T, normed and gated.",
        counts.gla,
        "references:gla",
    ),
    _spec(
        "hgrn2",
        "gated:HGRN2",
        "Qin et al. 2024, arXiv:2404.07904, section 3",
        "HGRN2: S_t = diag(f_t) S_{t-1} + (1 - f_t) i_t^T; what a row forgets is what it writes.",
        counts.hgrn2,
        "references:hgrn2",
        lower_bound=0.0,
    ),
    _spec(
        "mamba2",
        "mamba2:Mamba2",
        "Dao & Gu 2024, arXiv:2405.21060, section 7",
        "Mamba-2: S_t = a_t S_{t-1} + B_t (D_t x_t)^T with one decay a head; a skip of x_t.",
        counts.mamba2,
        "references:mamba2",
        _state_of_shared_keys,
    ),
    _spec(
        "deltanet",
        "deltanet:DeltaNet",
        "Schlag et al. 2021, arXiv:2102.11174; Yang et al. 2024, arXiv:2406.06484, section 3;"
        " Grazzi et al. 2024, arXiv:2411.12537",
        "DeltaNet: a write replaces what is under its key, S_t += beta_t k_t (v_t - S_t^T k_t)^T.",
        counts.deltanet,
        "references_delta:deltanet",
        negative_eigenvalues=False,
    ),
    _spec(
        "gated-deltanet",
        "deltanet:GatedDeltaNet",
        "Yang et al. 2024, arXiv:2412.06464, equation 10",
        "Gated DeltaNet: the delta rule on a memory that decays by one factor a head.",
        counts.deltaproduct,
        "references_delta:deltaproduct",
        negative_eigenvalues=False,
    ),
    _spec(
        "deltaproduct",
        "deltanet:DeltaProduct",
        "Siems et al. 2025, arXiv:2502.10297, section 3",
        "DeltaProduct: the gated DeltaNet with several writes a step, each a Householder matrix.",
        counts.deltaproduct,
        "references_delta:deltaproduct",
        householders=2,
        negative_eigenvalues=False,
    ),
    _spec(
        "kda",
        "kda:KimiDeltaAttention",
        "Kimi Team 2025, arXiv:2510.26692, section 3",
        "Kimi delta attention: the gated DeltaNet with a decay for each row of its memory.",
        counts.kda,
        "references_delta:kda",
        negative_eigenvalues=False,
    ),
    _spec(
        "gdn-2",
        "kda:GatedDeltaNet2",
        "arXiv:2605.22791",
        "GDN-2: KDA whose writes have a gate for each entry of the key and of the value.",
        counts.gdn2,
        "references_delta:gdn2",
        negative_eigenvalues=False,
    ),
]
