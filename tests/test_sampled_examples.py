"""Some of the training examples of a file: drawn evenly, the same ones always, and reported."""

from pathlib import Path

import numpy as np
import pytest

from rnnbench.datafile import (
    Choices,
    Dataset,
    inspect,
    load,
    sampled,
    six_lines,
    validation_used,
    with_examples,
)
from rnnbench.datafile.sampling import drawn, drawn_by_class
from rnnbench.errors import RnnbenchError
from tests.builders import clean_files as clean
from tests.builders.inside import rnnbench_here

USED = 30


def some(whole: Dataset, count: int = USED) -> Dataset:
    return sampled(whole, with_examples(whole.inspection, count))


def test_one_of_each_stretch_is_drawn() -> None:
    """At no fixed distance, which would show one hour of the day alone."""
    chosen = drawn(100, 2_400, np.random.default_rng(0))
    assert list(chosen // 24) == list(range(100))
    assert len(set(chosen % 24)) > 12
    assert list(drawn(7, 7, np.random.default_rng(0))) == list(range(7))


def test_classes_keep_their_shares() -> None:
    """Of classes in turns, of which equal distances would miss one, and of a rare one."""
    classes = np.arange(1_000) % 2
    classes[17] = 2
    chosen = drawn_by_class(100, classes, np.random.default_rng(0))
    counts = np.bincount(classes[chosen])
    assert counts[2] == 1
    assert abs(counts[0] - counts[1]) <= 2
    assert list(chosen) == sorted(set(chosen))


def test_windows_of_the_training_part_are_drawn_and_the_test_part_is_whole(tmp_path: Path) -> None:
    """They are windows of the whole file, spread over all of it; what is fitted stays fitted on the
    whole part. `inspect` says how many are used, and `load` uses as many."""
    path = clean.write(tmp_path / "prices.csv", clean.prices())
    choices = Choices(window=10, train_examples=USED)
    whole = load(path, Choices(window=10))
    found = load(path, choices)
    assert inspect(path, choices) == found.inspection
    assert found.preparation == whole.preparation
    assert len(found.train) == USED
    assert whole.train.start is not None
    assert found.train.start is not None
    places = np.searchsorted(whole.train.start, found.train.start)
    assert np.array_equal(whole.train.inputs[places], found.train.inputs)
    assert np.array_equal(whole.train.targets[places], found.train.targets)
    assert np.diff(places).max() <= 2 * len(whole.train) / USED
    assert np.array_equal(whole.test.inputs, found.test.inputs)
    assert len(found.validation) == len(whole.validation)
    said = dict(six_lines(found.inspection))["split"]
    split = whole.inspection.split
    assert (
        f"windows for training, of which {USED} are used, {split.validation} for validation, "
        in said
    )
    again = load(path, choices)
    assert np.array_equal(again.train.inputs, found.train.inputs)


@pytest.mark.parametrize("make", [clean.visits, clean.reviews])
def test_sequences_and_texts_keep_their_lengths(make: object, tmp_path: Path) -> None:
    """Each with its line, its class and its real steps."""
    whole = load(clean.write(tmp_path / "data.csv", make()))  # type: ignore[operator]
    found = some(whole, 12)
    assert len(found.train) == 12
    lines = {int(line): place for place, line in enumerate(whole.train.lines)}  # type: ignore[arg-type]
    assert found.train.lines is not None
    for place, line in enumerate(found.train.lines):
        of_whole = lines[int(line)]
        steps = found.train.inputs.shape[1]
        assert np.array_equal(found.train.inputs[place], whole.train.inputs[of_whole, :steps])
        assert not whole.train.inputs[of_whole, steps:].any()
        assert found.train.targets[place] == whole.train.targets[of_whole]


def test_of_a_text_the_last_windows_before_the_validation_part_are_used(tmp_path: Path) -> None:
    """In one stream, whose codes are numbered by the whole training part."""
    path = tmp_path / "text.txt"
    path.write_text(clean.prose())
    whole = load(path, Choices(window=30))
    found = load(path, Choices(window=30, train_examples=5))
    assert found.train.inputs.shape == (1, 150)
    assert np.array_equal(found.train.inputs, whole.train.inputs[:, -150:])
    assert np.array_equal(found.train.targets, whole.train.targets[:, -150:])
    assert found.preparation == whole.preparation
    said = dict(six_lines(found.inspection))["split"]
    assert "of which the last 5 are used" in said


def test_validation_data_keep_a_share_and_a_least_number() -> None:
    assert validation_used(10_000, 40_000, 8_000) == 2_000
    assert validation_used(2_000, 40_000, 8_000) == 1_000
    assert validation_used(2_000, 3_000, 600) == 600


@pytest.mark.parametrize(("count", "least"), [(0, 1), (1, 2)])
def test_fewer_examples_than_classes_are_refused(count: int, least: int, tmp_path: Path) -> None:
    rows = clean.visits() if least == 2 else clean.prices()
    path = clean.write(tmp_path / "data.csv", rows)
    with pytest.raises(
        RnnbenchError,
        match=f"{count} training examples \\(--train-examples\\): expected at least {least}",
    ):
        inspect(path, Choices(train_examples=count))


def test_more_examples_than_there_are_is_all_of_them(tmp_path: Path) -> None:
    path = clean.write(tmp_path / "prices.csv", clean.prices())
    assert inspect(path, Choices(train_examples=10**6)) == inspect(path)


def test_the_command_says_how_many_are_used(tmp_path: Path) -> None:
    clean.write(tmp_path / "prices.csv", clean.prices())
    done = rnnbench_here("inspect", "prices.csv", "--train-examples", "40", cwd=tmp_path)
    assert done.returncode == 0
    assert "of which 40 are used" in " ".join(done.stdout.split())
