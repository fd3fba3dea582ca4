"""Every command on a narrow terminal, and piped: no word is broken, and no line of a pipe."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest

from rnnbench.cli import doctor, output
from tests.builders.findings import learned
from tests.builders.gate import KEPT, again, written
from tests.builders.inside import rnnbench_here, rnnbench_on_terminal
from tests.builders.terminal import broken_words, too_wide

WIDE = 1000
SUMMARY = (
    "Left out for want of room: and cells conditions; the report has all. Names are shortened by"
    " “…”; the report has them in full. first 3 5 12 cell capacity, trainability, capacity"
    " trainability span (IQM) (mse) (steps)"
)
"""Words of a summary that a wide terminal has no need of, and numbers of what is left out."""
COMMANDS = [
    "list",
    "list claims",
    "show adding",
    "show quick",
    "show gru-faster",
    "show html",
    "data list",
    "compare base head",
    "compare base head -v",
    "compare base head -q",
    "gate base head",
    "gate base head -v",
    "gate base head -q",
    "gate base many",
    "report base",
    "report base -v",
    "report base -q",
    "report many",
    "new cell my-own-cell",
    "doctor",
    "doctor -v",
    "doctor -q",
    "history show",
    "run suite qick",
    "runn",
]
"""Those that start no trial."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the baseline, the same measured again, and a run of many cells."""
    folder = tmp_path_factory.mktemp("runs")
    written(folder / "base", KEPT)
    written(folder / "head", map(again, KEPT))
    names = [f"a-cell-of-some-length-{number}" for number in range(12)]
    written(
        folder / "many",
        (
            learned(name, seed, None, 0.3 + place / 50, dials={"horizon": horizon})
            for (place, name), seed, horizon in product(enumerate(names), range(3), (10, 20))
        ),
    )
    return folder


@pytest.fixture(autouse=True)
def no_processes() -> Iterator[None]:
    """Find torch without a process of its own, and make no report but the page of one word."""
    with (
        patch.object(doctor, "_torch", lambda: ("ok", "torch", "2.13.0 without a CUDA device")),
        patch.object(doctor.os, "getloadavg", lambda: (37.0, 1.0, 1.0)),
        patch("rnnbench.cli.reporting.reports_of", lambda *_, **__: []),
    ):
        yield


@pytest.mark.parametrize("command", COMMANDS)
def test_no_word_is_broken_at_80_columns(folder: Path, tmp_path: Path, command: str) -> None:
    """Each word is one of those on a terminal of a thousand columns, and each line fits."""
    words = command.split()
    if words[0] == "new":
        folder = tmp_path
    narrow = rnnbench_on_terminal(*words, cwd=folder)
    if words[0] == "new":
        folder = tmp_path / "other"
        folder.mkdir()
    wide = rnnbench_on_terminal(*words, cwd=folder, columns=WIDE)
    for here, there in ((narrow.stdout, wide.stdout), (narrow.stderr, wide.stderr)):
        assert broken_words(here, there, known=f"{SUMMARY} … |") == set()
        assert too_wide(here) == []
    assert narrow.stdout or narrow.stderr or command == "report base -q"


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_a_pipe_is_broken(folder: Path, tmp_path: Path, command: str) -> None:
    """What is piped does not change with any width, and has no line that ends in a blank."""
    words = command.split()
    printed = []
    for number, width in enumerate((20, 400)):
        cwd = folder
        if words[0] == "new":
            cwd = tmp_path / str(number)
            cwd.mkdir()
        with patch.object(output, "PIPED_WIDTH", width), patch.dict("os.environ", COLUMNS="20"):
            done = rnnbench_here(*words, cwd=cwd)
        printed.append(done.stdout + done.stderr)
        assert "\x1b" not in printed[-1]
    assert printed[0] == printed[1]


def test_the_doctor_fits_on_one_screen(folder: Path) -> None:
    """24 lines; a machine with much other work is warned of, data are counted by package."""
    done = rnnbench_on_terminal("doctor", cwd=folder)
    lines = done.stdout.splitlines()
    assert len(lines) <= 24
    assert [line.split()[:3] for line in lines if " load " in line] == [["warn", "load", "37.0"]]
    assert sum("data fetch" in " ".join(lines[at : at + 2]) for at in range(0, len(lines), 2)) <= 1
    quiet = rnnbench_on_terminal("doctor", "-q", cwd=folder).stdout
    assert quiet.startswith("warn load")
    assert "ok " not in quiet


def test_a_gate_says_another_processor_in_one_line(folder: Path, tmp_path: Path) -> None:
    """Its instructions are named with -v alone; programs that read a pipe get them all."""
    from msgspec.structs import replace

    other = []
    for result in KEPT:
        machine = replace(result.provenance.machine, model="Maker 1 2 avx2 avx512")
        changed = replace(result.provenance, machine=machine)
        other.append(replace(again(result), provenance=changed))
    written(tmp_path / "base", KEPT)
    written(tmp_path / "head", other)
    usual = rnnbench_on_terminal("gate", "base", "head", cwd=tmp_path).stdout
    assert "another CPU model" in usual
    assert "avx512" not in usual
    for full in (
        rnnbench_on_terminal("gate", "base", "head", "-v", cwd=tmp_path),
        rnnbench_here("gate", "base", "head", cwd=tmp_path),
    ):
        assert "avx512" in full.stdout
    quiet = rnnbench_on_terminal("gate", "base", "head", "-q", cwd=tmp_path).stdout
    assert quiet.startswith("gate: undecided.")


def test_a_sentence_is_cut_behind_a_word() -> None:
    """The blanks between its columns stay; one that fits is whole."""
    sentence = "MIXED      A GRU is smaller than an LSTM."
    assert output.cut(sentence, len(sentence)) == sentence
    assert output.cut(sentence, len(sentence) - 1) == "MIXED      A GRU is smaller than an …"
    for width in range(12, len(sentence)):
        assert len(output.cut(sentence, width)) <= width
