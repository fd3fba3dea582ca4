"""Rendered scenes: captions, and digits that move."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
