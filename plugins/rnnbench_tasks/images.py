"""Images read as sequences of pixels or rows."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
