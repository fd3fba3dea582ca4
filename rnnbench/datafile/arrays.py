"""Reads a user's file into arrays of training, validation and test data."""

from pathlib import Path

from rnnbench.datafile.dataset import Dataset
from rnnbench.datafile.examined import Classified, Examined, Series, Text
from rnnbench.datafile.inspect import examine
from rnnbench.datafile.records import Choices, most_steps_of
from rnnbench.datafile.sampling import sampled
from rnnbench.datafile.sequence_arrays import sequence_arrays
from rnnbench.datafile.series_arrays import series_arrays
from rnnbench.datafile.text_arrays import text_arrays, texts_arrays


def load(path: Path, choices: Choices | None = None) -> Dataset:
    """Read a file into arrays, as `inspect` says that it would be read.

    Everything that is fitted (scaling, differences, classes, vocabulary) is fitted on training data
    alone, the whole of it where fewer examples are used. Raises RnnbenchError where the file cannot
    be used, with the file, line and column.
    """
    choices = choices or Choices()
    examined = examine(path, choices)
    return sampled(_arrays(examined, choices), examined.inspection)


def _arrays(examined: Examined, choices: Choices) -> Dataset:
    """All examples of a file."""
    if isinstance(examined, Series):
        return series_arrays(examined)
    if isinstance(examined, Classified):
        return sequence_arrays(examined, most_steps_of(choices))
    if isinstance(examined, Text):
        return text_arrays(examined)
    return texts_arrays(examined, most_steps_of(choices))
