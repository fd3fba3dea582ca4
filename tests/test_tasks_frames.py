"""Captions and moving digits: pictures that say what is on them, motion that can be known, nothing
seen before."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import chain, product

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.ndimage import find_objects, label

from rnnbench import Batch, RecordedTask, Splits, score
from rnnbench.contracts import Array
from rnnbench.training.contract import check_batch
from rnnbench_tasks.frames.caption import (
    END,
    NO_WORD,
    START,
    STEPS,
    VOCABULARY,
    WORD_ACCURACY,
    WORDS,
    Caption,
    captions,
)
from rnnbench_tasks.frames.moving_digits import MARGINS, MovingDigits, _draw, bounced, scaled
from rnnbench_tasks.frames.scenes import COLOURS, RELATIONS, SHAPES, SIDE, THINGS, render, scenes
from rnnbench_tasks.images.digits import DigitsRows

CAPTIONS = [Caption(), Caption(unseen="thing")]
ONE_DIGIT = MovingDigits(size=16, digits=1)
PICTURES = "d402a4c41b57376e5b39bcee024933e8b398fe49af74742f0cd34ecc6ca60bd0"
"""SHA-256 of all pictures, as the target has seen them."""
SHAPE_OF = {
    (61, 3, 3): "circle",
    (81, 9, 9): "square",
    (41, 1, 9): "triangle",
    (41, 1, 1): "diamond",
    (45, 3, 3): "cross",
    (40, 3, 3): "ring",
}
"""By the number of pixels in all, in the first row, in the last row."""


@cache
def loaded(task: RecordedTask) -> Splits:
    return task.load({})


def parts_of(splits: Splits) -> tuple[Batch, Batch, Batch]:
    return splits.train, splits.validation, splits.test


def things_of(batch: Batch) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    rows = [[VOCABULARY[word] for word in row] for row in captions(batch).targets]
    return [(tuple(row[:2]), tuple(row[3:])) for row in rows]


def said_of(picture: Array) -> list[str]:
    """The caption, read off a picture (24, 24, 3) without a look at how it was drawn."""
    areas, count = label(picture.any(axis=-1), structure=np.ones((3, 3)))
    assert count == 2
    found = []
    for number, (rows, columns) in enumerate(find_objects(areas), start=1):
        mask = areas[rows, columns] == number
        (colour,) = {tuple(pixel) for pixel in picture[areas == number].tolist()}
        name = next(
            name for name, value in COLOURS.items() if np.allclose(np.array(value) / 255, colour)
        )
        shape = SHAPE_OF[int(mask.sum()), int(mask[0].sum()), int(mask[-1].sum())]
        found.append((rows.start, columns.start, name, shape))
    upper, lower = sorted(found)
    if lower[0] - upper[0] < 5:
        upper, lower = sorted(found, key=lambda thing: thing[1])
        relation = "left-of"
    elif abs(lower[1] - upper[1]) < 5:
        relation = "above"
    else:
        relation = "above-left-of" if upper[1] < lower[1] else "above-right-of"
    return [*upper[2:], relation, *lower[2:]]


@pytest.mark.parametrize("task", CAPTIONS, ids=lambda task: task.unseen)
def test_an_oracle_that_looks_at_the_pictures_says_every_caption(task: Caption) -> None:
    """A picture has one caption, and the rows that the model reads are enough for it."""
    test = loaded(task).test
    pictures = test.inputs[:, :SIDE].reshape(len(test), SIDE, SIDE, 3)
    outputs = np.array(
        [[VOCABULARY.index(word) for word in said_of(picture)] for picture in pictures]
    )
    scores = score(task.metrics, outputs, captions(test))
    assert scores == {"exact match": 1, "word accuracy": 1}
    assert task.metric.reaches(scores["exact match"], task.target)


def test_there_is_one_picture_a_caption() -> None:
    """5,184 of each, none twice; those of the target to the bit, whatever Pillow is there."""
    pictures = render()
    assert len({picture.tobytes() for picture in pictures}) == len(pictures) == 36 * 4 * 36
    assert len({scene.words for scene in scenes()}) == 5184
    assert len(THINGS) == 36
    assert sha256(pictures.tobytes()).hexdigest() == PICTURES


def test_scenes_of_the_test_are_no_scenes_of_training() -> None:
    """Two things that are together in one split are not together in another, in either order; all
    relations are."""
    parts = [
        {frozenset(things) for things in things_of(part)} for part in parts_of(loaded(Caption()))
    ]
    assert [len(part) for part in parts_of(loaded(Caption()))] == [3108, 1036, 1040]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    for part in parts_of(loaded(Caption())):
        relations = Counter(captions(part).targets[:, 2].tolist())
        assert len(relations) == len(RELATIONS)
        assert len(set(relations.values())) == 1
        assert set(chain.from_iterable(things_of(part))) == set(THINGS)


def test_things_of_the_test_are_in_no_scene_of_training() -> None:
    """Nor in validation; but every colour and every shape is, in four things each."""
    train, validation, test = parts_of(loaded(Caption(unseen="thing")))
    assert [len(train), len(validation), len(test)] == [
        24 * 24 * 4,
        (30 * 30 - 24 * 24) * 4,
        (30 * 30 - 24 * 24) * 4,
    ]
    things = [set(chain.from_iterable(things_of(part))) for part in (train, validation, test)]
    known = things[0]
    new = [part - known for part in things[1:]]
    assert [len(known), len(new[0]), len(new[1])] == [24, 6, 6]
    assert not new[0] & new[1]
    assert ("red", "circle") in new[1]
    for part, things in zip((validation, test), new, strict=True):
        assert all(set(pair) & things for pair in things_of(part))
    assert Counter(colour for colour, _ in known) == dict.fromkeys(COLOURS, 4)
    assert Counter(shape for _, shape in known) == dict.fromkeys(SHAPES, 4)


@pytest.mark.parametrize("task", CAPTIONS, ids=lambda task: task.unseen)
def test_no_picture_stands_in_two_splits(task: Caption) -> None:
    """By content; and no caption of the training data is right in the test."""
    pictures = [
        {rows.tobytes() for rows in part.inputs[:, :SIDE]} for part in parts_of(loaded(task))
    ]
    words = [{row.tobytes() for row in captions(part).targets} for part in parts_of(loaded(task))]
    for found in (pictures, words):
        assert not found[0] & found[1]
        assert not found[0] & found[2]
        assert not found[1] & found[2]
    assert task.trivial(loaded(task).train, loaded(task).test)["exact match"] == 0


@pytest.mark.parametrize("task", CAPTIONS, ids=lambda task: task.unseen)
def test_words_stand_behind_the_rows_and_nowhere_before(task: Caption) -> None:
    """While rows are read there is no word; while words are written there is no row; each shows the
    word before it."""
    for part in parts_of(loaded(task)):
        check_batch(task, part)
        assert part.tokens is not None
        assert part.mask is not None
        assert part.prompt is not None
        assert part.steps == STEPS == task.horizon
        assert set(part.prompt.tolist()) == {SIDE + 1}
        assert (part.tokens[:, :SIDE] == NO_WORD).all()
        assert (part.tokens[:, SIDE] == START).all()
        assert not part.inputs[:, SIDE:].any()
        assert part.inputs[:, :SIDE].any(axis=(1, 2)).all()
        assert (part.mask == (np.arange(STEPS) >= SIDE)).all()
        assert np.array_equal(part.tokens[:, SIDE + 1 :], part.targets[:, SIDE:-1])
        assert (part.targets[:, -1] == END).all()
        assert captions(part).targets.min() > END
    assert task.longest_answer >= WORDS + 1


@given(data=st.data(), width=st.integers(1, 8))
def test_word_accuracy_is_place_by_place(data: st.DataObject, width: int) -> None:
    """Against a plain loop; what is written too much costs nothing, what is missing is wrong."""
    row = st.lists(st.integers(-1, 3), min_size=width, max_size=width)
    outputs = np.array(data.draw(st.lists(row, min_size=3, max_size=3)))
    targets = np.array([[0, 1, 2, 3], [3, 3, -1, -1], [1, -1, -1, -1]])
    right = total = 0
    for b, t in product(range(3), range(4)):
        if targets[b, t] >= 0:
            total += 1
            right += t < width and outputs[b, t] == targets[b, t]
    assert WORD_ACCURACY.compute(outputs, targets, {}) == pytest.approx(right / total)


@given(
    start=st.integers(0, 9),
    speed=st.integers(-9, 9),
    room=st.integers(9, 12),
    steps=st.integers(0, 50),
)
def test_bouncing_is_turning_back_pixel_by_pixel(
    start: int, speed: int, room: int, steps: int
) -> None:
    """Against one who walks a pixel at a time and turns at both ends."""
    place = start
    direction = 1 if speed > 0 else -1
    for _ in range(abs(speed) * steps):
        if not 0 <= place + direction <= room:
            direction = -direction
        place += direction
    assert bounced(np.array(start + speed * steps), np.array(room)) == place


def futures(before: Array | None, last: Array, ahead: int) -> Iterator[Array]:
    """All that may follow on this frame and the one before it, if that is known, (ahead, 16, 16):
    one digit whose ink bounces, at one or two pixels a frame on each axis."""
    ink = inked(last)
    start = np.array([first for first, _ in ink_of(last)])
    room = [16 - size for size in ink.shape]
    for speeds in product((-2, -1, 1, 2), repeat=2):
        places = start
        directions = np.array(speeds)
        came_from, _ = walked(places, -directions, room)
        if before is not None and not np.array_equal(drawn(ink, came_from), before):
            continue
        frames = []
        for _ in range(ahead):
            places, directions = walked(places, directions, room)
            frames.append(drawn(ink, places))
        yield np.array(frames)


def walked(places: Array, directions: Array, room: list[int]) -> tuple[Array, Array]:
    places, directions = places.copy(), directions.copy()
    for axis in range(2):
        for _ in range(abs(int(directions[axis]))):
            step = int(np.sign(directions[axis]))
            if not 0 <= places[axis] + step <= room[axis]:
                directions[axis] *= -1
                step = -step
            places[axis] += step
    return places, directions


def drawn(ink: Array, places: Array) -> Array:
    frame = np.zeros((16, 16), ink.dtype)
    frame[places[0] : places[0] + ink.shape[0], places[1] : places[1] + ink.shape[1]] = ink
    return frame


def ink_of(frame: Array) -> list[tuple[int, int]]:
    lines = [np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0)]
    return [(int(line[0]), int(line[-1]) + 1) for line in lines]


def inked(frame: Array) -> Array:
    (top, bottom), (left, right) = ink_of(frame)
    return frame[top:bottom, left:right]


def test_two_frames_tell_all_that_follows_and_one_does_not() -> None:
    """The law of the horizon: of its steps two show something. An oracle that sees those two is
    right to the pixel, and so reaches the target; its cross-entropy is the entropy of the
    half-tones."""
    test = loaded(ONE_DIGIT).test.take(np.arange(150))
    shown = ONE_DIGIT.shown
    ahead = ONE_DIGIT.horizon - 1
    seen = test.inputs[:, -ONE_DIGIT.horizon :, 0]
    frames = test.targets.reshape(len(test), -1, 16, 16)
    assert [bool(step.any()) for step in seen.swapaxes(0, 1)] == [True, True, False, False, False]
    undecided = 0
    answers = []
    for before, last in seen[:, :2]:
        found = {future.tobytes(): future for future in futures(before, last, ahead)}
        assert len(found) == 1
        answers.append(*found.values())
        undecided += len({future.tobytes() for future in futures(None, last, ahead)}) > 1
    assert undecided == len(test)
    assert np.array_equal(np.array(answers), frames[:, shown - 1 :])
    asked = test.targets[test.mask].astype(np.float64)
    sure = np.clip(test.targets, 1e-6, 1 - 1e-6).astype(np.float64)
    scores = score(ONE_DIGIT.metrics, np.log(sure / (1 - sure)), test)
    grey = asked[(asked > 0) & (asked < 1)]
    entropy = -(grey * np.log(grey) + (1 - grey) * np.log(1 - grey)).sum() / asked.size
    assert scores["frame bce"] == pytest.approx(entropy, abs=1e-5)
    assert ONE_DIGIT.metric.reaches(scores["frame bce"], ONE_DIGIT.target)
    assert scores["frame mse"] < 1e-10


def test_a_shorter_memory_than_the_horizon_sees_one_frame() -> None:
    """At every horizon: the last horizon - 1 steps show one frame of which several things may
    follow."""
    for horizon in (2, 3, 7):
        task = MovingDigits(horizon=horizon, shown=4, size=16, digits=1)
        part = task._sequences(loaded(DigitsRows()).test.inputs, "test")
        lit = part.inputs.any(axis=(2, 3, 4))
        assert (lit[:, -horizon:].sum(axis=1) == 2).all()
        assert (lit[:, -(horizon - 1) :].sum(axis=1) == 1).all()
        assert part.steps == 4 + horizon - 2


@pytest.mark.parametrize("task", [ONE_DIGIT, MovingDigits(size=16, shown=2, horizon=3)], ids=str)
def test_each_step_is_asked_for_the_frame_after_it(task: MovingDigits) -> None:
    """From the second on; while frames are shown the answer is the next input, then the inputs are
    black."""
    for part in parts_of(loaded(task)):
        check_batch(task, part)
        frames = part.targets.reshape(len(part), task.steps, *task.frame_shape)
        assert np.array_equal(part.inputs[:, 1 : task.shown], frames[:, : task.shown - 1])
        assert not part.inputs[:, task.shown :].any()
        assert frames.any(axis=(2, 3, 4)).all()
        assert part.mask is not None
        assert (part.mask == (np.arange(task.steps) >= 1)).all()
        assert part.inputs.min() == 0
        assert part.inputs.max() == 1


def test_digits_of_the_test_are_never_seen_in_training() -> None:
    """By their ink: the images of a split are those of `digits-rows`, and no other split shows
    them."""
    inks = []
    for part, images in zip(
        parts_of(loaded(ONE_DIGIT)), parts_of(loaded(DigitsRows())), strict=True
    ):
        known = {scaled(image, 16).tobytes() for image in images.inputs}
        found = {inked(frame[0]).tobytes() for frame in part.inputs[:, 0]}
        assert found <= known
        inks.append(found)
    assert not inks[0] & inks[1]
    assert not inks[0] & inks[2]
    assert not inks[1] & inks[2]
    assert [len(part) for part in parts_of(loaded(ONE_DIGIT))] == [1600, 400, 400]


def test_the_brighter_digit_is_seen_where_two_overlap() -> None:
    """Two digits are the brighter of each alone, in every pixel."""
    inks = [scaled(image, 16) for image in loaded(DigitsRows()).test.inputs[:2]]
    together = np.zeros((9, 16, 16))
    alone = np.zeros((2, 9, 16, 16))
    one = np.random.default_rng(5)
    other = np.random.default_rng(5)
    for ink, frames in zip(inks, alone, strict=True):
        _draw(together, ink, one)
        _draw(frames, ink, other)
    assert np.array_equal(together, alone.max(axis=0))
    assert (alone > 0).all(axis=0).any()


def test_ink_is_cut_out_and_enlarged() -> None:
    """Empty rows and columns go; each pixel becomes a square."""
    image = np.zeros((8, 8), np.float32)
    image[2:4, 5] = [1, 2]
    assert scaled(image.ravel(), 16).tolist() == [[1], [2]]
    assert scaled(image.ravel(), 32).tolist() == [[1, 1], [1, 1], [2, 2], [2, 2]]


def test_the_last_frame_shown_is_the_trivial_forecast_at_its_best_margin() -> None:
    """Squared error and cross-entropy by plain loops; no other margin does better in training. The
    mean frame does."""
    train, _, test = parts_of(loaded(ONE_DIGIT))
    found = ONE_DIGIT.trivial(train, test)

    def plain(batch: Batch, margin: float) -> tuple[float, float]:
        bce = mse = 0.0
        for step in range(1, ONE_DIGIT.steps):
            copied = (
                batch.inputs[:, min(step, ONE_DIGIT.shown - 1)]
                .reshape(len(batch), -1)
                .astype(np.float64)
            )
            copied = np.clip(copied, margin, 1 - margin)
            truth = batch.targets[:, step]
            bce -= (truth * np.log(copied) + (1 - truth) * np.log(1 - copied)).mean() / (
                ONE_DIGIT.steps - 1
            )
            mse += np.square(copied - truth).mean() / (ONE_DIGIT.steps - 1)
        return float(bce), float(mse)

    best = min(MARGINS, key=lambda margin: plain(train.take(np.arange(400)), margin)[0])
    assert (found["frame bce"], found["frame mse"]) == pytest.approx(plain(test, best), rel=1e-4)
    mean = np.clip(train.targets[:, 1:].mean(axis=(0, 1)), 1e-6, 1)
    constant = score(
        ONE_DIGIT.metrics, np.broadcast_to(np.log(mean / (1 - mean)), test.targets.shape), test
    )
    assert constant["frame bce"] < found["frame bce"]


@pytest.mark.parametrize(
    "dials", [{"shown": 1}, {"digits": 0}, {"size": 24}, {"size": 8}, {"horizon": 1}]
)
def test_dials_that_make_no_sense_are_refused(dials: dict[str, int]) -> None:
    """With the dial and what it was."""
    with pytest.raises(
        ValueError, match=f"{next(iter(dials))} must be .*, got {next(iter(dials.values()))}"
    ):
        MovingDigits(**dials)


def test_data_do_not_depend_on_when_they_are_asked_for() -> None:
    """Loaded again they are the same to the bit."""
    for task in (Caption(), ONE_DIGIT):
        for one, other in zip(parts_of(loaded(task)), parts_of(task.load({})), strict=True):
            assert np.array_equal(one.inputs, other.inputs)
            assert np.array_equal(one.targets, other.targets)
