"""Implementations of one cell are compared for equality before they are compared for speed."""

from collections.abc import Iterable

import torch
from msgspec.structs import replace

from rnnbench.errors import CellContractError
from rnnbench.records import CellUse
from rnnbench.runner.cost.subjects import Bench

ALIKE = 1e-3
"""How far outputs of two implementations may be apart in float32."""


def demand_equal(bench: Bench, cell: CellUse, others: Iterable[tuple[CellUse, Bench]]) -> None:
    """With the same weights it answers as the other implementations of the same cell do.

    Raises CellContractError where it does not.
    """
    for other, twin in others:
        if replace(other, implementation="", label="") != replace(cell, implementation="", label=""):
            continue
        kept = {key: tensor.clone() for key, tensor in bench.cell.state_dict().items()}
        bench.cell.load_state_dict(twin.cell.state_dict())
        with torch.no_grad():
            ours, theirs = bench.cell(bench.x_BT)[0], twin.cell(bench.x_BT)[0]
        bench.cell.load_state_dict(kept)
        gap = (ours - theirs).abs().max().item() / max(1.0, theirs.abs().max().item())
        if not gap <= ALIKE:
            raise CellContractError(
                f"with the weights of '{other.implementation}' its outputs differ from those of it by {gap:.2g} "
                f"(at most {ALIKE:g} expected)"
            )
