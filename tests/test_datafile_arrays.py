"""The arrays of a user's file: the windows that inspect counts, fitted on training rows alone."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers

from rnnbench.datafile import (
    Choices,
    Dataset,
    Preparation,
    in_units,
    inspect,
    load,
    six_lines,
    windows_left,
)
from rnnbench.datafile.records import Fill, Unit
from rnnbench.datafile.windows import filled as series_filled, split_by_time, still_missing
from rnnbench.datafile.words import words_of
from tests.builders import clean_files as clean
from tests.builders.clean_files import write
from tests.builders.hostile_files import HOSTILE, Hostile

USABLE = [hostile for hostile in HOSTILE if hostile.kind]


def choices_of(hostile: Hostile) -> Choices:
    """What the options of the command say."""
    said = dict(zip(hostile.options[::2], hostile.options[1::2], strict=True))
    return Choices(**{option.removeprefix("--"): value for option, value in said.items()})  # type: ignore[arg-type]


def counts(dataset: Dataset) -> list[int]:
    """Windows, sequences or texts of each part."""
    if dataset.inspection.kind == "language model":
        window = dataset.inspection.windows.length
        assert window is not None
        return [part.inputs.shape[1] // window for part in dataset.parts]
    return [len(part) for part in dataset.parts]


@pytest.mark.parametrize("hostile", USABLE, ids=lambda one: one.what)
def test_what_is_trained_on_is_what_inspect_counts(hostile: Hostile, tmp_path: Path) -> None:
    """In each part, without a number that is missing or infinite."""
    path = hostile.make(tmp_path)
    choices = choices_of(hostile)
    split = inspect(path, choices).split
    dataset = load(path, choices)
    assert counts(dataset) == [split.train, split.validation, split.test]
    for part in dataset.parts:
        assert np.isfinite(part.inputs).all()
        assert np.isfinite(part.targets).all()


def table(folder: Path, columns: Mapping[str, Sequence[object]], name: str = "data.csv") -> Path:
    """Write columns of a table."""
    rows = [list(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return write(folder / name, [list(columns), *rows])


def days(count: int) -> list[str]:
    return [str(np.datetime64("2023-01-02") + day) for day in range(count)]


def noise(rows: int = 80, seed: int = 0) -> dict[str, list[object]]:
    """A series of weeks without a trend, and an input."""
    rng = np.random.default_rng(seed)
    wave = 50 + 5 * np.sin(2 * np.pi * np.arange(rows) / 7)
    level = [*(wave + rng.normal(size=rows)).round(3)]
    return {"day": [*days(rows)], "sun": [*rng.random(rows).round(3)], "count": level}


def growth(rows: int = 400) -> dict[str, list[object]]:
    """A series that grows by a share of itself: logarithms and differences are taken."""
    rng = np.random.default_rng(1)
    level = 5 * np.exp(np.cumsum(rng.normal(0.01, 0.05, rows)))
    return {"day": [*days(rows)], "price": [*level.round(5)]}


@given(window=integers(1, 6), ahead=integers(1, 3), rows=integers(60, 90))
def test_levels_are_those_of_a_plain_loop(
    window: int, ahead: int, rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Windows end before their answers, 70 % of the rows train, 15 % validate, 15 % test; scaling
    is that of the training rows."""
    columns = noise(rows)
    path = table(tmp_path_factory.getbasetemp(), columns, f"noise-{rows}.csv")
    dataset = load(path, Choices(target="count", window=window, horizon=ahead))
    assert not dataset.inspection.transforms.differenced
    values = np.array([columns["count"], columns["sun"]], dtype=float).T
    begins = [window, int(0.7 * rows), int(0.85 * rows), rows]
    offset = values[: begins[1]].mean(axis=0)
    scale = values[: begins[1]].std(axis=0)
    for part, begin, end in zip(dataset.parts, begins, begins[1:], strict=False):
        assert len(part) == end - ahead + 1 - begin
        for index, start in enumerate(range(begin, end - ahead + 1)):
            seen = (values[start - window : start] - offset) / scale
            assert part.inputs[index] == pytest.approx(seen, abs=1e-4)
            answers = values[start : start + ahead, 0]
            assert part.targets[index] == pytest.approx((answers - offset[0]) / scale[0], abs=1e-4)
            assert part.actual is not None
            assert part.actual[index] == pytest.approx(answers)
            assert part.lines is not None
            assert part.lines[index] == start + 2


