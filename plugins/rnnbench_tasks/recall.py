"""Associative recall, generated: which value stood beside this key?"""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
