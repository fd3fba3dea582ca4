"""What a result says of where it comes from."""

import subprocess
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

import rnnbench
from rnnbench import environment
from rnnbench.catalogue import Catalogue, Contribution, Registry
from rnnbench.provenance import changed, defining_file, file_digest, provenance
from rnnbench.records import CellUse
from tests.builders.records import learning_trial


@pytest.fixture(autouse=True)
def _forget() -> None:
    """The commit is asked once a process; each test here wants its own answer."""
    environment.commit.cache_clear()


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_outside_of_a_checkout_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is no error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert environment.commit() == ""


def test_the_commit_and_whether_files_were_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of a tracked file is said; a run's own new folders are not a change."""
    git("init", "-q", cwd=tmp_path)
    (tmp_path / "file").write_text("one")
    git("add", "file", cwd=tmp_path)
    git("commit", "-qm", "first", cwd=tmp_path)
    head = git("rev-parse", "--short=12", "HEAD", cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    assert environment.commit() == head
    environment.commit.cache_clear()
    (tmp_path / "file").write_text("two")
    assert environment.commit() == f"{head}+changes"


def test_a_definition_changes_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash of the file that defines it; nothing for what has no file."""
    monkeypatch.syspath_prepend(str(tmp_path))
    hashes = set()
    for number in (1, 2):
        (tmp_path / f"defined_{number}.py").write_text(f"def build():\n    return {number}\n")
        module = __import__(f"defined_{number}")
        file = defining_file(module.build)
        assert file is not None
        hashes.add(file_digest(file))
    assert len(hashes) == 2
    assert all(len(one) == 64 for one in hashes)
    assert defining_file(len) is None


def test_the_machine_and_versions_are_told() -> None:
    """At least what a reader of a figure asks for first."""
    assert environment.machine().cores >= 1
    assert environment.machine().memory_bytes > 2**28
    assert environment.machine().processor
    assert {"python", "rnnbench", "torch", "numpy"} <= set(environment.versions())


X86 = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Processor
flags\t\t: fpu avx2 sse4_2 fma avx hypervisor

processor\t: 1
flags\t\t: another core
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd sve crc32\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"


@pytest.mark.parametrize(
    ("told", "model"),
    [
        (X86, "GenuineIntel 6 85 avx avx2 fma sse4_2"),
        (X86.replace("avx2", "avx2 avx512f"), "GenuineIntel 6 85 avx avx2 avx512f fma sse4_2"),
        (ARM, "0x41 0xd40 asimd sve"),
        ("", ""),
    ],
)
def test_processors_of_one_name_are_told_apart(
    told: str, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their numbers, and by the vector instructions by which kernels are chosen; in the words of
    x86 and of ARM."""
    monkeypatch.setattr(Path, "read_text", lambda *_: told)
    machine = environment.machine.__wrapped__()
    assert machine.model == model
    assert machine.processor


def test_the_version_of_what_a_cell_runs_goes_with_its_results() -> None:
    """A bridge to a package is another cell once that package is another one."""
    catalogue = Catalogue.present()
    spec = rnnbench.CellSpec(
        name="bridge", build="rnnbench_cells.gru:build_gru", source="x", packages=("pluggy",)
    )
    shelf = Registry("cell", {"bridge": Contribution(spec, catalogue.plugins[0])})
    trial = learning_trial(cell=CellUse(name="bridge"))
    found = provenance(trial, replace(catalogue, cells=shelf))
    assert found.definitions["pluggy of bridge"] == version("pluggy")
    older = msgspec.structs.replace(
        found, definitions={**found.definitions, "pluggy of bridge": "0.1"}
    )
    assert changed(older, found) == ("pluggy of bridge",)