def test_logarithms_and_differences_are_undone(tmp_path: Path) -> None:
    """In units of the file: targets are the answers, no change is the last value, and the channels
    are those of a plain loop."""
    columns = growth()
    dataset = load(table(tmp_path, columns), Choices(window=10, horizon=3))
    assert dataset.inspection.transforms.logarithm
    assert dataset.inspection.transforms.differenced
    answer = dataset.preparation.answer
    assert answer is not None
    level = np.array(columns["price"], dtype=float)
    no_change = -np.array(answer.offset) / np.array(answer.scale)
    change, from_last = dataset.preparation.channels
    assert (change.form, from_last.form) == ("change", "from last")
    for part in dataset.parts:
        assert part.actual is not None
        assert part.references is not None
        assert part.start is not None
        for index, start in enumerate(part.start):
            references = part.references[index : index + 1]
            there = in_units((answer,), part.targets[index : index + 1], references)
            assert there[0] == pytest.approx(level[start : start + 3], rel=1e-5)
            stays = in_units((answer,), no_change[None], references)
            assert stays[0] == pytest.approx([level[start - 1]] * 3)
            seen = np.log(level[start - 10 : start])
            expected = [(0 - change.offset) / change.scale]
            expected += [(one - change.offset) / change.scale for one in np.diff(seen)]
            assert part.inputs[index, :, 0] == pytest.approx(expected, abs=1e-4)
            levels = (seen - seen[-1] - from_last.offset) / from_last.scale
            assert part.inputs[index, :, 1] == pytest.approx(levels, abs=1e-4)
    assert dataset.train.targets.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-5)
    assert dataset.train.targets.std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("make", [noise, growth])
def test_later_rows_change_nothing_in_training_data(
    make: Callable[[], dict[str, list[object]]], tmp_path: Path
) -> None:
    """Neither windows nor answers nor what they are scaled by: validation and test rows may be
    anything."""
    columns = make()
    choices = Choices(window=10, horizon=2)
    before = load(table(tmp_path, columns), choices)
    rows = len(columns["day"])
    for name in columns.keys() - {"day"}:
        columns[name][int(0.7 * rows) :] = [
            3 * float(str(one)) + 1 for one in columns[name][int(0.7 * rows) :]
        ]
    after = load(table(tmp_path, columns, "b.csv"), choices)
    assert after.preparation == before.preparation
    assert np.array_equal(after.train.inputs, before.train.inputs)
    assert np.array_equal(after.train.targets, before.train.targets)
    assert not np.array_equal(after.test.targets, before.test.targets)


def test_no_training_window_has_a_later_answer_and_no_window_two_series(tmp_path: Path) -> None:
    """All rows of a window are of one series and follow each other; what is answered in one part is
    not answered in another one."""
    path = write(tmp_path / "data.csv", clean.panel())
    window, ahead = 15, 3
    dataset = load(path, Choices(window=window, horizon=ahead))
    assert dataset.series is not None
    assert len(dataset.names) == 3
    answered: list[set[int]] = []
    for part in dataset.parts:
        assert part.start is not None
        rows = part.start[:, None] + np.arange(-window, ahead)
        assert (dataset.series[rows] == dataset.series[rows[:, :1]]).all()
        answered.append(set(rows[:, window:].ravel().tolist()))
        if part is dataset.train:
            seen = set(rows.ravel().tolist())
    assert answered[0].isdisjoint(answered[1] | answered[2])
    assert answered[1].isdisjoint(answered[2])
    assert seen.isdisjoint(answered[1] | answered[2])


