"""What plugins bring may raise, exit, or give nothing: it is named with its distribution, and all
else goes on."""

import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import rnnbench
from rnnbench import environment
from rnnbench.campaign import ExecutorChoice, run_suite, untested
from rnnbench.catalogue import Catalogue
from rnnbench.cli.catalogue_page import page
from rnnbench.cli.claims import claim_descriptions
from rnnbench.cli.describe import describe_all
from rnnbench.contracts import Diagnostic, Executor, ExecutorContext, ExecutorSpec
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.executors.running import without_run
from rnnbench.provenance import file_digest, provenance
from rnnbench.records import Diagnosed, Diagnosis, Result, Trial, trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite, resolve_dials
from rnnbench.training import open_feed
from rnnbench.training.diagnosing import diagnose, from_plugin
from rnnbench_tasks.long_range.adding import Adding
from tests.builders.campaign import write_suite
from tests.builders.records import learning_trial
from tests.builders.training import SMALL, small_model
from tests.conftest import MakePlugin

CLAIM = """
[[claims]]
name = "{name}"
sentence = "A GRU is smaller than an LSTM."
[[claims.readings]]
cells = ["gru", "lstm"]
figure = "{figure}"
shapes = [{{ steps = 5, batch = 2, hidden = 4, inputs = 3 }}]
at_most = 1.0
"""


@pytest.fixture
def two_plugins_with_claims(make_plugin: MakePlugin, tmp_path: Path) -> None:
    """One file is broken; the other says neither version nor summary."""
    for name, figure in (("sad", "no-such-figure"), ("fine", "parameters")):
        file = tmp_path / f"{name}-claims.toml"
        file.write_text(CLAIM.format(name=f"{name}-claim", figure=figure))
        source = f"""
            from pathlib import Path
            import rnnbench

            @rnnbench.hookimpl
            def rnnbench_claims():
                return [Path({str(file)!r})]
        """
        make_plugin(source, distribution=f"{name}-claims")


@pytest.mark.usefixtures("two_plugins_with_claims")
def test_a_broken_file_of_claims_is_named_and_the_other_claims_go_on() -> None:
    """In a run, a listing, and where it is asked for a claim that stands in it."""
    catalogue = Catalogue.load()
    suite = read_suite("claims", catalogue, Choices(claims=("fine-claim",)))
    assert [claim.name for claim in suite.claims] == ["fine-claim"]
    (told,) = list(untested(suite))
    assert told.startswith("the claims of sad-claims 1.2.3 are left out: sad-claims.toml: ")
    assert "no-such-figure" in told or "figure" in told
    listed = {row["name"]: row["summary"] for row in claim_descriptions(catalogue)}
    assert listed["sad-claims"].startswith("BROKEN: ")
    assert listed["fine-claim"] == "A GRU is smaller than an LSTM."
    assert "| `sad-claims` | BROKEN: " in page({"claims": claim_descriptions(catalogue)})
    with pytest.raises(UnknownName, match=r"the claims of sad-claims 1\.2\.3 are left out"):
        read_suite("claims", catalogue, Choices(claims=("sad-claim",)))


