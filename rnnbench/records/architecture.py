"""The architecture of a trained model: what is needed to build it again and to load its weights."""

from typing import Literal

from msgspec import Struct

from rnnbench.records.trial import CellUse

NOTE = "rnnbench"
"""The name of the note in a file of weights that says of which model they are."""


class Architecture(Struct, frozen=True, kw_only=True):
    """A model around a cell.

    cell:          the cell with its options and its implementation.
    build:         the place of the function that builds the cell, "module:attribute"; "" where it
                   has none, as a function inside another.
    distribution:  the distribution that contributes the cell, with its version.
    task:          the name of the task.
    hidden_size:   H of each layer.
    layers:        cells on top of each other.
    backbone:      "bare" or "residual".
    encoder:       "auto" or "linear", as in recipes.
    inputs:        the shape of one step: (I,) features, (C, H, W) frames, () tokens.
    steps:         T of the sequences of training; of sequences of several lengths, the longest one
                   of the first few.
    vocabulary:    the number of tokens; None without tokens.
    tokens_beside: whether tokens come beside features.
    outputs:       O.
    readout:       where answers are read out: at the "last-step", or at "every-step".
    frame:         (C, H, W) of tasks over frames; None for others.
    over_frames:   whether the cell reads frames.
    same_size:     whether the cell needs as many features as hidden units.
    carries_state: whether a sequence can be continued from the states of the cell.
    """

    cell: CellUse
    build: str
    distribution: str
    task: str
    hidden_size: int
    layers: int
    backbone: Literal["bare", "residual"]
    encoder: Literal["auto", "linear"]
    inputs: tuple[int, ...]
    steps: int
    vocabulary: int | None
    tokens_beside: bool
    outputs: int
    readout: Literal["last-step", "every-step"]
    frame: tuple[int, int, int] | None
    over_frames: bool
    same_size: bool
    carries_state: bool
