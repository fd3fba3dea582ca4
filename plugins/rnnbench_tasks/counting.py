"""Counting and nesting, generated: which symbols may come next?"""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
