"""Compare the outputs of a cell's implementations before their times are compared."""

import torch

from rnnbench import text
from rnnbench.contracts import DEFAULT
from rnnbench.errors import CellContractError
from rnnbench.runner.cost.subjects import Bench

TOLERANCE = 1e-3
"""The most by which outputs of two implementations may differ in float32, relative above 1."""


def demand_equal(bench: Bench, implementation: str, reference: Bench) -> None:
    """Raise CellContractError where the outputs differ from the reference with the same weights.

    reference: the cell in its default implementation. It is always this one, whatever else the
               trial measures, so that a wrong implementation cannot exclude the right ones.
    """
    own_weights = {key: tensor.clone() for key, tensor in bench.cell.state_dict().items()}
    bench.cell.load_state_dict(reference.cell.state_dict())
    with torch.no_grad():
        outputs = bench.cell(bench.x_BT)[0]
        expected = reference.cell(bench.x_BT)[0]
    bench.cell.load_state_dict(own_weights)
    scale = max(1.0, expected.abs().max().item())
    gap = (outputs - expected).abs().max().item() / scale
    if not gap <= TOLERANCE:  # a gap of NaN is no agreement
        raise CellContractError(
            f"'{implementation}': with the weights of '{DEFAULT}' its outputs differ from those of"
            f" it by {text.rounded(gap, 2)} (at most {text.setting(TOLERANCE)} expected)"
        )
