"""Rows at uneven times: the time since the row before is read, or rows are put on even steps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnbench.baselines import fit_baselines
from rnnbench.datafile import Choices, inspect, load, read_new, sentence_of, six_lines
from rnnbench.errors import RnnbenchError

ROWS = 300
WINDOW = 5
BEGIN = np.datetime64("2024-01-01T00:00:00")


def gaps(seed: int = 0) -> np.ndarray:
    """Seconds between rows, from a minute to hours, none of them usual, (R,)."""
    return np.round(np.exp(np.random.default_rng(seed).uniform(4, 9, size=ROWS)))


def written(folder: Path, columns: dict[str, np.ndarray], seconds: np.ndarray | None) -> Path:
    """A file with these columns, and with a column of times where there are any."""
    names = list(columns)
    cells = [list(map(repr, map(float, values))) for values in columns.values()]
    if seconds is not None:
        names.insert(0, "time")
        cells.insert(0, [str(BEGIN + np.timedelta64(int(one), "s")) for one in seconds])
    path = folder / ("times.csv" if seconds is not None else "bare.csv")
    lines = [",".join(names), *map(",".join, zip(*cells, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def following_gaps(folder: Path, *, times: bool = True) -> Path:
    """What comes next is the logarithm of the time since the row before, but for noise."""
    between = gaps()
    noise = np.random.default_rng(1).normal(0, 0.3, size=ROWS)
    values = np.append(0.0, np.log(between)[:-1]) + noise
    return written(folder, {"x": values}, np.cumsum(between) if times else None)


def test_the_time_since_the_row_before_makes_ridge_regression_better(tmp_path: Path) -> None:
    """Of a series whose next value depends on it."""
    skills = []
    for times in (False, True):
        dataset = load(following_gaps(tmp_path, times=times), Choices(target="x", window=WINDOW))
        ridge = {one.name: one for one in fit_baselines(dataset)}["ridge regression"]
        skills.append(ridge.test["skill"])
    without, with_times = skills
    assert without < 0.6 < 0.9 < with_times


def test_it_is_a_logarithm_scaled_on_training_rows(tmp_path: Path) -> None:
    """The first row of a series has no row before it, and reads the mean, which is 0."""
    path = following_gaps(tmp_path)
    dataset = load(path, Choices(target="x", window=WINDOW))
    assert dataset.preparation.columns == ("x",)
    logarithms = np.append(np.nan, np.log(gaps()[1:]))
    seen = logarithms[: int(0.7 * ROWS)]
    scaled = (logarithms - np.nanmean(seen)) / np.nanstd(seen)
    scaled[0] = 0.0
    assert dataset.test.start is not None
    for part in dataset.parts:
        assert part.start is not None
        for inputs, start in zip(part.inputs, part.start, strict=True):
            assert np.allclose(inputs[:, -1], scaled[start - WINDOW : start], atol=1e-5)
    asked = read_new(path, dataset.preparation)
    first = asked.read(0, ROWS).inputs
    assert np.array_equal(first[: len(dataset.train)], dataset.train.inputs)


def test_it_is_said(tmp_path: Path) -> None:
    inspection = inspect(following_gaps(tmp_path), Choices(window=WINDOW))
    transforms = dict(six_lines(inspection))["transforms"]
    assert "the time since the row before is read too, as a logarithm" in transforms
    (noticed,) = inspection.notices
    assert "`--resample STEP` makes even steps in place of it" in sentence_of(noticed)


def test_even_times_are_not_read(tmp_path: Path) -> None:
    path = written(tmp_path, {"x": np.sin(np.arange(ROWS) ** 1.5)}, 3600.0 * np.arange(ROWS))
    dataset = load(path, Choices(window=WINDOW))
    assert not dataset.preparation.reads_elapsed
    assert not dataset.inspection.transforms.elapsed
    assert len(dataset.preparation.channels) == 1


def readings(folder: Path) -> tuple[Path, pd.DataFrame]:
    """Two columns at uneven times, with a value missing and a hole of many hours."""
    rng = np.random.default_rng(2)
    seconds = np.cumsum(rng.integers(60, 2400, size=2 * ROWS)).astype(float)
    seconds[400:] += 7 * 3600
    values = np.round(8 * rng.normal(5, 1, size=(2 * ROWS, 2))) / 8  # the same in decimals
    frame = pd.DataFrame(values, columns=["x", "y"])
    path = folder / "readings.csv"
    frame.insert(0, "time", pd.to_datetime(BEGIN) + pd.to_timedelta(seconds, unit="s"))
    frame.loc[30, "y"] = np.nan
    frame.to_csv(path, index=False)
    return path, frame.set_index("time")


def test_resampled_values_are_those_of_pandas(tmp_path: Path) -> None:
    """The mean of each hour; a model reads no window over an hour without a row, and counts it."""
    path, frame = readings(tmp_path)
    dataset = load(path, Choices(target="x", window=WINDOW, resample="1h"))
    hours = frame.resample("1h").mean()
    assert dataset.levels is not None
    assert dataset.times is not None
    assert np.array_equal(dataset.levels[:, 0], hours["x"].to_numpy(), equal_nan=True)
    since = (hours.index - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    assert np.array_equal(dataset.times, since)
    whole = hours.notna().all(axis=1).rolling(WINDOW + 1).sum() == WINDOW + 1
    inspection = dataset.inspection
    assert inspection.windows.count + inspection.windows.left_out <= len(hours) - WINDOW
    starts = np.concatenate([part.start for part in dataset.parts if part.start is not None])
    assert set(starts) == set(np.flatnonzero(whole))
    assert inspection.order.step == "every hour"
    (resampled,) = [one for one in inspection.notices if one.kind == "resampled"]
    empty = int(hours["x"].isna().sum())
    assert f"become {len(hours)} steps, every hour; {empty} steps have no row" in resampled.sentence
    assert not dataset.preparation.reads_elapsed


def test_steps_without_a_row_are_filled_as_asked(tmp_path: Path) -> None:
    path, frame = readings(tmp_path)
    dataset = load(path, Choices(target="x", window=WINDOW, resample="1h", fill="forward"))
    expected = frame.resample("1h").mean()["x"].ffill().to_numpy()
    assert dataset.levels is not None
    assert np.array_equal(dataset.levels[:, 0], expected)


def test_a_new_file_is_resampled_too(tmp_path: Path) -> None:
    """Its windows are those of training, and each is about the begin of its last hour."""
    path, frame = readings(tmp_path)
    dataset = load(path, Choices(target="x", window=WINDOW, resample="1h"))
    asked = read_new(path, dataset.preparation)
    found = asked.read(0, len(asked)).inputs
    assert np.array_equal(found[: len(dataset.train)], dataset.train.inputs)
    last = frame.resample("1h").mean().index[-1]
    assert asked.keys["time"][-1] == f"{last:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    assert any("become" in notice for notice in asked.notices)


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("1min", "the step is finer than the data, whose median step is"),
        ("soon", "expected a number with s, min, h, d or w, such as 1h"),
        ("1m", "expected a number with s, min, h, d or w, such as 1h"),
        ("0h", "expected a number with s, min, h, d or w, such as 1h"),
        ("52w", "too few"),
    ],
)
def test_a_step_that_cannot_be_is_refused(tmp_path: Path, step: str, says: str) -> None:
    path, _ = readings(tmp_path)
    with pytest.raises(RnnbenchError) as caught:
        load(path, Choices(target="x", window=WINDOW, resample=step))
    assert says in str(caught.value)


def test_stamps_that_are_all_equal_leave_one_row(tmp_path: Path) -> None:
    """With and without even steps, the sentence says that rows are too few."""
    path = written(tmp_path, {"x": np.random.default_rng(0).normal(size=ROWS)}, np.zeros(ROWS))
    for resample in (None, "1h"):
        with pytest.raises(RnnbenchError, match="1 row of a series are too few"):
            load(path, Choices(target="x", window=WINDOW, resample=resample))


def test_rows_without_times_cannot_be_resampled(tmp_path: Path) -> None:
    path = following_gaps(tmp_path, times=False)
    with pytest.raises(RnnbenchError, match="no column holds times: name one with --order"):
        load(path, Choices(target="x", window=WINDOW, resample="1h"))
