"""Reads a user's file into arrays of training, validation and test data."""

from pathlib import Path

from rnnbench.datafile.dataset import Dataset
from rnnbench.datafile.examined import Classified, Series, Text
from rnnbench.datafile.inspect import examine
from rnnbench.datafile.records import Choices, most_steps_of
from rnnbench.datafile.sequence_arrays import sequence_arrays
from rnnbench.datafile.series_arrays import series_arrays
from rnnbench.datafile.text_arrays import text_arrays, texts_arrays


def load(path: Path, choices: Choices | None = None) -> Dataset:
    """Read a file into arrays, as `inspect` says that it would be read.

    Everything that is fitted (scaling, differences, classes, vocabulary) is fitted on training data
    alone. Raises RnnbenchError where the file cannot be used, with the file, line and column.
    """
    examined = examine(path, choices)
    if isinstance(examined, Series):
        return series_arrays(examined)
    if isinstance(examined, Classified):
        return sequence_arrays(examined, most_steps_of(choices or Choices()))
    if isinstance(examined, Text):
        return text_arrays(examined)
    return texts_arrays(examined, most_steps_of(choices or Choices()))
