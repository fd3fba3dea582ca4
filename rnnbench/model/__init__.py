"""The model around a cell: encoder, layers of cells, readout; and the hidden size that a budget
allows."""

from rnnbench.model.model import Model, Needs, count_parameters, tensor
from rnnbench.model.probe import probe
from rnnbench.model.size import Extent, Size, solve_size

__all__ = ["Extent", "Model", "Needs", "Size", "count_parameters", "probe", "solve_size", "tensor"]
