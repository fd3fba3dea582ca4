"""The model around a cell, with encoder, layers and readout, and its size under a budget."""

from rnnbench.model.model import Model, Needs, count_parameters, tensor
from rnnbench.model.probe import probe
from rnnbench.model.rebuilding import architecture_of, rebuilt
from rnnbench.model.size import Extent, Size, solve_size

__all__ = [
    "Extent",
    "Model",
    "Needs",
    "Size",
    "architecture_of",
    "count_parameters",
    "probe",
    "rebuilt",
    "solve_size",
    "tensor",
]
