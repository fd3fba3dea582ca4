"""Chaotic series: integration against scipy, exponents in tangent space, closed loops by hand."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from rnnbench import Batch, score
from rnnbench.contracts import Array
from rnnbench.testing import check_task
from rnnbench.training.contract import check_batch
from rnnbench_tasks.dynamics import lorenz, mackey_glass
from rnnbench_tasks.dynamics.chaotic import VALID_TIME, Chaotic, ClosedLoop
from rnnbench_tasks.dynamics.lorenz import Lorenz
from rnnbench_tasks.dynamics.mackey_glass import MackeyGlass
from tests.builders.tasks_long_range import splits_of

KINDS = (Lorenz, MackeyGlass)
by_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def made(task: Chaotic, count: int, seed: int = 0) -> Batch:
    return task.generate(np.random.default_rng(seed), count)


def closed(kind: type[Chaotic], horizon: int = 4) -> ClosedLoop:
    (setting,) = kind(horizon).elsewhere().values()
    assert isinstance(setting, ClosedLoop)
    return setting


def test_lorenz_is_integrated_as_by_scipy() -> None:
    """Over one step of the task, against the eighth-order method of Dormand and Prince at 1e-12,
    with the equations typed anew."""

    def flow(_: float, state: Array) -> list[float]:
        x, y, z = state
        return [10 * y - 10 * x, 28 * x - x * z - y, x * y - 8 * z / 3]

    begin = lorenz.attractor()[:, :20]
    later = begin
    for _ in range(10):
        later = lorenz.advanced(later)
    for one, end in zip(begin.T, later.T, strict=True):
        exact = solve_ivp(flow, (0, 0.1), one, method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
        assert end == pytest.approx(exact, abs=2e-4)
    assert Lorenz().spacing == pytest.approx(10 * lorenz.STEP)


def test_mackey_glass_is_integrated_as_by_scipy() -> None:
    """Delay after delay, each solved at 1e-10 with the interpolated one before it."""
    x = np.full((mackey_glass.DEGREE + 1, 1), 1.2)
    nodes = mackey_glass.collocation().nodes

    def before(_: float) -> float:
        return 1.2

    for _ in range(4):
        begin = before(17)

        def slope(t: float, now: Array, past=before) -> Array:  # type: ignore[no-untyped-def]
            delayed = past(t)
            return 0.2 * delayed / (1 + delayed**10) - 0.1 * now

        solved = solve_ivp(
            slope, (0, 17), [begin], method="DOP853", rtol=1e-10, atol=1e-12, dense_output=True
        ).sol
        x = mackey_glass.one_delay_later(x)
        assert x[:, 0] == pytest.approx(solved(nodes)[0], abs=1e-7)

        def before(t: float, solved=solved) -> float:  # type: ignore[no-untyped-def]
            return float(solved(t)[0])


def test_the_exponent_of_lorenz_is_that_of_its_tangent_space() -> None:
    """Growth of a small difference by the linearised flow, over 256 series of 25 units of time; the
    tolerance is three standard errors."""
    rng = np.random.default_rng(0)
    series = 256
    states = lorenz.attractor()[:, :series]
    tangent = rng.standard_normal((3, series))

    def slopes(both: Array) -> Array:
        (x, y, z), (a, b, c) = both[:3], both[3:]
        grown = [10 * (b - a), 28 * a - z * a - x * c - b, y * a + x * b - 8 / 3 * c]
        return np.concatenate([lorenz.derivative(both[:3]), np.stack(grown)])

    both = np.concatenate([states, tangent])
    logs = np.zeros(series)
    for step in range(2700):
        one = slopes(both)
        two = slopes(both + 0.005 * one)
        three = slopes(both + 0.005 * two)
        both = both + 0.01 / 6 * (one + 2 * two + 2 * three + slopes(both + 0.01 * three))
        size = np.linalg.norm(both[3:], axis=0)
        both[3:] /= size
        if step >= 200:
            logs += np.log(size) / 25
    assert logs.std() / 16 < 0.006
    assert Lorenz.exponent == pytest.approx(logs.mean(), abs=0.018)


def test_the_exponent_of_mackey_glass_is_that_of_its_tangent_space() -> None:
    """The same for the function over one delay, over 256 series of 500 delays."""
    rng = np.random.default_rng(0)
    x = np.broadcast_to(rng.uniform(0.5, 1.5, 256), (mackey_glass.DEGREE + 1, 256))
    tangent = rng.standard_normal(x.shape)
    logs = np.zeros(256)
    for delay in range(800):
        power = x**10
        right = 0.2 * (1 - 9 * power) / (1 + power) ** 2 * tangent
        right[0] = tangent[-1]
        tangent = mackey_glass.collocation().solve @ right
        x = mackey_glass.one_delay_later(x)
        size = np.linalg.norm(tangent, axis=0)
        tangent /= size
        if delay >= 300:
            logs += np.log(size) / (500 * 17)
    assert logs.std() / 16 < 5e-5
    assert MackeyGlass.exponent == pytest.approx(logs.mean(), abs=1.5e-4)


@by_kind
def test_series_have_mean_0_and_variance_1_at_every_step(kind: type[Chaotic]) -> None:
    """They begin everywhere on the attractor: no step of a sequence is unlike another."""
    values = kind().series(np.random.default_rng(0), 4000, 24)
    assert values.mean(axis=0) == pytest.approx(np.zeros(24), abs=0.06)
    assert values.std(axis=0) == pytest.approx(np.ones(24), abs=0.04)
    assert np.quantile(values[:, 0], [0.1, 0.5, 0.9]) == pytest.approx(
        np.quantile(values[:, -1], [0.1, 0.5, 0.9]), abs=0.12
    )


@by_kind
def test_each_answer_is_the_next_value_after_a_whole_horizon(kind: type[Chaotic]) -> None:
    """Sequences of two horizons; the first horizon - 1 steps are not asked."""
    task = kind(5)
    batch = made(task, 50)
    check_batch(task, batch)
    assert batch.inputs.shape == batch.targets.shape == (50, 10, 1)
    assert np.array_equal(batch.inputs[:, 1:], batch.targets[:, :-1])
    assert batch.mask is not None
    assert (batch.mask == (np.arange(10) >= 4)).all()
    assert task.trivial(batch, batch) == score(task.metrics, batch.inputs, batch)


@by_kind
def test_the_checks_pass(kind: type[Chaotic]) -> None:
    """None fails."""
    assert not [one.sentence for one in check_task(kind(5)) if one.status == "failed"]


@pytest.mark.parametrize(
    ("task", "degree", "steps"), [(Lorenz(), 5, 5), (MackeyGlass(), 4, 8)], ids=["lorenz", "mg"]
)
def test_an_oracle_reaches_the_target(task: Chaotic, degree: int, steps: int) -> None:
    """The next value can be told from a few before it: a polynomial of them, fitted to other
    sequences."""
    model = make_pipeline(PolynomialFeatures(degree), Ridge(alpha=1e-8))

    def last_steps(batch: Batch) -> Array:
        seen = np.lib.stride_tricks.sliding_window_view(batch.inputs[..., 0], steps, axis=1)
        return seen[:, task.horizon - steps :].reshape(-1, steps).astype(np.float64)

    train = made(task, 500)
    test = made(task, 100, seed=1)
    assert train.mask is not None
    assert test.mask is not None
    model.fit(last_steps(train), train.targets[train.mask])
    outputs = np.zeros(test.targets.shape)
    outputs[test.mask] = model.predict(last_steps(test)).reshape(-1, 1)
    assert score(task.metrics, outputs, test)["nrmse"] < task.target
    assert task.trivial(train, test)["nrmse"] > 10 * task.target


@by_kind
def test_a_closed_loop_is_given_two_horizons_and_lasts_eight_lyapunov_times(
    kind: type[Chaotic],
) -> None:
    """With times that count from the last given value on."""
    task = closed(kind)
    batch = made(task, 20)
    check_batch(task, batch)
    times = batch.extra["lyapunov_times"]
    unit = 1 / (kind.exponent * kind.spacing)
    assert times[:, 0] == pytest.approx(1 / unit)
    assert 8 <= times[0, -1] < 8 + 1 / unit
    assert (batch.prompt == 8).all()
    assert batch.mask is not None
    assert (batch.mask.sum(axis=1) == times.shape[1]).all()
    assert batch.mask[:, 7:].all()
    assert np.array_equal(batch.inputs[:, 1:], batch.targets[:, :-1])
    assert score(task.metrics, batch.targets, batch)["valid time"] == times[0, -1]


def test_the_valid_time_is_that_of_a_plain_loop() -> None:
    """Up to the first error above a half, whatever comes behind it; 0 where the first is wrong."""
    times = np.tile(0.25 * np.arange(1, 6), (4, 1))
    errors = np.array(
        [
            [0.1, 0.2, 0.6, 0.0, 0.0],
            [0.6, 0.0, 0.0, 0.0, 0.0],
            [0.5, -0.5, 0.5, -0.5, 0.5],
            [0.1, -0.51, 0.1, 9.0, 0.1],
        ]
    )
    targets = np.random.default_rng(0).normal(size=(4, 5))
    found = VALID_TIME.compute(
        (targets + errors).reshape(-1, 1),
        targets.reshape(-1, 1),
        {"lyapunov_times": times},
    )
    assert found == pytest.approx(np.mean([0.5, 0, 1.25, 0.25]))


@by_kind
def test_small_errors_grow_by_e_in_a_lyapunov_time(kind: type[Chaotic]) -> None:
    """The valid time of the system itself, begun a little beside: ln(0.5 / error), about."""
    if kind is Lorenz:
        one = lorenz.attractor()[:, :300]
        other = one + 1e-4 * lorenz.DEVIATION * np.array([[1.0], [1.0], [0.0]])
        first, second = [], []
        for _ in range(round(8 / kind.exponent / lorenz.STEP)):
            one = lorenz.advanced(one)
            other = lorenz.advanced(other)
            first.append(one[0] / lorenz.DEVIATION)
            second.append(other[0] / lorenz.DEVIATION)
        times = kind.exponent * lorenz.STEP * np.arange(1, len(first) + 1)
        error = 1e-4
    else:
        rng = np.random.default_rng(0)
        x = np.broadcast_to(rng.uniform(0.5, 1.5, 100), (mackey_glass.DEGREE + 1, 100))
        for _ in range(100):
            x = mackey_glass.one_delay_later(x)
        one, other = x, x + 1e-2 * mackey_glass.DEVIATION
        first, second = [], []
        for _ in range(round(8 / kind.exponent / 17)):
            one = mackey_glass.one_delay_later(one)
            other = mackey_glass.one_delay_later(other)
            first.append(one[-1] / mackey_glass.DEVIATION)
            second.append(other[-1] / mackey_glass.DEVIATION)
        times = kind.exponent * 17 * np.arange(1, len(first) + 1)
        error = 1e-2
    found = VALID_TIME.compute(
        np.array(second).T.reshape(-1, 1),
        np.array(first).T.reshape(-1, 1),
        {"lyapunov_times": np.tile(times, (one.shape[1], 1))},
    )
    assert found == pytest.approx(np.log(0.5 / error), rel=0.35)


@by_kind
def test_a_closed_loop_of_no_change_is_the_trivial_forecast(kind: type[Chaotic]) -> None:
    """The last given value for ever."""
    task = closed(kind)
    batch = made(task, 50)
    outputs = np.zeros_like(batch.targets)
    outputs[:, 7:] = batch.inputs[:, 7:8]
    assert task.trivial(batch, batch) == score(task.metrics, outputs, batch)
    assert task.trivial(batch, batch)["valid time"] < 1


@by_kind
def test_splits_share_no_sequence(kind: type[Chaotic]) -> None:
    """By content."""
    train, validation, test = splits_of(kind(4))
    assert len(train | validation | test) == 640 + 200 + 200
