"""Running text: language models, and reviews that are classified."""

import rnnbench

TASKS: tuple[type[rnnbench.Task], ...] = ()
