"""What counts as acceptable, and when it was reached."""

import pytest

from rnnbench.findings.learning.targets import SHARES, epochs_to, threshold
from tests.builders.targets import HIGHER, learning


def test_thresholds_lie_on_the_way_from_the_trivial_forecast_to_the_target() -> None:
    """Whatever the direction of the metric."""
    assert [threshold(learning([1.0]), share) for share in SHARES] == pytest.approx(
        [0.0, 0.1, 0.25]
    )
    up = learning([0.0], metric=HIGHER, target=0.9, trivial=0.1)
    assert [threshold(up, share) for share in SHARES] == pytest.approx([0.9, 0.82, 0.7])


def test_a_threshold_is_reached_in_the_first_of_two_epochs_in_a_row() -> None:
    """One lucky epoch is not enough, at any threshold."""
    run = learning([0.2, 0.3, 0.2, 0.2, 0.05, 0.09, -0.1, 0.0])
    assert [epochs_to(run, share) for share in SHARES] == [7, 5, 3]
    assert epochs_to(learning([0.5, 0.2, 0.5]), 0.75) is None


def test_an_easier_threshold_is_reached_no_later() -> None:
    """By definition: at the harder one it is at the easier one too."""
    run = learning([0.9, 0.0, 0.0])
    assert [epochs_to(run, share) for share in SHARES] == [2, 2, 2]


@pytest.mark.parametrize("trivial", [None, 0.0, -1.0])
def test_there_is_no_easier_threshold_where_the_trivial_forecast_is_unknown_or_at_the_target(
    trivial: float | None,
) -> None:
    """Nothing lies between."""
    run = learning([0.0, 0.0], trivial=trivial)
    assert threshold(run, 0.9) is None
    assert epochs_to(run, 0.9) is None
    assert epochs_to(run, 1.0) == 1
