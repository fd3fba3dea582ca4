"""Time series that are classified or forecast."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
