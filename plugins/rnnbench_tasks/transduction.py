"""One sequence into another: spelling into sound, one language into another."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
