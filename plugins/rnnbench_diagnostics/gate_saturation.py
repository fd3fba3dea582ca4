"""Gate saturation: how often the gates of a cell are almost shut or almost open."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_diagnostics.gates import BINS, Gates, gates_of


@torch.no_grad()
def gate_saturation(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
    """Return the share of gate activations in each tenth of (0, 1), over all gates, and by gate
    the shares below 0.1 (left-saturated) and above 0.9 (right-saturated).

    A gate is every sigmoid, log-sigmoid or hard sigmoid that the cell applies to something that
    depends on its inputs, over all sequences, steps and units, including one inside an activation
    of the cell's own; sigmoids of parameters, exponential gates and SiLU do not count. A
    log-sigmoid counts as the gate whose logarithm it is. Gates are told apart, and named, by the
    place in the source that computes them (`gates.gates_of`).

    source: Karpathy, Johnson & Fei-Fei 2016, arXiv:1506.02078, on the statistics of gate
    activations; there by unit, here by gate.

    cell:  maps x_BTI to outputs. Torch's LSTM and GRU, and compiled cells, are run operation by
           operation, so that their gates are seen too.
    x_BTI: the inputs, (B, T, I) or (B, T, C, H, W).
    rng:   is not used.

    Raises rnnbench.Refused where no gate is seen, and where a gate is no number.
    """
    del rng
    gates = gates_of(cell, x_BTI)
    if not gates:
        raise rnnbench.Refused(
            f"{type(cell).__name__} computes no sigmoid that can be seen: it has no such gates, or"
            " they are inside a fused kernel of an accelerator; measure it on the processor, or an"
            ' implementation that runs step by step, such as "eager"'
        )
    counts = np.sum(list(gates.values()), axis=0)
    return rnnbench.Diagnosis(
        x_name="gate activation",
        y_name="share of all activations",
        x=tuple(((np.arange(BINS) + 0.5) / BINS).tolist()),
        y=tuple((counts / counts.sum()).tolist()),
        figures=_shares(gates),
    )


def _shares(gates: Gates) -> dict[str, float]:
    """Return the shares of saturated activations by gate."""
    figures = {}
    for name, counts in gates.items():
        figures[f"{name} below 0.1"] = float(counts[0] / counts.sum())
        figures[f"{name} above 0.9"] = float(counts[-1] / counts.sum())
    return figures
