"""The symbols of a new text for a trained language model."""

from pathlib import Path

from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.source import find_source
from rnnbench.datafile.table import Array
from rnnbench.datafile.text_arrays import encoded
from rnnbench.datafile.words import symbols_of


def read_new_text(path: Path, preparation: Preparation) -> Array:
    """Read a new text as the one of the training: codes of its symbols, (N,) int64, N > 1; 0 for
    those that the training lacks.

    Raises RnnbenchError where the file cannot be read as text, or has too few symbols.
    """
    assert preparation.unit is not None
    source = find_source(path)
    try:
        with source.open_text() as stream:
            symbols = symbols_of(stream.read(), preparation.unit)
    except UnicodeError as error:
        raise unusable(source.name, f"it cannot be decoded: {error}") from error
    if len(symbols) < 2:
        raise unusable(source.name, f"it has no {preparation.unit} behind the first one")
    return encoded(preparation, symbols)
