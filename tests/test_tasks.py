"""The truth of each task: chance by simulation, oracles, horizons, leaks."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
from zipfile import Path as ZipPath, ZipFile

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.datasets import load_digits

from rnnbench import Batch, DataUnavailable, GeneratedTask, Splits, Task, score
from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue
from rnnbench.training.contract import check_batch, check_repeats
from rnnbench_tasks.images.digits import DigitsPixels, DigitsRows, read_digits
from rnnbench_tasks.long_range.adding import Adding
from rnnbench_tasks.recall.recall_first import RecallFirst
from rnnbench_tasks.series.bitcoin import (
    MEMBERS,
    PRICES,
    TEST_DAYS,
    VALIDATION_DAYS,
    Bitcoin,
    read_prices,
)

GENERATED = [
    contribution.item
    for contribution in Catalogue.present().tasks.values()
    if issubclass(contribution.item, GeneratedTask)
]
DAYS = 1200


def adding_oracle(batch: Batch) -> np.ndarray:
    return (batch.inputs[..., 0] * batch.inputs[..., 1]).sum(axis=1, keepdims=True)


def recall_oracle(batch: Batch) -> np.ndarray:
    return np.eye(batch.inputs.max() + 1)[batch.inputs[:, 0]]


@pytest.mark.parametrize(
    ("task", "oracle"), [(Adding(horizon=30), adding_oracle), (RecallFirst(30), recall_oracle)]
)
def test_an_oracle_reaches_the_target(
    task: GeneratedTask, oracle: Callable[[Batch], np.ndarray]
) -> None:
    """What the question asks for can be read off the inputs."""
    batch = task.generate(np.random.default_rng(0), 1000)
    value = score(task.metrics, oracle(batch), batch)[task.metric.name]
    assert task.metric.reaches(value, task.target)


@pytest.mark.parametrize(
    ("task", "constant"),
    [
        (Adding(horizon=20), lambda batch: np.ones((len(batch), 1))),
        (RecallFirst(20), lambda batch: np.eye(8)[np.full(len(batch), 3)]),
        (
            RecallFirst(20, symbols=3, distractors="blanks"),
            lambda batch: np.eye(3)[np.full(len(batch), 1)],
        ),
    ],
)
def test_chance_by_formula_equals_chance_by_simulation(
    task: GeneratedTask, constant: Callable[[Batch], np.ndarray]
) -> None:
    """200,000 examples; the tolerance is over four standard errors of the simulation."""
    batch = task.generate(np.random.default_rng(1), 200_000)
    simulated = score(task.metrics, constant(batch), batch)
    for name, formula in task.trivial(batch, batch).items():
        assert simulated[name] == pytest.approx(formula, abs=0.005)


@pytest.mark.parametrize("task", GENERATED, ids=lambda task: task.name)
@given(longer=st.integers(0, 30), seed=st.integers(0, 99))
@settings(max_examples=10)
def test_a_task_is_a_function_of_its_generator(
    task: type[GeneratedTask], longer: int, seed: int
) -> None:
    """The same state gives the same examples, another one others, in the types that the harness
    takes."""
    made = task(horizon=max(task.shortest_horizon, 2) + longer)
    one, two, other = (
        made.generate(np.random.default_rng(s), 4) for s in (seed, seed, seed + 1000)
    )
    check_batch(made, one)
    check_repeats(made, one, two)
    assert not np.array_equal(made.generate(np.random.default_rng(7), 64).inputs, other.inputs)


@pytest.mark.parametrize(
    "task",
    [contribution.item for contribution in Catalogue.present().tasks.values()],
    ids=lambda t: t.name,
)
def test_a_task_says_what_it_asks_with_an_example_and_where_it_comes_from(task: type[Task]) -> None:
    """The first line is the question, an answer is drawn, a source is named, or the archive that
    holds the data."""
    text = (task.__doc__ or "").lower()
    assert len(text.split("\n")[0]) > 20
    assert "answer" in text
    assert (
        "source:" in text
        or task.archives
        or any(word in text for word in ("scikit-learn", "own file", "espeak"))
    )


@pytest.mark.parametrize("task", GENERATED, ids=lambda task: task.name)
def test_the_trivial_forecast_has_a_score_for_every_metric(task: type[GeneratedTask]) -> None:
    """And the target is better than it."""
    made = task()  # type: ignore[call-arg]
    for setting in (made, *made.elsewhere().values()):
        batch = setting.generate(np.random.default_rng(0), 50)
        trivial = setting.trivial(batch, batch)
        assert set(trivial) == {metric.name for metric in setting.metrics}
    assert made.metric.better(
        made.target,
        made.trivial(*[made.generate(np.random.default_rng(0), 200)] * 2)[made.metric.name],
    )


@pytest.mark.parametrize("task", GENERATED, ids=lambda task: task.name)
def test_a_reader_who_sees_less_scores_no_better(task: type[GeneratedTask]) -> None:
    """Where there is a formula: from chance or worse up, never beyond the perfect score."""
    made = task()  # type: ignore[call-arg]
    every = map(made.blind_score, range(made.horizon))
    scores = [score for score in every if score is not None]
    worse = 1.0 if made.metric.direction == "lower" else -1.0
    assert all(worse * (before - after) >= -1e-9 for before, after in pairwise(scores))


@given(horizon=st.integers(2, 60))
def test_adding_has_one_mark_in_each_half(horizon: int) -> None:
    """The second half is the longer one where the horizon is odd."""
    markers = Adding(horizon).generate(np.random.default_rng(0), 50).inputs[..., 1]
    assert (markers[:, : horizon // 2].sum(axis=1) == 1).all()
    assert (markers[:, horizon // 2 :].sum(axis=1) == 1).all()


@pytest.mark.parametrize("task", [Adding(8), RecallFirst(8), RecallFirst(8, distractors="blanks")])
def test_the_first_step_is_needed_at_times(task: GeneratedTask) -> None:
    """The horizon is the number of last steps that must be seen: two examples that differ in the
    first step alone can have different answers."""
    batch = task.generate(np.random.default_rng(0), 20_000)
    if isinstance(task, Adding):
        assert (batch.inputs[:, 0, 1] == 1).any()
        return
    rest: dict[bytes, set[int]] = {}
    for tokens, target in zip(batch.inputs, batch.targets, strict=True):
        rest.setdefault(tokens[1:].tobytes() if task.distractors == "blanks" else b"", set()).add(
            int(target)
        )
    assert all(len(answers) == task.output_size for answers in rest.values())


def test_a_reader_blind_to_the_first_token_is_at_chance() -> None:
    """The most frequent first token given the last one says nothing: accuracy stays at 1/K."""
    batch = RecallFirst(2).generate(np.random.default_rng(0), 100_000)
    half = len(batch) // 2
    table = np.zeros((8, 8))
    np.add.at(table, (batch.inputs[:half, -1], batch.targets[:half]), 1)
    outputs = table[batch.inputs[half:, -1]]
    assert score(RecallFirst.metrics, outputs, batch.take(np.arange(half, 2 * half)))[
        "accuracy"
    ] == pytest.approx(1 / 8, abs=0.01)


@pytest.mark.parametrize("task", [DigitsRows(), DigitsPixels()])
def test_digits_are_those_of_scikit_learn_split_without_overlap(
    task: DigitsRows | DigitsPixels,
) -> None:
    """1,100, 300 and 397 images, every one of them once, row by row or pixel by pixel."""
    images, labels = read_digits()
    theirs = load_digits()
    assert np.array_equal(images, theirs.data)
    assert np.array_equal(labels, theirs.target)
    splits = task.load({})
    parts = (splits.train, splits.validation, splits.test)
    assert [len(part) for part in parts] == [1100, 300, 397]
    rows = np.concatenate([part.inputs.reshape(len(part), 64) for part in parts])
    dealt = Counter(
        zip(
            map(bytes, rows), np.concatenate([part.targets for part in parts]).tolist(), strict=True
        )
    )
    assert dealt == Counter(
        zip(map(bytes, images.astype(np.float32) / 16), labels.tolist(), strict=True)
    )
    assert {len(part.inputs[0]) for part in parts} == {task.horizon}
    assert all(len(np.unique(part.targets)) == 10 for part in parts)


def test_no_digit_stands_in_two_splits() -> None:
    """By content: an image that occurs in training is not in the test."""
    splits = DigitsRows().load({})
    seen = {image.tobytes() for image in splits.train.inputs} | {
        i.tobytes() for i in splits.validation.inputs
    }
    assert not [image for image in splits.test.inputs if image.tobytes() in seen]


@pytest.fixture
def wheel(tmp_path: Path) -> ZipPath:
    """A small archive in the layout of the real one: a random walk from 2012-06-01 on, with a last
    intraday point."""
    steps = np.random.default_rng(0).normal(0, 0.03, DAYS)
    prices = 10 * np.exp(np.cumsum(steps))
    midnight = datetime(2012, 6, 1, tzinfo=UTC)
    points = [
        [int((midnight + timedelta(days=d, hours=23)).timestamp() * 1000), float(p)]
        for d, p in enumerate(prices)
    ]
    path = tmp_path / "prices.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr(MEMBERS[0], json.dumps(points[: DAYS // 2]))
        archive.writestr(MEMBERS[1], json.dumps(points[DAYS // 2 :]))
    return ZipPath(path)


def test_prices_are_read_by_utc_date_without_the_intraday_point(wheel: ZipPath) -> None:
    """One a day, in order."""
    days = read_prices(wheel)
    dates = [datetime.fromtimestamp(one, UTC).date() for one in days.seconds]
    assert dates == [date(2012, 6, 1) + timedelta(days=d) for d in range(DAYS - 1)]
    assert not days.breaks.any()


@pytest.mark.parametrize("values", ["log-returns", "prices"])
def test_bitcoin_splits_are_chronological_and_windows_end_the_day_before(
    wheel: ZipPath, values: str
) -> None:
    """The last 365 days are the test; the last input is yesterday, the target today."""
    task = Bitcoin(horizon=20, values=values)  # type: ignore[arg-type]
    splits = task.load({PRICES.package: wheel})
    days = len(read_prices(wheel).price) - (date(2013, 1, 1) - date(2012, 6, 1)).days
    parts = (splits.train, splits.validation, splits.test)
    assert [len(p) for p in parts] == [
        days - 20 - TEST_DAYS - VALIDATION_DAYS,
        VALIDATION_DAYS,
        TEST_DAYS,
    ]
    for part in parts:
        assert part.inputs.shape[1:] == (20, 1)
        assert np.array_equal(part.inputs[1:, -1], part.targets[:-1])
        assert np.array_equal(part.extra["last_price"][1:], part.extra["price"][:-1])
    assert np.array_equal(splits.test.inputs[0, -1], splits.validation.targets[-1])


@pytest.mark.parametrize("values", ["log-returns", "prices"])
def test_scaling_knows_the_training_days_alone(wheel: ZipPath, values: str) -> None:
    """Changing every later price leaves the training data as they were, to the bit; and training
    days have mean 0 and deviation 1."""
    task = Bitcoin(horizon=20, values=values)  # type: ignore[arg-type]
    before = task.load({PRICES.package: wheel})
    after = task.load({PRICES.package: later_prices_times(wheel, 100.0)})
    assert np.array_equal(before.train.inputs, after.train.inputs)
    assert np.array_equal(before.train.targets, after.train.targets)
    assert not np.array_equal(before.test.extra["price"], after.test.extra["price"])
    seen = np.concatenate([before.train.inputs[0].ravel(), before.train.targets.ravel()])
    assert seen.mean() == pytest.approx(0, abs=1e-4)
    assert seen.std() == pytest.approx(1, abs=1e-4)


def later_prices_times(wheel: ZipPath, factor: float) -> ZipPath:
    members = [json.loads((wheel / member).read_text()) for member in MEMBERS]
    points = list(chain.from_iterable(members))
    first_unseen = len(points) - 1 - TEST_DAYS - VALIDATION_DAYS
    changed = [
        [ms, price * (factor if i >= first_unseen else 1.0)] for i, (ms, price) in enumerate(points)
    ]
    path = Path(str(wheel.root.filename)).with_name("changed.whl")
    with ZipFile(path, "w") as archive:
        archive.writestr(MEMBERS[0], json.dumps(changed))
        archive.writestr(MEMBERS[1], "[]")
    return ZipPath(path)


@pytest.mark.parametrize("values", ["log-returns", "prices"])
def test_persistence_scores_what_a_plain_loop_says(wheel: ZipPath, values: str) -> None:
    """Skill 0, and the MAPE of "tomorrow = today" on the prices themselves, in either unit."""
    splits = Bitcoin(horizon=20, values=values).load({PRICES.package: wheel})  # type: ignore[arg-type]
    trivial = Bitcoin(horizon=20, values=values).trivial(splits.train, splits.test)  # type: ignore[arg-type]
    prices = read_prices(wheel).price[-TEST_DAYS - 1 :]
    mape = 100 * np.mean([abs(prices[i] / prices[i + 1] - 1) for i in range(TEST_DAYS)])
    assert trivial["skill"] == 0
    assert trivial["mape"] == pytest.approx(mape)


def test_a_perfect_forecast_has_no_error(wheel: ZipPath) -> None:
    """Skill 1, MAPE 0, MASE 0: outputs and targets are in the same units."""
    task = Bitcoin(horizon=20)
    test = task.load({PRICES.package: wheel}).test
    assert score(task.metrics, test.targets, test) == pytest.approx(
        {"skill": 1, "mape": 0, "mase": 0}, abs=1e-4
    )


def test_too_long_a_horizon_is_told_well(wheel: ZipPath) -> None:
    """Where the data are too short for it."""
    with pytest.raises(DataUnavailable, match="too few for horizon 900"):
        Bitcoin(horizon=900).load({PRICES.package: wheel})


@pytest.mark.parametrize("values", ["log-returns", "prices"])
def test_no_window_of_prices_is_over_a_gap(wheel: ZipPath, values: str) -> None:
    """Neither over missing days nor over a change of the hour; an hour of daylight saving, and some
    seconds, are no gap. Whatever the price behind the gap is, training data stay as they are."""
    task = Bitcoin(horizon=20, values=values)  # type: ignore[arg-type]
    points = json.loads((wheel / MEMBERS[0]).read_text())
    points += json.loads((wheel / MEMBERS[1]).read_text())
    gap = 400
    hour = len(points) - 1 - TEST_DAYS + 100

    def read_with(factor: float) -> Splits:
        moved = [[ms - 3_600_000 * (i > hour + 50), price] for i, (ms, price) in enumerate(points)]
        moved = [[ms - 7_200_000 * (i >= hour), price] for i, (ms, price) in enumerate(moved)]
        moved = moved[:gap] + [[ms, factor * price] for ms, price in moved[gap + 2 :]]
        path = Path(str(wheel.root.filename)).with_name(f"gaps-{factor}.whl")
        with ZipFile(path, "w") as archive:
            archive.writestr(MEMBERS[0], json.dumps(moved))
            archive.writestr(MEMBERS[1], "[]")
        assert np.flatnonzero(read_prices(ZipPath(path)).breaks).tolist() == [gap, hour - 2]
        return task.load({PRICES.package: ZipPath(path)})

    before = task.load({PRICES.package: wheel})
    splits = read_with(1.0)
    lost = 21 if values == "log-returns" else 20
    assert len(before.train) - len(splits.train) == lost + 2
    assert len(before.test) - len(splits.test) == lost
    if values == "log-returns":
        after = read_with(3.0)
        assert np.array_equal(splits.train.inputs, after.train.inputs)
        assert np.array_equal(splits.train.targets, after.train.targets)
        assert np.allclose(splits.train.extra["naive_error"], after.train.extra["naive_error"])


@pytest.mark.network
def test_the_real_prices() -> None:
    """4,126 windows of sixty days from 2013 on, none of them over six missing days in 2020 or over
    the change of the hour on 2024-04-01; "tomorrow = today" has a MAPE of 1.91 % on test data."""
    task = Bitcoin()
    splits = task.load(open_archives(Bitcoin))
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [
        3457,
        365,
        304,
    ]
    assert task.trivial(splits.train, splits.test)["mape"] == pytest.approx(1.914, abs=0.001)


@pytest.mark.parametrize("name", sorted(Catalogue.present().tasks))
def test_every_installed_task_says_what_it_is(name: str) -> None:
    """A docstring with an example, a target, a trivial forecast, a horizon, defaults for every
    dial."""
    task = Catalogue.present().tasks[name].item
    assert task.__doc__
    assert "answer" in task.__doc__
    assert task.trivial_forecast
    assert {"horizon"} <= {field.name for field in fields(task)}
    assert task().metric.name  # type: ignore[call-arg]


def test_splits_are_three() -> None:
    """Training, validation, test, and no fourth."""
    assert [field.name for field in fields(Splits)] == ["train", "validation", "test"]
