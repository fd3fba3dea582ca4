"""Baselines on a user's file, against closed forms, plain loops and scikit-learn itself."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

from rnnbench.baselines import BaselineScore, fit_baselines
from rnnbench.baselines.classes import occurring
from rnnbench.datafile import (
    Choices,
    Dataset,
    classification_scores,
    forecast_scores,
    in_units,
    language_scores,
    load,
)
from rnnbench.datafile.seasons import find_season
from tests.builders import clean_files as clean
from tests.builders.clean_files import write


def daily(rows: int = 24 * 12, factor: float = 1.0) -> list[list[str]]:
    """Hours of a load with a day in it; the last 15 % are so many times as large."""
    rng = np.random.default_rng(0)
    lines = clean.hours(rows)
    for hour, line in enumerate(lines[1:]):
        size = factor if hour >= int(0.85 * rows) else 1.0
        line[1] = f"{size * (50 + 20 * np.sin(2 * np.pi * hour / 24) + rng.normal()):.4f}"
    return lines


@pytest.fixture(scope="module")
def hourly(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = write(tmp_path_factory.mktemp("hours") / "data.csv", daily())
    return load(path, Choices(window=30, horizon=2))


@pytest.fixture(scope="module")
def fitted(hourly: Dataset) -> dict[str, BaselineScore]:
    return {one.name: one for one in fit_baselines(hourly)}


@given(count=integers(2, 30), ahead=integers(1, 4), seed=integers(0, 99))
def test_forecasts_are_scored_as_plain_loops_score_them(count: int, ahead: int, seed: int) -> None:
    """A value of 0 has no percentage error."""
    rng = np.random.default_rng(seed)
    actual = np.round(rng.normal(50, 30, (count, ahead)))
    actual[0, 0] = 0
    last, forecast = rng.normal(50, 30, (2, count, ahead))
    found = forecast_scores(forecast, actual, last, 7.0)
    pairs = list(zip(actual.ravel(), forecast.ravel(), last.ravel(), strict=True))
    squares, last_squares = (sum((a - f[i]) ** 2 for a, *f in pairs) for i in (0, 1))
    percent = [100 * abs(f - a) / abs(a) for a, f, _ in pairs if a != 0]
    mean = sum(abs(a - f) for a, f, _ in pairs) / len(pairs)
    assert found["skill"] == pytest.approx(1 - squares / last_squares)
    assert found["mae"] == pytest.approx(mean)
    assert found["mape"] == pytest.approx(sum(percent) / len(percent))
    assert found["mase"] == pytest.approx(mean / 7)
    assert "mape" not in forecast_scores(forecast, 0 * actual, last, 7.0)


def test_classes_and_texts_are_scored_by_hand() -> None:
    """Three of four right, where the majority of training data has one of four; two bits each."""
    classes = np.array([0, 1, 1, 1])
    found = classification_scores(np.array([0, 1, 1, 0]), classes, np.array([0, 0, 1]))
    assert found == pytest.approx({"accuracy": 0.75, "scaled accuracy": 0.5 / 0.75})
    assert "scaled accuracy" not in classification_scores(classes, 0 * classes, 0 * classes)
    assert language_scores(np.log([0.25, 0.25])) == pytest.approx({"bits": 2, "perplexity": 4})


def test_ridge_is_the_closed_form_at_the_penalty_that_validation_data_choose(
    hourly: Dataset, fitted: dict[str, BaselineScore]
) -> None:
    """w = (X'X + penalty I)^-1 X'y on centred data; any other penalty errs more there."""
    answer = hourly.preparation.answer
    assert answer is not None
    train = hourly.train.inputs.reshape(len(hourly.train), -1).astype(float)
    mean = train.mean(axis=0)
    targets = hourly.train.targets.astype(float)
    errors = {}
    forecasts = {}
    for penalty in 10.0 ** np.arange(-4, 7):
        x = train - mean
        eye = penalty * np.eye(x.shape[1])
        weights = np.linalg.solve(x.T @ x + eye, x.T @ (targets - targets.mean(axis=0)))
        for part in (hourly.validation, hourly.test):
            rows = part.inputs.reshape(len(part), -1) - mean
            assert part.references is not None
            forecast = in_units((answer,), rows @ weights + targets.mean(axis=0), part.references)
            if part is hourly.validation:
                errors[penalty] = np.square(forecast - part.actual).mean()
        forecasts[penalty] = forecast
    best = min(errors, key=lambda one: errors[one])
    ridge = fitted["ridge regression"]
    assert ridge.setting == f"penalty {best:,g}"
    assert ridge.predictions == pytest.approx(forecasts[best], rel=1e-4)
    assert ridge.test["skill"] > 0.5


def test_the_last_and_the_seasonal_value_are_those_of_a_plain_loop(
    hourly: Dataset, fitted: dict[str, BaselineScore]
) -> None:
    """The day of a series of hours has 24 rows; the same hour of the day before."""
    start = hourly.test.start
    assert hourly.levels is not None
    level = hourly.levels[:, 0]
    assert start is not None
    last = fitted["last value"]
    season = fitted["seasonal value"]
    assert season.setting == "one day before, 24 rows"
    assert last.predictions is not None
    assert season.predictions is not None
    for row, begin in enumerate(start):
        assert last.predictions[row].tolist() == [level[begin - 1]] * 2
        assert season.predictions[row].tolist() == [level[begin - 24], level[begin - 23]]
    assert last.test["skill"] == 0
    assert season.test["skill"] > 0.5


def test_trees_are_those_of_scikit_learn(hourly: Dataset, fitted: dict[str, BaselineScore]) -> None:
    """As many as validation data choose, fitted on training data alone, in units of the target."""
    trees = fitted["gradient-boosted trees"]
    count = int(trees.setting.split()[0])
    answer = hourly.preparation.answer
    assert answer is not None
    flat = [part.inputs.reshape(len(part), -1) for part in (hourly.train, hourly.test)]
    outputs = []
    for step in range(2):
        model = HistGradientBoostingRegressor(
            learning_rate=0.05, max_iter=count, early_stopping=False, random_state=0
        )
        model.fit(flat[0], hourly.train.targets[:, step])
        outputs.append(model.predict(flat[1]))
    assert hourly.test.references is not None
    expected = in_units((answer,), np.column_stack(outputs), hourly.test.references)
    assert trees.predictions == pytest.approx(expected, rel=1e-4)


def test_test_rows_decide_nothing(fitted: dict[str, BaselineScore], tmp_path: Path) -> None:
    """Neither settings nor scores on validation data."""
    path = write(tmp_path / "data.csv", daily(factor=9.0))
    for one in fit_baselines(load(path, Choices(window=30, horizon=2))):
        assert one.setting == fitted[one.name].setting
        assert one.validation == pytest.approx(fitted[one.name].validation)
        assert one.test != fitted[one.name].test


def test_what_does_not_exist_has_a_reason(tmp_path: Path) -> None:
    """A season longer than the window; too many rows ahead for trees."""
    path = write(tmp_path / "data.csv", daily())
    by_name = {one.name: one for one in fit_baselines(load(path, Choices(window=15, horizon=13)))}
    season = by_name["seasonal value"]
    trees = by_name["gradient-boosted trees"]
    assert season.reason == "no season of its calendar fits in a window of 15 rows"
    assert trees.reason == "each of the 13 rows ahead would need an ensemble of its own"
    assert (season.predictions, trees.predictions, season.test) == (None, None, {})


def test_a_season_without_dates_is_the_one_that_errs_least(tmp_path: Path) -> None:
    """Here eleven rows, which no calendar has."""
    rows = [["spots"], *([f"{50 + 20 * np.sin(2 * np.pi * row / 11):.3f}"] for row in range(200))]
    season = find_season(load(write(tmp_path / "data.csv", rows), Choices(window=20)))
    assert season is not None
    assert season.rows == 11


def test_sequences_and_texts_are_told_apart_by_logistic_regression(tmp_path: Path) -> None:
    """On padded steps, or on the words that occur, as scikit-learn has it."""
    rng = np.random.default_rng(0)
    rows = [["visit", "pulse", "outcome"]]
    for visit in range(60):
        for _ in range(rng.integers(3, 9)):
            rows.append(
                [f"v{visit}", f"{70 + 9 * (visit % 2) + rng.normal():.2f}", "nm"[visit % 2]]
            )
    sequences = load(write(tmp_path / "visits.csv", rows))
    majority, logistic, trees = fit_baselines(sequences)
    assert (majority.name, trees.name) == ("majority class", "gradient-boosted trees")
    assert majority.test["scaled accuracy"] == 0
    assert logistic.test["accuracy"] == 1
    assert trees.test["accuracy"] > 0.8
    lines = clean.reviews(120)
    for line in lines[1:]:
        line[0] += " loved" if line[1] == "good" else " hated"
    lines[1][0] += " loved loved"
    texts = load(write(tmp_path / "texts.csv", lines))
    bag = fit_baselines(texts)[1]
    assert bag.test["accuracy"] == 1
    size = len(texts.preparation.vocabulary) + 1
    found = []
    for part in texts.parts:
        lengths = part.lengths if part.lengths is not None else [part.inputs.shape[1]] * len(part)
        one = np.zeros((len(part), size))
        for row, codes, length in zip(one, part.inputs, lengths, strict=True):
            row[codes[:length]] = 1
        found.append(one)
        assert np.array_equal(occurring(part, size).toarray(), one)
    strength = 1 / float(bag.setting.removeprefix("penalty ").replace(",", ""))
    model = LogisticRegression(C=strength, max_iter=500)
    model.fit(found[0], texts.train.targets)
    assert bag.predictions is not None
    assert bag.predictions.tolist() == model.predict(found[2]).tolist()


def test_the_longest_sequence_may_be_in_any_part(tmp_path: Path) -> None:
    """Steps that no training sequence has say nothing, and nothing fails for them."""
    rows = clean.visits()
    part = load(write(tmp_path / "data.csv", rows)).test
    assert part.lines is not None
    longer = rows[: part.lines[0]] + [rows[part.lines[0]]] * 4 + rows[part.lines[0] :]
    dataset = load(write(tmp_path / "longer.csv", longer))
    assert dataset.test.inputs.shape[1] > dataset.train.inputs.shape[1]
    assert all(one.test for one in fit_baselines(dataset))


def test_the_order_of_n_grams_is_chosen_on_validation_data(tmp_path: Path) -> None:
    """A text that repeats four letters needs one letter before; bits are those of the stream."""
    path = tmp_path / "data.txt"
    path.write_text("abcd" * 500)
    dataset = load(path, Choices(window=10))
    bigram, chosen = fit_baselines(dataset)
    assert (bigram.name, chosen.name) == ("bigram model", "n-gram model")
    assert chosen.validation["bits"] <= bigram.validation["bits"] < 0.1
    assert bigram.predictions is not None
    assert len(bigram.predictions) == dataset.test.targets.shape[1]
