"""Suites: TOML in, a checked `Suite` out, or one clear error. The only room that reads TOML."""

from rnnbench.suite.choices import Choices
from rnnbench.suite.claims import brought_claims
from rnnbench.suite.file import schema
from rnnbench.suite.options import complete_options
from rnnbench.suite.reading import check_suite, key_table, read_suite, set_key, suite_head
from rnnbench.suite.uses import cell_use, resolve_dials

__all__ = [
    "Choices",
    "brought_claims",
    "cell_use",
    "check_suite",
    "complete_options",
    "key_table",
    "read_suite",
    "resolve_dials",
    "schema",
    "set_key",
    "suite_head",
]
