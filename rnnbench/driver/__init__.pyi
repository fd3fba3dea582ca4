"""What `rnnbench.driver` offers, and where it is defined."""

from .describing import with_descriptions as with_descriptions
from .law_checks import check_laws as check_laws
from .opening import (
    RunContents as RunContents,
    open_run as open_run,
    read_run as read_run,
    record_look as record_look,
)
from .preparing import Prepared as Prepared, prepare as prepare
from .render_process import Rendered as Rendered
from .rendering import render as render
from .reporting import make_reports as make_reports
from .tryouts import keep_tryout as keep_tryout, kept_tryout as kept_tryout
from .warnings_of_a_run import warnings_of as warnings_of
