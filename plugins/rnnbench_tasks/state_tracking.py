"""State tracking, generated: a running answer that every step may change."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
