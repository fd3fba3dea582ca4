"""Several columns of a user's file, forecast at once: each as well as alone, in its own units."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.baselines import BaselineScore, fit_baselines
from rnnbench.datafile import (
    Choices,
    Dataset,
    Preparation,
    headline,
    in_units,
    inspect,
    load,
    scores_over_targets,
    six_lines,
)
from rnnbench.errors import RnnbenchError
from rnnbench.findings.learning.looks import Schedule
from rnnbench.saved_model.answers import _names
from rnnbench.tryout.evaluating import evaluate
from rnnbench.tryout.evaluation import Evaluation
from rnnbench.tryout.losses import Losses

ROWS = 240
WINDOW = 6


def autoregressive(share: float, size: float, level: float, seed: int) -> np.ndarray:
    """A series that keeps this share of its distance from its level, (R,)."""
    rng = np.random.default_rng(seed)
    values = [0.0]
    for _ in range(ROWS - 1):
        values.append(share * values[-1] + rng.normal())
    return level + size * np.array(values)


def written(folder: Path, columns: Mapping[str, object], name: str = "data.csv") -> Path:
    """A file with a day for each row."""
    days = [str(day) for day in np.datetime64("2023-01-01") + np.arange(ROWS)]
    rows = zip(days, *columns.values(), strict=True)  # type: ignore[arg-type,call-overload]
    lines = [",".join(["date", *columns]), *(",".join(map(str, row)) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def two(folder: Path) -> Path:
    """Two series that know nothing of each other, the second one a thousand times as large."""
    columns = {"a": autoregressive(0.9, 1.0, 5.0, 0), "b": autoregressive(0.5, 1e3, 2e4, 1)}
    return written(folder, columns)


def of(path: Path, target: str, horizon: int = 2) -> Dataset:
    return load(path, Choices(target=target, window=WINDOW, horizon=horizon))


def ridge(dataset: Dataset) -> BaselineScore:
    """The ridge regression among the baselines."""
    return {baseline.name: baseline for baseline in fit_baselines(dataset)}["ridge regression"]


def test_answers_of_each_target_are_those_of_the_target_alone(tmp_path: Path) -> None:
    """All rows ahead of the first one, then those of the second; scaled each by itself."""
    path = two(tmp_path)
    both = of(path, "b, a")
    assert both.targets == ("b", "a")
    for place, target in enumerate("ba"):
        alone = of(path, target)
        for part, part_alone in zip(both.parts, alone.parts, strict=True):
            columns = slice(2 * place, 2 * place + 2)
            assert part.actual is not None
            assert part.references is not None
            assert np.array_equal(part.actual[:, columns], part_alone.actual)  # type: ignore[arg-type]
            assert np.array_equal(part.targets[:, columns], part_alone.targets)
            back = in_units(both.preparation.answers, part.targets, part.references)
            assert np.allclose(back, part.actual, rtol=1e-5)


def test_independent_targets_are_each_forecast_as_well_as_alone(tmp_path: Path) -> None:
    """By ridge regression, whose penalty is that of each; the skill is the mean of both."""
    path = two(tmp_path)
    both = of(path, "a,b")
    found = ridge(both)
    assert found.predictions is not None
    assert found.setting.count("penalty") == 2
    skills = []
    for place, target in enumerate("ab"):
        alone = of(path, target)
        own = ridge(alone)
        actual = alone.test.actual
        assert own.predictions is not None
        assert actual is not None
        together = np.mean(np.square(found.predictions[:, 2 * place : 2 * place + 2] - actual))
        apart = np.mean(np.square(own.predictions - actual))
        assert together == pytest.approx(apart, rel=0.1)
        last = alone.last_values(alone.test)
        skills.append(1 - together / np.mean(np.square(last - actual)))
    assert found.test["skill"] == pytest.approx(np.mean(skills))
    assert min(skills) > 0
    assert "mae" not in found.test


def test_units_decide_nothing(tmp_path: Path) -> None:
    """A target in thousandths has the same scores, and so has the mean over targets."""
    rng = np.random.default_rng(3)
    actual = rng.normal(5, 1, size=(40, 4))
    forecast = actual + rng.normal(size=actual.shape)
    last = actual + rng.normal(size=actual.shape)
    unit = np.array([1, 1, 1e3, 1e3])
    naive = np.array([0.5, 0.7])
    found = scores_over_targets(forecast, actual, last, naive)
    rescaled = scores_over_targets(unit * forecast, unit * actual, unit * last, naive * [1, 1e3])
    assert found == pytest.approx(rescaled)
    assert set(found) == {"skill", "mape", "mase"}


def test_the_verdict_is_one_and_errors_are_by_target(tmp_path: Path) -> None:
    """A loss of 1 is the last value's, whatever the units are."""
    dataset = of(two(tmp_path), "a,b")
    losses = Losses(dataset)
    assert dataset.test.actual is not None
    last = dataset.last_values(dataset.test)
    assert float(losses.of(last).mean()) == pytest.approx(1)
    noise = np.random.default_rng(0).normal(size=dataset.test.targets.shape)
    seeds = {}
    for seed in range(9):
        seeds[seed] = losses.predicted(dataset.test.targets + (0.1 + 0.001 * seed) * noise)
    baselines = [BaselineScore("last value", predictions=last)]
    evaluation = Evaluation(losses, ["gru"], {"gru": seeds}, baselines)
    shown = evaluate(evaluation, {"gru": Schedule(9, planned=9)}, None, 9)
    assert shown.answer[0].startswith(
        "gru is worth it: with it, forecasts of 'a' and 'b' are typically off by"
    )
    assert shown.answer[1].endswith("100 % of what their last values are off by.")
    assert shown.targets == ("a", "b")
    of_cell, of_last = shown.by_target
    assert of_last.errors[1] > 100 * of_last.errors[0]
    assert all(np.array(of_cell.errors) < of_last.errors)
    assert [line.title for line in shown.forecasts] == ["a", "b"]
    assert max(shown.forecasts[0].actual) < 100 < min(shown.forecasts[1].actual)
    assert [len(step.errors) for step in shown.by_step] == [2, 2]