class Mute(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no message")


def raising(error: BaseException) -> Any:
    def measure(*_: Any) -> None:
        raise error

    return measure


def giving(value: object) -> Any:
    return lambda *_: value


FINE = Diagnosis(
    x_name="x", y_name="y", x=(1.0,), y=(2.0,), figures={"a": np.float64(3.0), "b": float("inf")}
)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (raising(ValueError("no luck")), "raised ValueError: no luck"),
        (raising(SystemExit(0)), "raised SystemExit: 0"),
        (raising(KeyboardInterrupt()), "raised KeyboardInterrupt"),
        (
            raising(Mute()),
            "raised Mute: its message cannot be read, since its __str__ raises RuntimeError",
        ),
        (
            giving(None),
            "raised TypeError: it returned NoneType, and should return rnnbench.Diagnosis",
        ),
        (giving(msgspec.structs.replace(FINE, y=())), "raised ValueError: "),
        (giving(msgspec.structs.replace(FINE, x=("a",))), "raised TypeError: "),
        (giving(msgspec.structs.replace(FINE, x_name=None)), "raised ValidationError: "),
        ("no_such_module:measure", "raised ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_a_diagnostic_that_gives_nothing_is_absent_by_name_and_the_others_go_on(
    measure: Any, said: str
) -> None:
    """With its distribution; the training beside it is not disturbed, and what is kept can be
    stored."""
    task = Adding(10)
    trial = learning_trial(recipe=SMALL)
    feed = open_feed(task, trial, {})
    model = small_model(task, feed)
    rude = from_plugin(Diagnostic("rude", measure, "made for a test", "nobody"), "rude-package 1.0")
    fine = from_plugin(
        Diagnostic("fine", giving(FINE), "made for a test", "nobody"), "fine-package 1.0"
    )
    found = diagnose({"rude": rude, "fine": fine}, model, task, feed, trial)
    told = found["rude"]
    assert isinstance(told, str)
    assert told.startswith(f"the diagnostic of rude-package 1.0 {said}")
    kept = found["fine"]
    assert isinstance(kept, Diagnosis)
    assert (kept.figures, kept.absent) == ({"a": 3.0}, {"b": "came out as inf"})
    stored = msgspec.json.encode(Diagnosed(fresh=kept, reason=told))
    assert msgspec.json.decode(stored, type=Diagnosed).reason == told


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (
            "no_such_module:build",
            "cannot be loaded: No module named 'no_such_module'; it needs: pip install 'x[y]'.",
        ),
        ("rnnbench:no_such_name", "cannot be loaded: AttributeError: "),
        (raising(SystemExit(0)), "cannot be opened: SystemExit: 0."),
        (raising(Mute()), "cannot be opened: Mute: its message cannot be read"),
        (giving(None), "cannot be opened: it gave NoneType, and no Executor"),
    ],
)
def test_an_executor_that_cannot_be_had_is_one_sentence(
    build: Any, said: str, tmp_path: Path
) -> None:
    """With its distribution, whatever it raises."""
    place = ExecutorChoice(ExecutorSpec("odd", build, needs="x[y]"), origin="odd-package 1.0")
    with pytest.raises(RnnbenchError) as told:
        place.open(ExecutorContext(tmp_path))
    assert f"{told.value}.".startswith(f"the executor 'odd' of odd-package 1.0 {said}")


class Failing(Executor):
    """Gives one result, and fails at the next trial: where it takes it, or where it is waited
    for."""

    free = 1
    in_flight: frozenset[str] = frozenset()

    def __init__(self, fails_in: str, error: BaseException) -> None:
        self.fails_in, self.error = fails_in, error
        self.started: list[Trial] = []

    def start(self, trial: Trial) -> None:
        self.started.append(trial)
        self.in_flight = frozenset({trial_id(trial)})
        self.free = 0
        if self.fails_in == "start" and len(self.started) == 2:
            raise self.error

    def wait(self, seconds: float) -> list[Result]:
        if len(self.started) == 2:
            raise self.error
        self.in_flight = frozenset()
        self.free = 1
        return [without_run(self.started[0], "killed", "made for a test")]

    def close(self) -> None:
        self.in_flight = frozenset()


@pytest.mark.parametrize("fails_in", ["start", "wait"])
@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("no luck\nat all"), "ValueError: no luck"), (SystemExit(0), "SystemExit: 0")],
)
def test_an_executor_that_fails_in_the_middle_of_a_run_is_one_sentence(
    tmp_path: Path, fails_in: str, error: BaseException, said: str
) -> None:
    """With its distribution; what finished before is kept."""
    catalogue = Catalogue.load()
    suite = read_suite(str(write_suite(tmp_path)), catalogue, Choices())
    place = ExecutorChoice(
        ExecutorSpec("odd", lambda _: Failing(fails_in, error)), origin="odd-package 1.0"
    )
    store = Store(tmp_path / "run")
    with pytest.raises(RnnbenchError) as told:
        run_suite(suite, catalogue, store, place, watch=lambda *_: None)
    expected = (
        f"the executor 'odd' of odd-package 1.0 failed in the middle of the run: {said}. What"
        " finished is kept;"
    )
    assert str(told.value).startswith(expected)
    assert [result.reason for result in store.read()] == ["made for a test"]


