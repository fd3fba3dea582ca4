"""What pytest-benchmark saves beside the time of a step, in `extra_info`."""

from typing import Any

import numpy as np
from msgspec.structs import replace

from rnnbench import environment, seeds
from rnnbench.executors.local import run_one
from rnnbench.meters import kernel_name, time_side_by_side
from rnnbench.model import count_parameters
from rnnbench.records import (
    CostFigure,
    CostTrial,
    Measurement,
    MemoryRow,
    OperationsRow,
    TimelineRow,
)
from rnnbench.runner.cost.subjects import REFERENCE_CELL, Step

RATIO = "ratio_to_torch_lstm"
QUARTILES = "ratio_quartiles"
CELL = "cell"
ROUNDS = {"train-step-time": 15, "inference-time": 30, "streaming-time": 300}
"""Paired measurements of a ratio; streaming steps are short, and vary most."""
LEAD_IN = {"streaming-time": 2}
OF_TRAINING: tuple[Measurement, ...] = ("peak-memory", "operations")


def beside_reference(trial: CostTrial, step: Step, reference: Step) -> dict[str, Any]:
    """Time a step and that of torch's LSTM in turns, and return the ratio and what it depends on.

    The ratio is the median over the rounds, by thread CPU time, with its quartiles.
    """
    timings = time_side_by_side(
        {CELL: step, REFERENCE_CELL: reference},
        ROUNDS[trial.measurement],
        seeds.generator(trial.round, "cost", "order"),
        lead_in=LEAD_IN.get(trial.measurement, 0),
    )
    logs = np.log(timings[CELL].cpu_seconds) - np.log(timings[REFERENCE_CELL].cpu_seconds)
    low, median, high = np.exp(np.quantile(logs, (0.25, 0.5, 0.75))).tolist()
    return {
        RATIO: median,
        QUARTILES: [low, high],
        "ratio_rounds": len(logs),
        "shape": str(trial.shape),
        "parameters": count_parameters(step.bench.cell),
        "kernel": kernel_name(step.bench.cell, step.bench.x_BT),
        "threads": trial.threads,
        "torch": environment.version_of("torch"),
    }


def of_training_step(trial: CostTrial, *, timeline: bool) -> dict[str, Any]:
    """Return memory and operations of a training step, each measured in a process of its own.

    timeline: whether memory over time is measured too, by memory-profiler.

    A figure that cannot be had is absent, with the reason under `absent`.
    """
    measurements: tuple[Measurement, ...] = OF_TRAINING
    if timeline:
        measurements = (*measurements, "memory-timeline")
    figures: dict[str, Any] = {}
    absent = {}
    for measurement in measurements:
        result = run_one(replace(trial, measurement=measurement))
        for row in result.costs:
            figures |= _figures(row)
        if not result.costs:
            absent[measurement] = f"{result.status}: {result.reason}"
    return {**figures, "absent": absent}


def _figures(row: CostFigure) -> dict[str, Any]:
    match row:
        case MemoryRow():
            return {
                "peak_bytes": row.peak_bytes,
                "saved_bytes": row.saved_bytes,
                "memory_meter": row.meter,
            }
        case OperationsRow():
            return {"flops": row.flops, "counted_form": row.form}
        case TimelineRow():
            return {
                "timeline_seconds": list(row.seconds),
                "timeline_bytes": list(row.bytes),
                "timeline_meter": row.meter,
            }
    return {}