def test_no_window_is_over_a_gap(tmp_path: Path) -> None:
    """Its rows are one day apart, and the rows behind the gap are there in other windows."""
    columns = noise(200)
    for values in columns.values():
        del values[60:65]
    dataset = load(table(tmp_path, columns), Choices(window=10, horizon=2))
    assert dataset.times is not None
    assert [notice.kind for notice in dataset.inspection.notices] == ["gaps"]
    behind = 0
    for part in dataset.parts:
        assert part.start is not None
        times = dataset.times[part.start[:, None] + np.arange(-10, 2)]
        assert (np.diff(times, axis=1) == 86_400).all()
        behind += (part.start - 10 == 60).sum()
    assert behind == 1


@pytest.mark.parametrize(("fill", "filled"), [("forward", [1.0, 1.0]), ("linear", [2.0, 3.0])])
def test_missing_values_are_filled_as_asked(fill: Fill, filled: list[float]) -> None:
    """By the value before, or between two; linearly never over the end of a part, whose next value
    is not known yet, and in both ways never from another series."""
    rows = split_by_time(np.repeat([0, 1], 20))
    values = np.arange(40.0)
    values[0:4] = [1.0, np.nan, np.nan, 4.0]
    values[13] = np.nan
    values[20] = np.nan
    found = series_filled(values, rows, fill)
    assert found[1:3].tolist() == filled
    assert np.isnan(found[20])
    assert np.isnan(found[13]) == (fill == "linear")
    missing = np.isnan(values)
    assert np.isnan(found).tolist() == still_missing(missing, rows, fill).tolist()


@pytest.mark.parametrize("fill", ["forward", "linear"])
def test_no_answer_is_a_filled_value_and_none_fills_an_input(fill: Fill, tmp_path: Path) -> None:
    """Whatever the answer is, what a window reads stays as it is; the value before, repeated, is
    no truth."""
    columns = noise(200)
    for row in (50, 51, 150, 190):
        columns["count"][row] = ""
    columns["sun"][100] = ""
    path = table(tmp_path, columns)
    choices = Choices(window=10, horizon=2, fill=fill, target="count")
    dataset = load(path, choices)
    split = inspect(path, choices).split
    assert counts(dataset) == [split.train, split.validation, split.test]
    for part in dataset.parts:
        assert part.start is not None
        assert not {50, 51, 150, 190} & set((part.start[:, None] + np.arange(2)).ravel().tolist())
        last_read = set((part.start - 1).tolist())
        assert bool({50, 51, 100, 150, 190} & last_read) == (fill == "forward")
    start = 52 if fill == "forward" else 53
    assert dataset.train.start is not None
    place = int(np.flatnonzero(dataset.train.start == start)[0])
    for answer in range(start, start + 2):
        columns["count"][answer] = 44.0
    other = load(table(tmp_path, columns, "b.csv"), choices)
    for one, channel in enumerate(dataset.preparation.channels):
        before, after = (
            data.train.inputs[place, :, one] * found.scale + found.offset
            for data, found in ((dataset, channel), (other, other.preparation.channels[one]))
        )
        assert before == pytest.approx(after, abs=1e-3)


def test_sequences_are_padded_and_scaled_by_those_that_train(tmp_path: Path) -> None:
    """Each with its class, as in the file; the last rows of long ones; other parts change
    nothing."""
    rng = np.random.default_rng(0)
    rows = [["visit", "pulse", "outcome"]]
    pulses = []
    for visit in range(40):
        pulses.append(rng.normal(70, 5, rng.integers(3, 9)).round(2))
        rows += [[f"v{visit}", str(one), ("ill", "well")[visit % 2]] for one in pulses[-1]]
    dataset = load(write(tmp_path / "data.csv", rows), Choices(window=5))
    assert dataset.preparation.classes == ("ill", "well")
    by_line = {}
    line = 2
    for visit, pulse in enumerate(pulses):
        by_line[line] = visit
        line += len(pulse)
    numbers = []
    for part in dataset.parts:
        assert part.lines is not None
        numbers.append([by_line[int(line)] for line in part.lines])
    steps = np.concatenate([pulses[visit][-5:] for visit in numbers[0]])
    assert sorted(chain.from_iterable(numbers)) == list(range(40))
    for part, visits in zip(dataset.parts, numbers, strict=True):
        assert part.lengths is not None
        for row, visit in enumerate(visits):
            expected = (pulses[visit][-5:] - steps.mean()) / steps.std()
            assert part.lengths[row] == len(expected)
            assert part.inputs[row, : len(expected), 0] == pytest.approx(expected, abs=1e-4)
            assert not part.inputs[row, len(expected) :].any()
            assert part.targets[row] == visit % 2


