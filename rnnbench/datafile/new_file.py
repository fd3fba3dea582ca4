"""Reads a new file for a trained model, in the way in which the file of its training was read."""

from pathlib import Path

from rnnbench.datafile.archive_files import ENDINGS
from rnnbench.datafile.archive_lines import read_archive_lines
from rnnbench.datafile.asked import Asked
from rnnbench.datafile.delimited import read_delimited
from rnnbench.datafile.dialect import find_dialect
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.new_columns import check_columns
from rnnbench.datafile.new_sequences import new_archived, new_sequences, new_texts
from rnnbench.datafile.new_series import new_series
from rnnbench.datafile.parquet_files import read_parquet
from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.source import find_source, is_parquet
from rnnbench.datafile.table import Table


def read_new(path: Path, preparation: Preparation) -> Asked:
    """Read a new file as the one by which a model was prepared.

    Columns are found by name, in whatever order; nothing is fitted. Raises RnnbenchError where the
    file cannot be used, with the columns that it lacks and those that are not read.
    """
    try:
        return _read(path, preparation)
    except UnicodeError as error:
        raise unusable(str(path), f"it cannot be decoded: {error}") from error


def _read(path: Path, preparation: Preparation) -> Asked:
    if preparation.kind == "language model":
        raise unusable(str(path), "a language model has no answers about rows, but bits of a text")
    if is_parquet(path):
        return _of_table(read_parquet(path), preparation)
    source = find_source(path)
    if source.ending in ENDINGS:
        if preparation.kind != "classification":
            raise unusable(
                source.name, f"it holds sequences, and the model is for a {preparation.kind}"
            )
        return new_archived(source.name, read_archive_lines(source), preparation)
    dialect = find_dialect(source)
    if dialect is None:
        raise unusable(source.name, "it is no table, and the model reads columns of a table")
    return _of_table(read_delimited(source, dialect), preparation)


def _of_table(table: Table, preparation: Preparation) -> Asked:
    extra = check_columns(table, preparation)
    if preparation.kind == "forecast":
        return new_series(table, preparation, extra)
    if preparation.kind == "classification":
        return new_sequences(table, preparation, extra)
    return new_texts(table, preparation, extra)