def test_what_is_done_with_each_target_is_said(tmp_path: Path) -> None:
    """A target that drifts is differenced, the other one is not."""
    drifting = np.cumsum(np.random.default_rng(5).normal(0.5, 1, size=ROWS))
    path = written(tmp_path, {"a": autoregressive(0.2, 1.0, 5.0, 0), "b": drifting})
    inspection = inspect(path, Choices(target="a, b", window=WINDOW))
    assert headline(inspection).endswith("taken for a forecast of 'a' and 'b'.")
    transforms = dict(six_lines(inspection))["transforms"]
    assert "'a' is neither differenced nor a logarithm taken" in transforms
    assert "changes of 'b' are forecast in place of its level" in transforms
    done = [of.differenced for of in inspection.transforms.of_targets]
    assert done == [False, True]


def test_forecasts_of_a_new_file_have_a_column_for_each(tmp_path: Path) -> None:
    preparation = of(two(tmp_path), "a,b").preparation
    assert _names(preparation) == ("a+1", "a+2", "b+1", "b+2")
    assert preparation.columns == ("a", "b")


def test_a_model_of_before_has_one_target(tmp_path: Path) -> None:
    """A preparation without the new field is read as it was written."""
    preparation = of(two(tmp_path), "a").preparation
    assert isinstance(preparation, Preparation)
    assert preparation.other_answers == ()
    assert replace(preparation, other_answers=()).answers == (preparation.answer,)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("a,a", "column 'a' is named twice as a target"),
        ("a,bb", "no column called 'bb'. Did you mean 'b'?"),
        ("a,word", "column 'word' holds words, expected numbers"),
        ("a,flat", "column 'flat' is to be forecast, and never changes"),
        ("a,", "no column called ''"),
        ("a,cents", "column 'cents' equals 'a'"),
        ("a,early", "column 'early' holds 'a' of the next row"),
    ],
)
def test_targets_that_cannot_be_forecast_are_named(tmp_path: Path, target: str, says: str) -> None:
    a = autoregressive(0.9, 1.0, 5.0, 0)
    noise = np.random.default_rng(1).normal(0, 1e-3, size=ROWS)
    columns = {
        "a": a,
        "b": autoregressive(0.5, 1.0, 0.0, 1),
        "word": ["wet", "dry"] * (ROWS // 2),
        "flat": np.ones(ROWS),
        "cents": 100 * a,
        "early": np.append(a[1:], a[0]) + noise,
    }
    path = written(tmp_path, columns)
    with pytest.raises(RnnbenchError) as caught:
        load(path, Choices(target=target, window=WINDOW))
    assert says in str(caught.value)


def test_a_column_whose_name_has_a_comma_is_one_target(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    values = autoregressive(0.9, 1.0, 5.0, 0)
    path.write_text(
        '"a, b",c\n' + "".join(f"{x},{y}\n" for x, y in zip(values, -(values**2), strict=True))
    )
    assert load(path, Choices(target="a, b", window=WINDOW)).targets == ("a, b",)
