"""Synthetic speech: single digits and strings of them."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
