"""Generated tasks on associative recall: which value was paired with a key?"""

import rnnbench
from rnnbench_tasks.recall.induction import Induction
from rnnbench_tasks.recall.mqar import Mqar
from rnnbench_tasks.recall.mqar_compound import MqarCompound
from rnnbench_tasks.recall.mqar_overwrite import MqarOverwrite
from rnnbench_tasks.recall.needle import Needle
from rnnbench_tasks.recall.recall_first import RecallFirst
from rnnbench_tasks.recall.selective_copy import SelectiveCopy
from rnnbench_tasks.recall.selective_copy_gaps import SelectiveCopyGaps

TASKS: tuple[type[rnnbench.Task], ...] = (
    RecallFirst,
    SelectiveCopy,
    SelectiveCopyGaps,
    Induction,
    Needle,
    Mqar,
    MqarOverwrite,
    MqarCompound,
)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on associative recall."""
    return TASKS
