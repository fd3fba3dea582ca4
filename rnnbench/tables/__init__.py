"""Results as tables in long form: a row a trial, a row an epoch, a row a figure of cost.

Their columns are documented and versioned. Nothing here needs torch, pandas or findings.
"""

from rnnbench.tables.costs import COSTS
from rnnbench.tables.csv_files import write_csv
from rnnbench.tables.epochs import EPOCHS
from rnnbench.tables.lines import Line
from rnnbench.tables.parquet_files import write_parquet
from rnnbench.tables.schema import FORMAT, Column, Kind, Table, further_columns
from rnnbench.tables.trials import TRIALS

TABLES = (TRIALS, EPOCHS, COSTS)
"""All tables, in the order in which they are documented."""

__all__ = [
    "COSTS",
    "EPOCHS",
    "FORMAT",
    "TABLES",
    "TRIALS",
    "Column",
    "Kind",
    "Line",
    "Table",
    "further_columns",
    "write_csv",
    "write_parquet",
]
