"""The long-range tasks: definitions against plain loops, chance, horizons, and readers who see
less."""

from collections.abc import Callable
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rnnbench import Batch, GeneratedTask, score
from rnnbench.training.contract import check_batch
from rnnbench_tasks.long_range import TASKS
from rnnbench_tasks.long_range.adding import Adding, AddingAnywhere
from rnnbench_tasks.long_range.copying import Copy
from rnnbench_tasks.long_range.delay import Delay
from rnnbench_tasks.long_range.temporal_order import TemporalOrder
from rnnbench_tasks.recall.recall_first import RecallFirst
from tests.builders.tasks_long_range import (
    Array,
    Reader,
    asked_at,
    blind,
    one_hot,
    splits_of,
    windows,
)

TOLERANCES = {"mse": 0.004, "nrmse": 0.025, "accuracy": 0.025, "recall accuracy": 0.012}
"""Over four standard errors of the simulations here."""


def sum_of_seen(task: GeneratedTask, seen: Array) -> Array:
    """Marked values that are seen, and the mean for those that are not."""
    values = seen[..., 0]
    markers = seen[..., 1]
    return np.asarray((values * markers).sum(axis=1) + 0.5 * (2 - markers.sum(axis=1)))[:, None]


def first_if_symbol(task: GeneratedTask, seen: Array) -> Array:
    """The first token that is seen, where it is a symbol: for tasks whose answer is just as far
    back as the horizon."""
    tokens = seen.argmax(axis=-1) if seen.ndim == 3 else seen
    symbols = task.output_size - isinstance(task, Copy)
    return one_hot(
        [row[0] if len(row) and row[0] < symbols else 0 for row in tokens], task.output_size
    )


def order_of_seen(task: GeneratedTask, seen: Array) -> Array:
    """The symbols that matter and are seen are the last ones; X for those before them."""
    assert isinstance(task, TemporalOrder)
    answers = []
    for row in seen:
        found = [0 if token == 4 else 1 for token in row if token in (4, 5)]
        answers.append(sum(2**place * which for place, which in enumerate(reversed(found))))
    return one_hot(answers, task.output_size)


def fitted(task: GeneratedTask, seen: Array) -> Array:
    """Least squares on as many other examples."""
    other = task.generate(np.random.default_rng(99), 4000)
    known = windows(task, other, seen.shape[1])[..., 0]
    answers = other.targets[asked_at(task, other)]
    weights = np.linalg.lstsq(known, answers, rcond=None)[0]
    return np.asarray(seen[..., 0] @ weights)


CASES: list[tuple[GeneratedTask, Reader]] = [
    (Adding(9), sum_of_seen),
    (Adding(12), sum_of_seen),
    (AddingAnywhere(9), sum_of_seen),
    (RecallFirst(6), first_if_symbol),
    (RecallFirst(6, symbols=3, distractors="blanks"), first_if_symbol),
    (Copy(12), first_if_symbol),
    (Copy(15), first_if_symbol),
    (TemporalOrder(10), order_of_seen),
    (TemporalOrder(33), order_of_seen),
    (TemporalOrder(25, symbols=3), order_of_seen),
    (Delay(6), fitted),
    (Delay(10, bandwidth=0.25), fitted),
    (Delay(5, bandwidth=1.0), fitted),
]
named = pytest.mark.parametrize(
    ("task", "reader"), CASES, ids=lambda case: str(getattr(case, "name", ""))
)