@pytest.mark.parametrize("unit", ["character", "word"])
def test_a_text_is_one_stream_in_three_parts(unit: Unit, tmp_path: Path) -> None:
    """Decoded, it is the text, but for symbols that the training part lacks; each target is the
    next input."""
    path = tmp_path / "data.txt"
    path.write_text(f"{clean.prose()}\nωmega")
    dataset = load(path, Choices(unit=unit, window=10))
    symbols = ("?", *dataset.preparation.vocabulary)
    decoded: list[str] = []
    for part in dataset.parts:
        assert np.array_equal(part.inputs[0, 1:], part.targets[0, :-1])
        codes = np.append(part.inputs[0, :1], part.targets[0])
        decoded += [symbols[code] for code in codes]
    text = path.read_text()
    expected = words_of(text) if unit == "word" else [*text, "\n"]
    known = set(symbols)
    assert decoded == [one if one in known else "?" for one in expected]
    assert "?" in decoded
    assert len(decoded) > 10 * dataset.inspection.windows.count


def test_texts_have_the_words_that_training_texts_have(tmp_path: Path) -> None:
    """Their codes are those of their words; words of other parts alone are unknown."""
    rows = clean.reviews()
    dataset = load(write(tmp_path / "data.csv", rows))
    symbols = ("?", *dataset.preparation.vocabulary)
    train_words: set[str] = set()
    for part in dataset.parts:
        assert part.lines is not None
        for row, line in enumerate(part.lines):
            words = words_of(rows[line - 1][0])
            if part is dataset.train:
                train_words |= set(words)
            shown = [symbols[code] for code in part.inputs[row, : len(words)]]
            assert shown == [word if word in train_words else "?" for word in words]
            assert dataset.preparation.classes[part.targets[row]] == rows[line - 1][1]
    assert set(symbols[1:]) == train_words


def test_an_input_that_leaves_its_range_is_read_as_changes(tmp_path: Path) -> None:
    """A model would otherwise read levels in the test that no training row had; six lines say
    so."""
    columns = noise(200)
    rng = np.random.default_rng(3)
    columns["rising"] = [*np.cumsum(rng.random(200)).round(3)]
    dataset = load(table(tmp_path, columns), Choices(target="count", window=10))
    forms = {channel.column: channel.form for channel in dataset.preparation.channels}
    assert forms == {"count": "level", "sun": "level", "rising": "change"}
    assert "changes are read of 'rising'" in dict(six_lines(dataset.inspection))["transforms"]
    assert np.abs(dataset.test.inputs).max() < 5


def test_a_preparation_goes_through_json(tmp_path: Path) -> None:
    """As a file beside the weights of a model has it."""
    dataset = load(table(tmp_path, growth()), Choices(window=10, horizon=3))
    text = msgspec.json.encode(dataset.preparation)
    assert msgspec.json.decode(text, type=Preparation) == dataset.preparation


def test_of_too_many_windows_evenly_spaced_ones_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each part and series; it is said, and counted as it is trained on."""
    path = write(tmp_path / "data.csv", clean.panel())
    choices = Choices(window=10)
    whole = load(path, choices)
    monkeypatch.setattr(windows_left, "MOST_NUMBERS", 1_200)
    found = load(path, choices)
    split = found.inspection.split
    assert counts(found) == [split.train, split.validation, split.test]
    (noticed,) = found.inspection.notices
    assert noticed.sentence.startswith("The 330 windows have more than 1,200 numbers together: one")
    assert sum(counts(found)) == -(-sum(counts(whole)) // 3)
    assert found.series is not None
    for part in found.parts:
        assert part.start is not None
        assert set(found.series[part.start]) == {0, 1, 2}
