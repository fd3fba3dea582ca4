"""A run from what is asked for to its reports, for whoever asks: the command line or a notebook.
Nothing here prints."""

from rnnbench.session.law_checks import check_laws
from rnnbench.session.opening import findings_of, open_run, record_look
from rnnbench.session.preparing import Prepared, prepare
from rnnbench.session.rendering import Rendered, render
from rnnbench.session.reporting import make_reports
from rnnbench.session.summary import warnings_of

__all__ = [
    "Prepared",
    "Rendered",
    "check_laws",
    "findings_of",
    "make_reports",
    "open_run",
    "prepare",
    "record_look",
    "render",
    "warnings_of",
]