@named
def test_the_best_reader_of_fewer_steps_scores_what_the_formula_says(
    task: GeneratedTask, reader: Reader
) -> None:
    """A reader written by hand who is shown the last k steps and nothing else, for k from 1 up to
    one too few."""
    batch = task.generate(np.random.default_rng(1), 1500 if isinstance(task, Copy) else 6000)
    for steps in {1, 2, task.horizon // 2, task.horizon - 3, task.horizon - 1}:
        formula = task.blind_score(steps)
        assert formula is not None
        assert blind(task, reader, batch, steps) == pytest.approx(
            formula, abs=TOLERANCES[task.metric.name]
        )


@named
def test_the_horizon_is_the_least_number_of_steps_that_is_always_enough(
    task: GeneratedTask, reader: Reader
) -> None:
    """The same reader makes no mistake at the horizon, and misses what is perfect with one step
    less."""
    batch = task.generate(np.random.default_rng(2), 300 if isinstance(task, Copy) else 3000)
    perfect = 1.0 if task.metric.direction == "higher" else 0.0
    assert blind(task, reader, batch, task.horizon) == pytest.approx(perfect, abs=1e-6)
    assert abs(blind(task, reader, batch, task.horizon - 1) - perfect) > 0.005


@named
def test_the_formula_begins_at_the_trivial_forecast(task: GeneratedTask, reader: Reader) -> None:
    """A reader of nothing is the trivial forecast, and every step more is no loss."""
    del reader
    batch = task.generate(np.random.default_rng(0), 2)
    scores = [task.blind_score(steps) for steps in range(task.horizon)]
    assert scores[0] == pytest.approx(task.trivial(batch, batch)[task.metric.name])
    worse = 1 if task.metric.direction == "lower" else -1
    assert all(worse * (before - after) > -1e-9 for before, after in pairwise(scores))  # type: ignore[operator]


def forecasts() -> list[tuple[GeneratedTask, Callable[[Batch], Array]]]:
    """Tasks with their trivial forecast as outputs. For `copy` blanks, and at the recall all
    symbols alike, with the first ahead by a hair."""

    def blanks_then_any(batch: Batch) -> Array:
        logits = np.zeros((*batch.targets.shape, 9))
        logits[:, :-10, 8], logits[:, -10:, 8], logits[:, -10:, 0] = 50, -50, 1e-6
        return logits

    return [
        (AddingAnywhere(12), lambda batch: np.ones((len(batch), 1))),
        (Copy(12), blanks_then_any),
        (Copy(31), blanks_then_any),
        (TemporalOrder(20), lambda batch: one_hot(np.full(len(batch), 2), 4)),
        (TemporalOrder(20, symbols=3), lambda batch: one_hot(np.full(len(batch), 5), 8)),
        (Delay(8), lambda batch: np.zeros(batch.targets.shape)),
        (Delay(8, bandwidth=0.2), lambda batch: np.zeros(batch.targets.shape)),
    ]


@pytest.mark.parametrize(
    ("task", "forecast"), forecasts(), ids=lambda case: str(getattr(case, "name", ""))
)
def test_chance_by_formula_equals_chance_by_simulation(
    task: GeneratedTask, forecast: Callable[[Batch], Array]
) -> None:
    """For every metric; the tolerance is over four standard errors."""
    batch = task.generate(np.random.default_rng(1), 5000 if isinstance(task, Copy) else 20_000)
    simulated = score(task.metrics, forecast(batch), batch)
    assert simulated == pytest.approx(dict(task.trivial(batch, batch)), abs=0.015)


def test_chance_at_copying_is_the_closed_form() -> None:
    """10 ln 8 / (T + 20) over all steps, which is ln 8 at each of the ten that are due; horizon 111
    is T = 100."""
    batch = Copy(111).generate(np.random.default_rng(0), 2)
    assert batch.steps == 120
    chance = Copy(111).trivial(batch, batch)["cross-entropy"]
    assert chance == pytest.approx(10 * np.log(8) / 120)
    assert chance * 120 / 10 == pytest.approx(np.log(8))


@given(horizon=st.integers(2, 30), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_the_marks_of_adding_anywhere_are_two_and_their_sum_is_the_answer(
    horizon: int, seed: int
) -> None:
    """Against a plain loop."""
    batch = AddingAnywhere(horizon).generate(np.random.default_rng(seed), 20)
    check_batch(AddingAnywhere(horizon), batch)
    for steps, answer in zip(batch.inputs.tolist(), batch.targets, strict=True):
        marked = [value for value, marker in steps if marker == 1]
        assert len(steps) == horizon
        assert len(marked) == 2
        assert {marker for _, marker in steps} <= {0, 1}
        assert float(answer[0]) == pytest.approx(sum(marked), abs=1e-6)


def test_any_two_places_are_alike_likely() -> None:
    """All pairs of six places, each in 1/15 of the examples."""
    markers = AddingAnywhere(6).generate(np.random.default_rng(0), 30_000).inputs[..., 1]
    _, counts = np.unique(markers, axis=0, return_counts=True)
    assert len(counts) == 15
    assert counts / 30_000 == pytest.approx(1 / 15, abs=0.008)


@given(delay=st.integers(1, 30), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_copy_is_what_the_paper_lays_out(delay: int, seed: int) -> None:
    """Symbol by symbol: ten of eight, T - 1 blanks (8), a marker (9), ten blanks; the answer is
    blank until the end."""
    batch = Copy(delay + 11).generate(np.random.default_rng(seed), 5)
    check_batch(Copy(delay + 11), batch)
    for steps, answers in zip(batch.inputs, batch.targets, strict=True):
        symbols = [int(step.argmax()) for step in steps[:10]]
        assert max(symbols) < 8
        laid_out = symbols + [8] * (delay - 1) + [9] + [8] * 10
        assert np.array_equal(steps, one_hot(laid_out, 10))
        assert answers.tolist() == [8] * (delay + 10) + symbols


def test_recall_is_scored_where_a_symbol_is_due_and_nowhere_else() -> None:
    """Blanks everywhere are right at all other steps, and recall nothing."""
    batch = Copy(20).generate(np.random.default_rng(0), 50)
    assert (
        score(Copy.metrics, one_hot(np.full(batch.targets.shape, 8), 9), batch)["recall accuracy"]
        == 0
    )
    assert score(Copy.metrics, one_hot(batch.targets, 9), batch)["recall accuracy"] == 1


@given(horizon=st.integers(10, 60), symbols=st.sampled_from([2, 3]), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_temporal_order_is_what_a_plain_reading_says(horizon: int, symbols: int, seed: int) -> None:
    """E first, B last, as many of X and Y as said, distractors between; the class spells the
    order."""
    task = TemporalOrder(horizon, symbols)  # type: ignore[arg-type]
    batch = task.generate(np.random.default_rng(seed), 30)
    check_batch(task, batch)
    assert batch.lengths is not None
    orders = ["".join(letters) for letters in sorted(set(permutations("XY" * symbols, symbols)))]
    for tokens, length, answer in zip(batch.inputs, batch.lengths, batch.targets, strict=True):
        letters = "".join("abcdXYBE"[token] for token in tokens[:length])
        assert letters[0] == "E"
        assert letters[-1] == "B"
        assert set(letters[1:-1]) <= set("abcdXY")
        assert "".join(letter for letter in letters if letter in "XY") == orders[answer]


def test_at_horizon_100_temporal_order_is_the_papers() -> None:
    """Hochreiter & Schmidhuber 1997, tasks 6a and 6b: lengths and places, all of which occur."""
    printed = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}
    for symbols, expected in printed.items():
        task = TemporalOrder(100, symbols)  # type: ignore[arg-type]
        batch = task.generate(np.random.default_rng(0), 5000)
        assert batch.lengths is not None
        assert set(batch.lengths.tolist()) == set(range(100, 111))
        rows, places = np.nonzero(np.isin(batch.inputs, (4, 5)))
        assert len(rows) == symbols * len(batch)
        for column, (first, last) in zip(places.reshape(-1, symbols).T, expected, strict=True):
            assert set(column.tolist()) == set(range(first, last + 1))
        assert np.bincount(batch.targets) / 5000 == pytest.approx(1 / 2**symbols, abs=0.03)


@given(
    horizon=st.integers(2, 40), bandwidth=st.sampled_from([0.1, 0.5, 1.0]), seed=st.integers(0, 99)
)
@settings(max_examples=20)
def test_the_answer_of_delay_is_the_signal_that_many_steps_ago(
    horizon: int, bandwidth: float, seed: int
) -> None:
    """Against a plain loop; the steps before the lag are not asked."""
    task = Delay(horizon, bandwidth)
    batch = task.generate(np.random.default_rng(seed), 3)
    check_batch(task, batch)
    assert batch.mask is not None
    lag = horizon - 1
    for row, signal in enumerate(batch.inputs[..., 0]):
        for step in range(2 * horizon):
            assert batch.mask[row, step] == (step >= lag)
            if step >= lag:
                assert batch.targets[row, step, 0] == signal[step - lag]


@pytest.mark.parametrize("bandwidth", [0.1, 0.5, 1.0])
def test_the_signal_is_noise_of_its_band(bandwidth: float) -> None:
    """Variance 1, and the covariance of band-limited noise, sin(pi w n) / (pi w n), up to the stop
    band's -30 dB."""
    signal = Delay(40, bandwidth).generate(np.random.default_rng(0), 8000).inputs[..., 0]
    for distance in (0, 1, 2, 3, 7, 20):
        measured = np.mean(signal[:, 0] * signal[:, distance])
        assert measured == pytest.approx(np.sinc(bandwidth * distance), abs=0.06)
    assert np.mean(signal) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("horizon", [2, 3, 5, 10, 20, 50, 100])
def test_no_signal_of_delay_can_be_extrapolated_to_the_target(horizon: int) -> None:
    """At any bandwidth, without the one step that is asked for."""
    scores = [
        Delay(horizon, bandwidth).blind_score(horizon - 1)
        for bandwidth in (0.02, 0.05, 0.15, 0.25, 0.5, 0.8, 1)
    ]
    assert min(scores) > 0.13


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Copy(11), "horizon must be at least 12, got 11"),
        (lambda: TemporalOrder(9), "horizon must be at least 10, got 9"),
        (lambda: TemporalOrder(50, 4), "symbols must be 2 or 3, got 4"),  # type: ignore[arg-type]
        (lambda: Delay(1), "horizon must be at least 2, got 1"),
        (lambda: Delay(10, 0.0), r"bandwidth must be in \(0, 1\], got 0.0"),
        (lambda: AddingAnywhere(1), "horizon must be at least 2, got 1"),
    ],
)
def test_dials_that_cannot_be_are_refused(make: Callable[[], GeneratedTask], said: str) -> None:
    """With the value and the bound."""
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize("task", [kind() for kind in TASKS], ids=lambda task: task.name)  # type: ignore[call-arg]
def test_splits_share_no_sequence(task: GeneratedTask) -> None:
    """By content, and none occurs twice in one of them."""
    train, validation, test = splits_of(task)
    assert (len(train), len(validation), len(test)) == (640, 200, 200)
    assert not train & validation
    assert not train & test
    assert not validation & test
