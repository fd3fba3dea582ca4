"""A run from what is asked for to its reports, for whoever asks: the command line or a notebook.
Nothing here prints."""

from rnnbench.session.law_checks import check_laws
from rnnbench.session.opening import Evidence, open_run, read_run, record_look
from rnnbench.session.preparing import Prepared, prepare
from rnnbench.session.rendering import Rendered, render
from rnnbench.session.reporting import make_reports
from rnnbench.session.summary import warnings_of

__all__ = [
    "Evidence",
    "Prepared",
    "Rendered",
    "check_laws",
    "make_reports",
    "open_run",
    "prepare",
    "read_run",
    "record_look",
    "render",
    "warnings_of",
]