def test_a_cell_that_is_built_by_an_object_without_a_name_is_listed(
    make_plugin: MakePlugin,
) -> None:
    """`functools.partial`, say."""
    make_plugin("""
        from functools import partial
        import rnnbench
        from torch import nn

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("partial-cell", partial(nn.GRU, batch_first=True), "made for a test")]
    """)
    cells = {row["name"]: row for row in describe_all(Catalogue.load())["cells"]}
    assert cells["partial-cell"]["build"] == "functools:partial"


def test_a_task_that_cannot_be_made_is_one_sentence() -> None:
    """Whatever it raises."""

    class Odd(Adding):
        def __post_init__(self) -> None:
            raise KeyError("no luck")

    with pytest.raises(
        RnnbenchError, match="adding cannot be made with these dials: KeyError: 'no luck'"
    ):
        resolve_dials(Odd, {}, "a suite")


@pytest.mark.parametrize(
    "problem", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "gone")]
)
def test_a_file_of_ones_own_that_cannot_be_read_ends_no_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: OSError
) -> None:
    """Its hash is not known; the trials that need it say why they were skipped."""
    file = tmp_path / "mine.csv"
    file.write_text("a,b\n1,2\n")

    def unreadable(*_: object) -> None:
        raise problem

    trial = learning_trial(task="csv-forecast", dials={"path": str(file), "answer": "a"})
    catalogue = Catalogue.load()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", unreadable)
        assert file_digest(file) == ""
    found = provenance(trial, catalogue)
    assert found.data[str(file)] == sha256(file.read_bytes()).hexdigest()
    assert found.definitions[str(file)] == found.data[str(file)][:12]
    file.unlink()
    file.mkdir()
    assert provenance(trial, catalogue).data[str(file)] == ""
    with pytest.raises(rnnbench.DataUnavailable, match=f"{file}: cannot be read: Is a directory"):
        catalogue.tasks["csv-forecast"].item(path=str(file), answer="a").load({})  # type: ignore[call-arg,attr-defined]


def git_that(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put another `git` on the path."""
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    environment.commit.cache_clear()
    environment.refused_checkout.cache_clear()


@pytest.fixture
def _forget() -> Any:
    """Other tests ask the real git again."""
    yield
    environment.commit.cache_clear()
    environment.refused_checkout.cache_clear()


DUBIOUS = """
echo "fatal: detected dubious ownership in repository at '/its/folder'" >&2
echo "To add an exception for this directory, call:" >&2
echo "    git config --global --add safe.directory /its/folder" >&2
exit 128
"""


@pytest.mark.usefixtures("_forget")
def test_a_checkout_that_git_refuses_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no commit, and says why."""
    git_that(tmp_path / "bin", monkeypatch, DUBIOUS)
    assert environment.commit() == ""
    told = environment.refused_checkout()
    assert told.startswith("git refuses this checkout")
    assert told.endswith("git config --global --add safe.directory /its/folder")


@pytest.mark.usefixtures("_forget")
@pytest.mark.parametrize(
    ("script", "commit"),
    [
        ('[ "$1" = rev-parse ] && echo c0ffee && exit 0; exec sleep 60', "c0ffee+unknown"),
        ('[ "$1" = rev-parse ] && echo c0ffee && exit 0; exit 1', "c0ffee+unknown"),
        ('[ "$1" = rev-parse ] && echo c0ffee && exit 0; echo " M file"', "c0ffee+changes"),
        ('[ "$1" = rev-parse ] && echo c0ffee && exit 0', "c0ffee"),
        ("exit 128", ""),
    ],
)
def test_what_git_does_not_say_is_not_read_as_no_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, commit: str
) -> None:
    """A status that takes too long, or fails, is unknown; outside of a checkout there is no
    commit."""
    monkeypatch.setattr(environment, "GIT_SECONDS", 1)
    git_that(
        tmp_path / "bin", monkeypatch, f"{script}\nexit 0" if "exit 128" not in script else script
    )
    assert environment.commit() == commit
    assert environment.refused_checkout() == ""
