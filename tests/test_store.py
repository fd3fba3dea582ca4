"""The store: results are there whole or not at all."""

from pathlib import Path

import msgspec
import pytest

from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.store import Store, atomic as store_module, write_atomically
from tests.builders.records import learning_trial


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "run")
    store.prepare()
    return store


def test_what_is_written_is_read_back(store: Store) -> None:
    """To the last field."""
    result = without_run(learning_trial(), "killed", "a reason")
    store.write(result)
    assert list(store.read()) == [result]


@pytest.mark.parametrize("damage", [b"", b'{"trial": ', b"\0" * 4096])
def test_a_damaged_file_counts_as_not_there_and_is_named(store: Store, damage: bytes) -> None:
    """Cut in half, emptied or zeroed by a full disk or a power cut."""
    path = store.write(without_run(learning_trial(), "killed", "a reason"))
    path.write_bytes(damage)
    assert list(store.read()) == []
    assert set(store.unreadable) == {path}


def test_a_folder_with_a_result_of_a_later_format_is_refused(store: Store) -> None:
    """Nobody reads tomorrow's results with today's eyes, and nothing of them is put aside: also
    where the rest of the file cannot be understood. The sentence says which file, which format, and
    which version reads it."""
    result = msgspec.structs.replace(without_run(learning_trial(), "killed", "a reason"), format=99)
    path = store.write(result)
    for content in (
        path.read_bytes(),
        b'{"format": 99, "novel": [], "provenance": {"versions": {"rnnbench": "9.1"}}}',
    ):
        path.write_bytes(content)
        with pytest.raises(RnnbenchError) as refused:
            list(store.read())
        assert str(path) in str(refused.value)
        assert "has format 99" in str(refused.value)
        assert store.unreadable == {}
        assert store.repair() == []
        assert path.read_bytes() == content
        with pytest.raises(RnnbenchError, match="has format 99"):
            store.find(path.stem)
    assert "was written by rnnbench 9.1" in str(refused.value)


@pytest.mark.parametrize("number", [0, -1])
def test_a_result_of_a_format_that_never_was_is_damaged(store: Store, number: int) -> None:
    """There is no version that reads it."""
    result = msgspec.structs.replace(
        without_run(learning_trial(), "killed", "a reason"), format=number
    )
    path = store.write(result)
    assert list(store.read()) == []
    assert f"format {number}" in store.unreadable[path]


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"novel": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"format": 1e999}',
        b'{"format": 9' + b"9" * 9999 + b"}",
    ],
)
def test_a_file_that_no_reader_can_follow_is_damaged(store: Store, content: bytes) -> None:
    """Nested a hundred thousand deep, or with numbers of ten thousand digits."""
    path = store.write(without_run(learning_trial(), "killed", "a reason"))
    path.write_bytes(content)
    assert list(store.read()) == []
    assert set(store.unreadable) == {path}
    with pytest.raises(RnnbenchError, match="cannot be read"):
        store.find(path.stem)


def test_a_write_that_fails_leaves_the_old_content_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk shows itself at fsync."""
    path = tmp_path / "file.json"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_told_well(tmp_path: Path) -> None:
    """A file stands where the folder should be (works for root too)."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RnnbenchError, match="cannot be written: Not a directory"):
        Store(tmp_path / "file" / "run").prepare()


def test_the_new_content_comes_by_a_rename(tmp_path: Path) -> None:
    """A reader who has the old file open goes on reading it whole: the new one is another file."""
    path = tmp_path / "file.json"
    write_atomically(path, b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new content")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new content"
