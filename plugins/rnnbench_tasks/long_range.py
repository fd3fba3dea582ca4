"""Long-range tasks, generated: a fact early on, and a question much later."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
