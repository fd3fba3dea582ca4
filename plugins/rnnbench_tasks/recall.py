"""Associative recall, generated: which value stood beside this key?"""

import rnnbench
from rnnbench_tasks.induction import Induction
from rnnbench_tasks.mqar import Mqar
from rnnbench_tasks.selective_copy import SelectiveCopy

TASKS: tuple[type[rnnbench.Task], ...] = (SelectiveCopy, Induction, Mqar)
