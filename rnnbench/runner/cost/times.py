"""Step times: the cells of a trial side by side, with a reference cell and machine limits."""

from collections.abc import Callable, Mapping

import numpy as np
from msgspec.structs import replace

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.meters import Clock, EnergyMeter, Timing, clock_of, machine, time_side_by_side
from rnnbench.records import CostTrial, Result, Surroundings
from rnnbench.runner.cost.participants import Participants, primary_seconds
from rnnbench.runner.failures import failure, with_absent
from rnnbench.runner.watch import TorchWatch

PRODUCT = "matrix product"
COPY = "copy"
LIMIT_ROUNDS = 10
LEAD_IN = 2
"""Untimed calls before each streaming step, which is shorter than loading its data into caches."""


def times(
    trial: CostTrial,
    catalogue: Catalogue,
    bare: Result,
    on_stage: Callable[[str], None],
    watch: TorchWatch,
) -> Result:
    """Return a result with a row for each cell; where some raise, the others are still measured.

    bare:     the result without costs.
    on_stage: called with what begins, in words.
    """
    rng = seeds.generator(trial.round, "cost", "order")
    participants = Participants(trial, catalogue, on_stage, watch)
    participants.prepare(rng)
    clock = clock_of(trial.device)
    timings = time_side_by_side(
        participants.steps,
        trial.repeats,
        rng,
        clock,
        LEAD_IN if trial.measurement == "streaming-time" else 0,
        on_turn=participants.announce,
        on_error=participants.drop,
    )
    on_stage("the look at what the machine can do")
    timings |= _limit_timings(trial, rng, clock)
    meter = EnergyMeter(device=trial.device)
    rows = participants.rows(timings, meter)
    on_stage("")
    assert bare.surroundings
    surroundings = _with_limits(bare.surroundings, timings, trial)
    surroundings = replace(surroundings, energy_meter=meter.name)
    result = replace(bare, costs=rows, surroundings=surroundings)
    return with_absent(result, participants.failures)


def _limit_timings(trial: CostTrial, rng: np.random.Generator, clock: Clock) -> dict[str, Timing]:
    """Times of a matrix product and a copy; empty where the cells have left no memory for them."""
    try:
        calls = {PRODUCT: machine.matrix_product(trial.device), COPY: machine.copy(trial.device)}
        return time_side_by_side(calls, LIMIT_ROUNDS, rng, clock)
    except Exception as error:
        if failure(error).status != "out-of-memory":
            raise
        return {}


def _with_limits(
    surroundings: Surroundings, timings: Mapping[str, Timing], trial: CostTrial
) -> Surroundings:
    """The surroundings with the rates of the machine's limits, where these were timed."""
    if PRODUCT not in timings:
        return surroundings
    product_seconds = float(np.median(primary_seconds(timings[PRODUCT], trial)))
    copy_seconds = float(np.median(primary_seconds(timings[COPY], trial)))
    return replace(
        surroundings,
        matrix_flops_per_second=machine.matrix_flops(trial.device) / product_seconds,
        copied_bytes_per_second=machine.moved_bytes(trial.device) / copy_seconds,
    )
