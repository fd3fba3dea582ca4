"""The cost measurements that a suite may ask for."""

from typing import Literal

Measurement = Literal[
    "train-step-time",  # forward, backward, optimiser
    "inference-time",  # forward alone
    "streaming-time",  # one step of one sequence, its state carried
    "peak-memory",  # of a training step, with what is saved for backward
    "memory-timeline",  # resident memory over some training steps
    "operations",  # floating-point operations of a training step
    "instructions",  # of a training step, counted by valgrind
]
