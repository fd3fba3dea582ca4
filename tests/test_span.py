"""Memory spans: the longest horizon that most seeds solve, its interval, and the curve through the
solve rates."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench.executors.running import without_run
from rnnbench.findings import find
from rnnbench.findings.learning.solve_curve import fit
from rnnbench.findings.learning.span import Rung, SpanInterval, span, span_interval
from tests.builders.findings import epochs_by_seed, learned

rung_lists = st.lists(st.integers(0, 10), min_size=1, max_size=6)


def rungs(*solved: int, seeds: int = 10) -> list[Rung]:
    """Horizons 10, 20, 40 ... with so many seeds at the target."""
    return [
        Rung(horizon=10 * 2**place, solved=count, seeds=seeds) for place, count in enumerate(solved)
    ]


def test_the_span_is_the_longest_horizon_that_most_seeds_solve() -> None:
    """With all shorter ones: what is solved above a gap is no span."""
    assert span("a", rungs(10, 9, 6, 2)).longest == 40
    assert span("a", rungs(10, 5, 10)).longest == 10
    assert span("a", rungs(5, 10)).longest == 0
    assert span("a", rungs(10, 10)).longest == 20


def test_the_interval_goes_from_what_is_sure_to_what_is_not_excluded() -> None:
    """Ten of ten is surely most, two of ten may be half, none of ten is not; beyond the last one
    nothing is known."""
    assert span_interval(rungs(10, 9, 6, 2, 0)) == SpanInterval(20, 80)
    assert span_interval(rungs(10, 10, 10)) == SpanInterval(40, None)
    assert span_interval(rungs(0, 0)) == SpanInterval(0, 0)
    assert span_interval(rungs(5, 5, seeds=5)) is None


def test_seeds_without_figures_leave_the_span_open() -> None:
    """As good as unsolved where the span is read; whatever they would have given, in its
    interval."""
    lost = [Rung(horizon=10, solved=10, seeds=10), Rung(horizon=20, solved=0, seeds=6, lost=4)]
    found = span("a", lost)
    assert found.longest == 10
    assert found.interval == SpanInterval(10, None)
    untried = [
        Rung(horizon=10, solved=0, seeds=10),
        Rung(horizon=20, solved=0, seeds=0, untried=10),
    ]
    assert span("a", untried).interval == SpanInterval(0, 0)


@given(rung_lists)
def test_the_span_is_a_horizon_that_was_tried_and_lies_in_its_interval(solved: list[int]) -> None:
    """Or 0, below all of them."""
    found = span("a", rungs(*solved))
    assert found.longest in (0, *(rung.horizon for rung in found.rungs))
    assert found.interval is not None
    assert found.interval.low <= found.longest
    assert found.interval.high is None or found.longest <= found.interval.high


@given(rung_lists.filter(lambda solved: len(solved) > 1))
def test_the_curve_is_finite_and_never_rises(solved: list[int]) -> None:
    """Also where horizons part those that solve from those that do not; half of the seeds only
    where that was tried."""
    known = [(rung.horizon, rung.solved, rung.seeds) for rung in rungs(*solved)]
    curve = fit(known)
    rates = [curve.rate(horizon) for horizon, _, _ in known]
    assert np.all(np.isfinite(rates))
    assert np.all(np.diff(rates) <= 1e-9)
    assert curve.half is None or known[0][0] <= curve.half <= known[-1][0]


def test_with_many_seeds_the_curve_is_that_of_statsmodels() -> None:
    """GLM(binomial) of 9, 8, 3, 1 of 10 at log horizons 10, 20, 50, 100, statsmodels 0.15.0: 7.2644
    - 2.0517 log h. The penalty of Firth fades with the number of seeds."""
    for times, tolerance in ((1, 0.25), (1000, 5e-4)):
        curve = fit([(h, k * times, 10 * times) for h, k in ((10, 9), (20, 8), (50, 3), (100, 1))])
        assert (curve.level, curve.slope) == pytest.approx((7.264375, 2.051677), rel=tolerance)
        assert curve.half == pytest.approx(np.exp(7.264375 / 2.051677), rel=tolerance)


@pytest.mark.parametrize("solved", [(10, 10, 0, 0), (10, 6, 0, 0), (9, 8, 3, 1)])
def test_the_curve_solves_the_equations_of_firth(solved: tuple[int, ...]) -> None:
    """Sums over seeds of (solved - p + h (1/2 - p)), and of that times log horizon, are 0, with h
    the diagonal of the hat matrix (Heinze & Schemper 2002, equation 2); also where horizons part
    those that solve from those that do not.
    """
    known = [(rung.horizon, rung.solved, rung.seeds) for rung in rungs(*solved)]
    curve = fit(known)
    horizons, k, n = np.transpose(known)
    x = np.repeat(np.stack([np.ones(len(known)), -np.log(horizons)], axis=1), n, axis=0)
    y = np.concatenate([np.arange(seeds) < solving for solving, seeds in zip(k, n, strict=True)])
    p = 1 / (1 + np.exp(-(x @ [curve.level, curve.slope])))
    root = np.sqrt(p * (1 - p))[:, None] * x
    h = np.diag(root @ np.linalg.inv(root.T @ root) @ root.T)
    assert x.T @ (y - p + h * (0.5 - p)) == pytest.approx([0.0, 0.0], abs=1e-3)


def test_a_ladder_gives_a_finding_for_each_task() -> None:
    """Spans of all cells at all horizons, one that was not climbed included; and a sentence."""
    low = epochs_by_seed({"gru": [3] * 8, "rnn": [3] * 8}, dials={"horizon": 10})
    high = epochs_by_seed({"gru": [3] * 8}, dials={"horizon": 20})
    untried = [
        without_run(learned("rnn", seed, dials={"horizon": 20}).trial, "stopped", "not tried")
        for seed in range(8)
    ]
    results = [*low, *high, *untried]
    (finding,) = find(results).spans
    assert (finding.task, finding.horizons) == ("adding", (10, 20))
    gru, rnn = finding.spans
    assert (gru.longest, gru.interval, rnn.longest, rnn.interval) == (
        20,
        SpanInterval(20, None),
        10,
        SpanInterval(10, None),
    )
    assert rnn.rungs[1].untried == 8
    assert finding.answer.startswith(
        "The memory span of gru is 20 steps, the longest tried [20 to beyond 20]. "
    )
