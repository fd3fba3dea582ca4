"""Reads Parquet files by pyarrow, where it is installed."""

from pathlib import Path

import numpy as np
import pandas as pd

from rnnbench.datafile.kinds import notice, unusable
from rnnbench.datafile.source import MOST_BYTES
from rnnbench.datafile.table import Table, without_empty_rows
from rnnbench.text import mebibytes

VALUE_BYTES = 8


def read_parquet(path: Path) -> Table:
    """Read a table; as many rows as fit into `MOST_BYTES`, which is said.

    Raises RnnbenchError where pyarrow is missing, or the file cannot be read.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise unusable(
            str(path), "a Parquet file needs pyarrow: python -m pip install 'rnnbench[parquet]'"
        ) from error
    try:
        file = pq.ParquetFile(path)
        most = max(1, MOST_BYTES // (VALUE_BYTES * max(1, file.metadata.num_columns)))
        batches = []
        rows = 0
        for batch in file.iter_batches():
            batches.append(batch.slice(0, most - rows))
            rows += len(batches[-1])
            if rows >= most:
                break
        frame = pa.Table.from_batches(batches, file.schema_arrow).to_pandas(ignore_metadata=True)
    except (OSError, pa.ArrowException) as error:
        raise unusable(str(path), f"it cannot be read as Parquet: {error}") from error
    if frame.empty:
        raise unusable(str(path), "it has no rows")
    notices = []
    if rows < file.metadata.num_rows:
        sentence = (
            f"The file has more than {mebibytes(MOST_BYTES)} of values: its first {rows:,} of"
            f" {file.metadata.num_rows:,} rows are read."
        )
        notices.append(notice("too-large", sentence, lines=[rows]))
    cells = {str(name): _plain(frame[name]) for name in frame.columns}
    return without_empty_rows(
        Table(
            file=str(path),
            format="a Parquet file",
            cells=cells,
            lines=np.arange(1, rows + 1),
            place="row",
            decimal=".",
            reread=lambda name: _as_text(frame[name]),
            notices=tuple(notices),
        )
    )


def _plain(cells: pd.Series) -> pd.Series:
    """A column as numbers of 64 bits, as times, or as text."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.astype(np.float64)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells
    return _as_text(cells)


def _as_text(cells: pd.Series) -> pd.Series:
    return cells.astype(object).map(str, na_action="ignore").astype(str).where(cells.notna())
