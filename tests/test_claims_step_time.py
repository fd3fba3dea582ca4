"""Epochs times the time of a step, where a cell had several learning rates to choose among."""

import pytest

from rnnbench.findings.claims.cost_evidence import BETWEEN_KINDS, _product
from rnnbench.findings.claims.evidence_records import BySeed, Evidence
from rnnbench.records import Region


def test_the_choice_of_ones_own_rate_counts_in_seconds_too() -> None:
    """The p-value of one rate among three is three times that of the same rate alone."""
    epochs: BySeed = {
        seed: (-0.9 - 0.05 * seed + 0.9 * (seed == 0), -0.9 - 0.05 * seed + 0.9 * (seed == 0))
        for seed in range(8)
    }
    step_time = [0.0, 0.001, -0.001] * 4
    region = Region(high=0.2)
    alone = _product(Evidence(above=(epochs,), below=(epochs,)), step_time, region)
    chosen = _product(Evidence(above=(epochs,) * 3, below=(epochs,)), step_time, region)
    assert BETWEEN_KINDS > 1
    assert alone[0] < 0.1
    assert chosen[0] > 2.5 * alone[0]


def test_epochs_and_step_time_have_half_of_the_error_each() -> None:
    """Where the time of a step is beyond doubt, the p-value is twice that of the epochs, whose
    smallest one is 2 / 2^8 on both sides."""
    epochs: BySeed = {seed: (-3.0 - 0.1 * seed, -3.0 - 0.1 * seed) for seed in range(8)}
    step_time = [0.0, 1e-6, -1e-6] * 4
    learned = Evidence(above=(epochs,), below=(epochs,))
    p_for, p_against = _product(learned, step_time, Region(high=0.0))
    assert p_for == pytest.approx(2 * 2 / 2**8)
    assert p_against == 1.0
