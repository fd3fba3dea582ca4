"""A driven system and a wave sampled at irregular times: recurrences, readers and Bayes by hand."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from rnnbench import Batch, score
from rnnbench.contracts import Array
from rnnbench.testing import check_task
from rnnbench.training.contract import check_batch
from rnnbench_tasks.dynamics import irregular_sine as sine, narma
from rnnbench_tasks.dynamics.irregular_sine import IrregularSine, posterior, waves
from rnnbench_tasks.dynamics.narma import Narma10
from tests.builders.tasks_long_range import splits_of


def made(task: Narma10 | IrregularSine, count: int, seed: int = 0) -> Batch:
    return task.generate(np.random.default_rng(seed), count)


def plain_outputs(u: list[float]) -> list[float]:
    """The tenth-order system of Atiya & Parlos 2000, from zero."""
    y = dict.fromkeys(range(-9, 1), 0.0)
    before = {t - 9: value for t, value in enumerate([0.0] * 9 + u)}
    for t in range(len(u)):
        total = sum(y[t - i] for i in range(10))
        y[t + 1] = 0.3 * y[t] + 0.05 * y[t] * total + 1.5 * before[t - 9] * before[t] + 0.1
    return [y[t + 1] for t in range(len(u))]


def narma_oracle(batch: Batch) -> Array:
    """The recurrence, read off the inputs in their own units."""
    inputs = batch.inputs[..., 0].astype(np.float64) * narma.INPUT_DEVIATION + narma.MEAN_INPUT
    outputs = np.array([plain_outputs(row) for row in inputs.tolist()])
    return ((outputs - narma.MEAN) / narma.DEVIATION)[..., None]


def test_narma_is_the_recurrence_typed_anew() -> None:
    """Of each output, and of the targets up to rounding; inputs are uniform on [0, 0.5]."""
    u = np.random.default_rng(0).uniform(0, 0.5, (20, 60))
    assert narma.output(u) == pytest.approx(np.array([plain_outputs(row) for row in u.tolist()]))
    batch = made(Narma10(), 50)
    check_batch(Narma10(), batch)
    assert batch.targets == pytest.approx(narma_oracle(batch), abs=1e-4)
    raw = batch.inputs * narma.INPUT_DEVIATION + narma.MEAN_INPUT
    assert raw.min() == pytest.approx(0, abs=1e-3)
    assert raw.max() == pytest.approx(0.5, abs=1e-3)
    assert raw.mean() == pytest.approx(0.25, abs=0.01)


def test_an_oracle_reaches_the_target_of_narma_and_the_checks_pass() -> None:
    """With no error at all."""
    task = Narma10(21)
    outcomes = {one.check: one for one in check_task(task, narma_oracle)}
    assert outcomes["oracle"].status == "passed"
    assert not [one.sentence for one in outcomes.values() if one.status == "failed"]
    batch = made(Narma10(), 20)
    assert score(task.metrics, narma_oracle(batch), batch)["nrmse"] < 1e-5


def test_outputs_of_narma_are_scaled_and_never_run_away() -> None:
    """Inputs that drive the system beyond 1 are drawn anew; over 300 steps some would."""
    y = made(Narma10(100), 1500).targets[:, 19:]
    assert (y.mean(), y.std()) == pytest.approx((0, 1), abs=0.06)
    u = np.random.default_rng(0).uniform(0, 0.5, (1500, 300))
    assert narma.output(u).max() > 1
    assert narma.driven(np.random.default_rng(0), 1500, 300)[1].max() <= 1


def narma_reader(batch: Batch, steps: int) -> Array:
    """Who knows the system, takes unseen inputs for their mean, and is asked anew at each step."""
    inputs = batch.inputs[..., 0].astype(np.float64) * narma.INPUT_DEVIATION + narma.MEAN_INPUT
    outputs = np.zeros(batch.targets.shape)
    for step in range(19, batch.steps):
        seen = inputs[:, : step + 1].copy()
        seen[:, : max(0, step + 1 - steps)] = narma.MEAN_INPUT
        outputs[:, step, 0] = (narma.output(seen)[:, -1] - narma.MEAN) / narma.DEVIATION
    return outputs


def test_no_reader_of_fewer_steps_beats_the_blind_score_of_narma() -> None:
    """A reader who puts the mean in place of what it does not see is nearly as good; seeing u(t -
    9) at all is what matters most."""
    task = Narma10(30)
    batch = made(task, 1500)
    assert batch.mask is not None
    variance = np.var(batch.targets[batch.mask])
    for steps in (1, 9, 10, 15, 29):
        stated = task.blind_score(steps)
        error = np.square(narma_reader(batch, steps) - batch.targets)[batch.mask].mean()
        measured = np.sqrt(error / variance)
        assert stated * 0.96 - 0.002 < measured < stated * 1.1 + 0.002
    assert task.blind_score(10) < 0.65 * task.blind_score(9)
    assert task.blind_score(29) > 0
    assert task.blind_score(30) == 0
    assert all(task.blind_score(k) > task.blind_score(k + 1) for k in range(task.horizon))


def test_a_product_that_is_not_seen_costs_at_least_its_variance() -> None:
    """Without u(t - 9), 1.5 u(t) u(t - 9) has the variance 2.25 E u(t)^2 Var u = 2.25 / 12 / 48, a
    lower bound in closed form."""
    task = Narma10()
    variance = float(np.var(made(task, 4000).targets[:, 19:])) * narma.DEVIATION**2
    least = np.sqrt(2.25 / 12 / 48 / variance)
    assert task.blind_score(9) > 0.95 * least > 0.5


def test_the_trivial_forecast_of_narma_is_the_mean_at_each_step() -> None:
    """Which is hardly better than one mean, and no better than a reader of nothing."""
    train, test = made(Narma10(), 2000), made(Narma10(), 2000, seed=1)
    trivial = Narma10().trivial(train, test)["nrmse"]
    assert trivial == pytest.approx(1, abs=0.01)
    assert trivial == pytest.approx(Narma10().blind_score(0), abs=0.02)


def test_waves_are_what_a_plain_reading_says() -> None:
    """The sample of a step is the value of the step before, with noise; gaps are uniform; a cosine
    and a sine of one of the frequencies pass through all values."""
    task = IrregularSine(20)
    batch = made(task, 400)
    check_batch(task, batch)
    noise = batch.inputs[:, 1:, 0] - batch.targets[:, :-1, 0]
    assert (noise.mean(), noise.std()) == pytest.approx((0, 0.1), abs=0.004)
    gaps = batch.inputs[..., 1]
    assert (gaps.min(), gaps.mean(), gaps.max()) == pytest.approx((0, 1, 2), abs=0.02)
    assert (batch.targets.mean(), batch.targets.var()) == pytest.approx((0, 1), abs=0.12)
    found = []
    for row in range(40):
        times = np.cumsum(gaps[row].astype(np.float64))
        left = []
        for frequency in np.linspace(1, 2, 32):
            basis = np.stack([np.cos(frequency * times), np.sin(frequency * times)], axis=1)
            _, residual, *_ = np.linalg.lstsq(basis, batch.targets[row, :, 0], rcond=None)
            left.append(float(residual[0]))
        assert min(left) < 1e-6
        found.append(int(np.argmin(left)))
    assert len(set(found)) > 15
    assert batch.mask is not None
    assert (batch.mask == (np.arange(40) >= 19)).all()


def test_the_posterior_is_that_of_gaussian_processes() -> None:
    """For each frequency the covariance cos(w (t - t')), conditioned as any normal vector; then the
    mixture, weighted by the density of the samples."""
    samples, gaps, _ = waves(np.random.default_rng(0), 6, 4)
    means, variances = posterior(samples, gaps)
    for row in range(6):
        times = np.concatenate([[0], np.cumsum(gaps[row])])
        parts = []
        for frequency in sine.FREQUENCIES:
            covariance = np.cos(frequency * (times[:, None] - times))
            seen = covariance[:4, :4] + 0.01 * np.eye(4)
            gain = np.linalg.solve(seen, covariance[:4, 4])
            density = multivariate_normal(np.zeros(4), seen).pdf(samples[row])
            parts.append((density, gain @ samples[row], 1 - gain @ covariance[:4, 4]))
        density, mean, variance = np.array(parts).T
        weights = density / density.sum()
        mixed = weights @ mean
        assert means[row] == pytest.approx(mixed)
        assert variances[row] == pytest.approx(weights @ (variance + mean**2) - mixed**2)


def bayes(task: IrregularSine, batch: Batch, steps: int) -> Array:
    """Outputs of the best reader of the last steps."""
    outputs = np.zeros(batch.targets.shape)
    for step in range(task.horizon - 1, batch.steps):
        seen = batch.inputs[:, max(0, step + 1 - steps) : step + 1].astype(np.float64)
        outputs[:, step, 0] = posterior(seen[..., 0], seen[..., 1])[0]
    return outputs


def test_the_best_reader_of_fewer_steps_scores_what_is_said() -> None:
    """For every k that is tried; every step more helps, up to the horizon and beyond."""
    task = IrregularSine(9)
    batch = made(task, 300)
    for steps in (1, 2, 4, 8):
        measured = score(task.metrics, bayes(task, batch, steps), batch)["nrmse"]
        assert measured == pytest.approx(task.blind_score(steps), rel=0.1)
    stated = [task.blind_score(steps) for steps in range(13)]
    assert stated[0] == 1
    assert all(before > after for before, after in pairwise(stated))


def test_an_oracle_reaches_the_target_of_irregular_waves() -> None:
    """The best reader of a horizon; that of three steps does not, that of four just so."""
    task = IrregularSine()
    batch = made(task, 60)
    assert score(task.metrics, bayes(task, batch, 16), batch)["nrmse"] < 0.1 < task.target
    assert task.blind_score(4) < task.target < task.blind_score(3)
    assert not [one.sentence for one in check_task(task) if one.status == "failed"]


def test_the_last_sample_and_the_mean_have_the_scores_of_their_formulas() -> None:
    """The last sample is worse than nothing, since waves turn within a gap."""
    task = IrregularSine(4)
    batch = made(task, 8000)
    last = score(task.metrics, batch.inputs[..., :1], batch)["nrmse"]
    assert last == pytest.approx(task.last_sample, abs=0.03)
    assert task.last_sample == pytest.approx(1.36, abs=0.005)
    zero = score(task.metrics, np.zeros_like(batch.targets), batch)
    assert zero == pytest.approx(dict(task.trivial(batch, batch)), abs=0.01)


@pytest.mark.parametrize("task", [Narma10(20), IrregularSine(4)], ids=lambda task: task.name)
def test_splits_share_no_sequence(task: Narma10 | IrregularSine) -> None:
    """By content."""
    train, validation, test = splits_of(task)
    assert len(train | validation | test) == 640 + 200 + 200
