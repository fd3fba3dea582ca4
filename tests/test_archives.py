"""Archives: fetched once, checked, and never half there."""

import os
import socket
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import psutil
import pytest

from rnnbench import archives
from rnnbench.contracts import Archive, RecordedTask
from rnnbench.errors import DataUnavailable
from tests.builders.matrix import slow

NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes packages from instead of the index, and a fresh home for archives."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path / "home"))
    for name, value in (NO_NETWORK | {"PIP_FIND_LINKS": str(folder)}).items():
        monkeypatch.setenv(name, value)
    return folder


def make_wheel(shelf: Path) -> Archive:
    path = shelf / "tiny_data-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_data/numbers.txt", "1 2 3")
        wheel.writestr(
            "tiny_data-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0\n",
        )
        wheel.writestr(
            "tiny_data-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("tiny_data-1.0.dist-info/RECORD", "")
    return Archive(
        "tiny-data", "1.0", sha256(path.read_bytes()).hexdigest(), 100, "none", "three numbers"
    )


def test_an_archive_is_fetched_once_and_read_without_being_installed(shelf: Path) -> None:
    """The second time it need not even exist elsewhere."""
    archive = make_wheel(shelf)
    assert not archives.is_here(archive)
    path = archives.fetch(archive)
    assert archives.is_here(archive)
    with ZipFile(path) as wheel:
        assert wheel.read("tiny_data/numbers.txt") == b"1 2 3"
    next(shelf.iterdir()).unlink()
    assert archives.fetch(archive) == path


def test_a_wrong_hash_is_refused_and_nothing_is_kept(shelf: Path) -> None:
    """One sentence with both hashes; the cache holds no file that looks good."""
    wrong = replace(make_wheel(shelf), sha256="0" * 64)
    with pytest.raises(DataUnavailable, match=r"tiny-data==1\.0: its SHA-256 is .*, expected 000"):
        archives.fetch(wrong)
    assert not archives.is_here(wrong)
    assert not list(archives.home().rglob("*.whl"))


def test_without_network_there_is_one_clear_sentence(shelf: Path) -> None:
    """It names the package and ends on one line."""
    missing = Archive("tiny-data", "2.0", "0" * 64, 100, "none", "nothing")
    with pytest.raises(
        DataUnavailable, match=r"tiny-data==2\.0 cannot be fetched: ERROR: "
    ) as caught:
        archives.fetch(missing)
    assert "\n" not in str(caught.value)


def test_a_home_that_cannot_be_written_is_told_well(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path / "file"))
    with pytest.raises(DataUnavailable, match=r"cannot be kept in .*: Not a directory"):
        archives.fetch(make_wheel(shelf))


PARENT = """
import sys
from rnnbench.archives import _pip_download
from rnnbench.contracts import Archive, RecordedTask

_pip_download(Archive("tiny-data", "1.0", "0" * 64, 100, "none", "nothing"), sys.argv[1])
"""


def test_pip_ends_with_who_started_it(tmp_path: Path) -> None:
    """kill -9 while it waits for an index that does not answer; what it leaves lies in the folder
    of the download."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        environment = {**os.environ, "PIP_INDEX_URL": address, "PIP_CONFIG_FILE": os.devnull}
        parent = psutil.Popen([sys.executable, "-c", PARENT, str(tmp_path)], env=environment)
        with silent.accept()[0]:
            (pip,) = parent.children(recursive=True)
            assert pip.environ()["TMPDIR"] == str(tmp_path)
            parent.kill()
            parent.wait()
            assert psutil.wait_procs([pip], timeout=10)[1] == []


def test_a_pip_that_lies_in_the_working_folder_is_not_run(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor anything else that lies there."""
    archive = make_wheel(shelf)
    (shelf / "pip").mkdir()
    (shelf / "pip" / "__init__.py").write_text("")
    (shelf / "pip" / "__main__.py").write_text("raise SystemExit('the wrong pip')")
    monkeypatch.chdir(shelf)
    assert archives.fetch(archive).is_file()


def damage(archive: Archive, content: bytes) -> Path:
    """Change an archive where it is kept."""
    path = archives.place(archive)
    path.write_bytes(content)
    return path


class Tiny(RecordedTask):
    """A task that reads the tiny archive."""

    archives = ()


@pytest.mark.parametrize("damaged", ["changed", slow("truncated"), slow("empty")])
def test_an_archive_is_checked_whenever_it_is_read(shelf: Path, damaged: str) -> None:
    """Digits changed in the cache would give other figures without a word; a sound copy is fetched
    again."""
    archive = make_wheel(shelf)
    sound = archives.fetch(archive).read_bytes()
    contents = {
        "changed": sound.replace(b"1 2 3", b"1 2 4"),
        "truncated": sound[:-20],
        "empty": b"",
    }
    damage(archive, contents[damaged])
    assert not archives.is_here(archive)
    task = type("Reads", (Tiny,), {"archives": (archive,)})
    opened = archives.open_archives(task)
    assert (opened["tiny-data"] / "tiny_data" / "numbers.txt").read_text() == "1 2 3"
    assert archives.place(archive).read_bytes() == sound


def test_a_damaged_archive_that_cannot_be_fetched_again_is_told(shelf: Path) -> None:
    """With the file's name; trials on it are skipped, and are tried again once it is mended."""
    archive = make_wheel(shelf)
    sound = archives.fetch(archive).read_bytes()
    path = damage(archive, sound[:-20])
    next(shelf.iterdir()).unlink()
    task = type("Reads", (Tiny,), {"archives": (archive,)})
    with pytest.raises(DataUnavailable) as caught:
        archives.open_archives(task)
    assert f"{path} is damaged, and tiny-data==1.0 cannot be fetched" in str(caught.value)
    path.write_bytes(sound)
    assert set(archives.open_archives(task)) == {"tiny-data"}


def test_what_is_read_is_what_was_checked(shelf: Path) -> None:
    """The file is read once: a copy that is changed after that is another matter."""
    archive = make_wheel(shelf)
    archives.fetch(archive)
    task = type("Reads", (Tiny,), {"archives": (archive,)})
    opened = archives.open_archives(task)
    damage(archive, b"")
    assert (opened["tiny-data"] / "tiny_data" / "numbers.txt").read_text() == "1 2 3"
