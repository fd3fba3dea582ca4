"""The steps that `pytest --rnnbench` times: a training step, an inference, one step of a stream.

They are the steps of cost trials, at one shape and on one thread, beside torch's LSTM. Figures to
be quoted come from the cost trials of a suite, over replicates.
"""

from typing import NamedTuple

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec
from rnnbench.records import CellUse, CostTrial, Measurement, Shape
from rnnbench.runner.cost.subjects import STEPS, Bench, Step

THREADS = 1
BATCH = 32
LENGTH = 100
UNITS = 64
FRAME = (2, 4, 5)
FRAME_UNITS = 8
FRAME_LENGTH = 10
REPEATS = 5
"""Training steps in a timeline of memory."""


class Job(NamedTuple):
    """What is timed: the heading of its table, and the measurement of cost trials that it is."""

    group: str
    measurement: Measurement


JOBS = {
    "train-step": Job("training step", "train-step-time"),
    "inference": Job("inference", "inference-time"),
    "streaming-step": Job("streaming", "streaming-time"),
}


def trial_of(use: CellUse, spec: CellSpec, measurement: Measurement) -> CostTrial:
    """Return the measurement of a cell at B = 32, T = 100 and H = I = 64.

    H is the next hidden size that the cell accepts. Cells over frames see 10 frames of (2, 4, 5),
    with 8 channels.
    """
    if spec.inputs == "frames":
        hidden = spec.hidden_size(FRAME_UNITS, use.options)
        shape = Shape(steps=FRAME_LENGTH, batch=BATCH, hidden=hidden, frame=FRAME)
    else:
        hidden = spec.hidden_size(UNITS, use.options)
        steps = min(LENGTH, spec.longest or LENGTH)
        shape = Shape(steps=steps, batch=BATCH, hidden=hidden, inputs=hidden)
    return CostTrial(
        suite="pytest",
        suite_version=1,
        cells=(use,),
        measurement=measurement,
        shape=shape,
        repeats=REPEATS,
        round=0,
        threads=THREADS,
    )


def steps_of(trial: CostTrial, catalogue: Catalogue) -> tuple[Step, Step]:
    """Return the step of the trial's cell and that of the reference cell, torch's LSTM."""
    step_class = STEPS[trial.measurement]
    (cell,) = trial.cells
    step = step_class(Bench.of_cell(trial, cell, catalogue))
    return step, step_class(Bench.of_reference_cell(trial))
