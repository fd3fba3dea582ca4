"""A run from what is asked for to its reports, for whoever asks: the command line or a notebook.
Nothing here prints."""

from rnnbench.driver.describing import with_descriptions
from rnnbench.driver.law_checks import check_laws
from rnnbench.driver.opening import RunContents, open_run, read_run, record_look
from rnnbench.driver.preparing import Prepared, prepare
from rnnbench.driver.rendering import Rendered, render
from rnnbench.driver.reporting import make_reports
from rnnbench.driver.tryouts import keep_tryout, kept_tryout
from rnnbench.driver.warnings_of_a_run import warnings_of

__all__ = [
    "Prepared",
    "Rendered",
    "RunContents",
    "check_laws",
    "keep_tryout",
    "kept_tryout",
    "make_reports",
    "open_run",
    "prepare",
    "read_run",
    "record_look",
    "render",
    "warnings_of",
    "with_descriptions",
]
