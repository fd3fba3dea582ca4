"""Reads suites: TOML in, a checked `Suite` or one clear error out. Only this package reads TOML."""

from rnnbench.suite.choices import Choices
from rnnbench.suite.claims import claims_of_file
from rnnbench.suite.cost import objections
from rnnbench.suite.file import schema
from rnnbench.suite.options import complete_options
from rnnbench.suite.reading import (
    check_suite,
    key_table,
    read_suite,
    set_key,
    suite_file,
    suite_head,
)
from rnnbench.suite.uses import cell_use, resolve_dials

__all__ = [
    "Choices",
    "cell_use",
    "check_suite",
    "claims_of_file",
    "complete_options",
    "key_table",
    "objections",
    "read_suite",
    "resolve_dials",
    "schema",
    "set_key",
    "suite_file",
    "suite_head",
]
