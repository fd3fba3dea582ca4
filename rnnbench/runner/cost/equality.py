"""Implementations of one cell are compared for equality before they are compared for speed."""

import torch

from rnnbench.contracts import DEFAULT
from rnnbench.errors import CellContractError
from rnnbench.runner.cost.subjects import Bench

ALIKE = 1e-3
"""How far outputs of two implementations may be apart in float32."""


def demand_equal(bench: Bench, implementation: str, reference: Bench) -> None:
    """With the same weights it answers as the implementation does that the cell takes by itself.

    Always that one, whatever else takes part: a wrong one that came first must not turn the right
    ones away. Raises CellContractError where it does not.
    """
    kept = {key: tensor.clone() for key, tensor in bench.cell.state_dict().items()}
    bench.cell.load_state_dict(reference.cell.state_dict())
    with torch.no_grad():
        ours, theirs = bench.cell(bench.x_BT)[0], reference.cell(bench.x_BT)[0]
    bench.cell.load_state_dict(kept)
    gap = (ours - theirs).abs().max().item() / max(1.0, theirs.abs().max().item())
    if not gap <= ALIKE:
        raise CellContractError(
            f"'{implementation}': with the weights of '{DEFAULT}' its outputs differ from those of"
            f" it by {gap:.2g} (at most {ALIKE:g} expected)"
        )
