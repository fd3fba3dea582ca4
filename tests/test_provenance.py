"""What a result depends on, and what has changed since."""

from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.compare import Run, compare, rule
from rnnbench.errors import DataUnavailable
from rnnbench.findings.result_provenance import changed_sources
from rnnbench.provenance import (
    HARNESS,
    changed,
    combined,
    defining_file,
    file_digest,
    provenance,
    without_helpers,
)
from rnnbench.records import CellUse, Learning, Provenance, Recipe, Result
from rnnbench.runner import run_trial
from rnnbench_tasks.speech import recordings
from tests.builders.matrix import slow
from tests.builders.records import learning_trial

CATALOGUE = Catalogue.present()
SMALL = Recipe(parameters=500, epochs=1, steps_per_epoch=2, batch_size=256)


def of(cell: str) -> Provenance:
    """What a trial of a first-party cell depends on."""
    return provenance(learning_trial(cell=CellUse(name=cell)), CATALOGUE)


@pytest.mark.parametrize(
    ("cell", "helper"), [("mingru", "rnnbench_cells.scan"), ("cifg", "rnnbench_cells.vanilla_lstm")]
)
def test_first_party_helper_modules_are_sources_of_a_cell(cell: str, helper: str) -> None:
    """As are those of a stranger's."""
    assert helper in of(cell).sources[cell]


def test_a_trial_records_what_can_be_found_without_it() -> None:
    """The sources that a trial reports are those that the driver finds without torch."""
    result = run_trial(learning_trial(recipe=SMALL), CATALOGUE)
    here = of("gru")
    assert result.provenance.sources == here.sources
    assert result.provenance.definitions == here.definitions
    assert changed(result.provenance, here) == ()


def test_a_changed_helper_module_is_named_by_the_cell_that_runs_it() -> None:
    """And a change of another cell's is not."""
    now = of("mingru")
    sources = {**now.sources, "mingru": {**now.sources["mingru"], "rnnbench_cells.scan": "0ther"}}
    definitions = {**now.definitions, "mingru": combined(sources["mingru"])}
    before = replace(now, sources=sources, definitions=definitions)
    assert changed(before, now) == ("mingru",)
    assert changed(now, now) == ()


def test_a_module_that_only_a_run_has_shown_is_compared_as_a_whole() -> None:
    """The driver does not know of it until a result names it."""
    now = of("gru")
    whole_module = {**now.sources["gru"], "rnnbench_cells.options": "0ther"}
    before = replace(now, sources={**now.sources, "gru": whole_module})
    assert changed(before, now) == ("gru",)


def test_a_change_of_the_training_loop_is_a_change_of_rnnbench() -> None:
    """The code of the rooms in which a trial runs is one source of each result."""
    now = of("gru")
    before = replace(now, definitions={**now.definitions, "rnnbench": "0ther"})
    assert changed(before, now) == ("rnnbench",)
    assert {"training", "model", "runner", "meters", "step_cell"} <= set(HARNESS)
    root = Path(environment.__file__).parent
    assert all((root / room).is_dir() or (root / f"{room}.py").is_file() for room in HARNESS)


def file_hash(thing: object) -> str:
    """Twelve digits of the hash of the file that defines a thing."""
    file = defining_file(thing)
    assert file is not None
    return file_digest(file)[:12]


def old(now: Provenance) -> Provenance:
    """As results were recorded before: the hash of the one file that defines a thing."""
    definitions = {
        "gru": file_hash(CATALOGUE.cells["gru"].item.build),
        "adding": file_hash(CATALOGUE.tasks["adding"].item),
    }
    return replace(now, definitions=definitions, sources={}, files={}, variables=None)


def test_old_results_are_compared_by_the_hash_that_they_have() -> None:
    """The file that defines the cell; and they are marked, since its helper modules were not
    recorded."""
    now = provenance(learning_trial(task="adding"), CATALOGUE)
    before = old(now)
    assert changed(before, now) == ()
    assert without_helpers(before) == ("gru", "adding")
    assert without_helpers(now) == ()
    assert changed(replace(before, definitions={**before.definitions, "gru": "0ther"}), now) == (
        "gru",
    )


def run_of(*results: Result) -> Run:
    """One side of a comparison."""
    return Run(folder="x", results=results)


def test_bits_are_compared_under_the_same_variables_alone() -> None:
    """Those that choose kernels; where they were not recorded, nothing is known of last bits."""
    result = run_trial(learning_trial(recipe=SMALL), CATALOGUE)
    assert isinstance(result.learning, Learning)
    assert result.provenance.variables is not None
    other = replace(result, started="later")
    assert rule(compare(run_of(result), run_of(other))).verdict == "passed"

    def under(variables: dict[str, str] | None) -> Result:
        return replace(other, provenance=replace(result.provenance, variables=variables))

    for variables, said in (
        ({"ATEN_CPU_CAPABILITY": "default"}, "ATEN_CPU_CAPABILITY=default"),
        (None, "not recorded"),
    ):
        comparison = compare(run_of(result), run_of(under(variables)))
        ruling = rule(comparison)
        assert ruling.verdict == "undecided"
        assert {change.verdict for change in ruling.undecided} == {"not comparable"}
        assert said in ruling.undecided[0].reason
        assert any(one.name == "variables that choose kernels" for one in comparison.circumstances)
    both_old = compare(run_of(replace(under(None), started="earlier")), run_of(under(None)))
    assert rule(both_old).verdict == "undecided"


@pytest.mark.parametrize(
    ("name", "recorded"),
    [
        ("ATEN_CPU_CAPABILITY", True),
        ("ONEDNN_MAX_CPU_ISA", True),
        ("MKL_NUM_THREADS", True),
        ("OMP_NUM_THREADS", True),
        ("OPENBLAS_CORETYPE", True),
        ("TORCHINDUCTOR_MAX_AUTOTUNE", True),
        ("TORCHINDUCTOR_CACHE_DIR", False),
        ("TORCH_CUDA_ARCH_LIST", False),
        ("HOME", False),
    ],
)
def test_variables_that_choose_kernels_are_recorded(
    name: str, recorded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing else of the environment, which may hold secrets."""
    monkeypatch.setenv(name, "1")
    assert (name in environment.variables()) == recorded


def test_sources_are_compared_where_both_results_have_all_modules() -> None:
    """A folder with old and new results of one source has not changed its source."""
    now = run_trial(learning_trial(task="adding", recipe=SMALL), CATALOGUE)
    before = replace(now, provenance=old(now.provenance))
    assert changed_sources([now, before]) == []
    later = replace(
        now,
        provenance=replace(
            now.provenance, definitions={**now.provenance.definitions, "gru": "0ther"}
        ),
    )
    assert changed_sources([now, before, later]) == ["gru"]


@pytest.mark.parametrize("task", ["digits-rows", "digits-pixels", slow("moving-digits")])
def test_the_hash_of_a_file_that_a_package_ships_goes_with_a_result(task: str) -> None:
    """By the file's name in its package, which is the same on every machine."""
    cell = "convlstm2d" if task == "moving-digits" else "gru"
    recipe = replace(SMALL, batch_size=8) if task == "moving-digits" else SMALL
    recipe = replace(recipe, epochs=1, steps_per_epoch=1, validation_examples=16, test_examples=16)
    trial = learning_trial(task=task, dials={}, cell=CellUse(name=cell), recipe=recipe)
    result = run_trial(trial, CATALOGUE)
    assert result.status == "ok", result.reason
    name = "sklearn/datasets/data/digits.csv.gz"
    file = Path(str(distribution("scikit-learn").locate_file(name)))
    assert result.provenance.data == {name: sha256(file.read_bytes()).hexdigest()}


def test_recordings_are_held_to_what_they_were_where_nothing_else_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a platform whose build of the synthesiser was never heard: at the first reading it is
    noted."""
    monkeypatch.setattr(recordings, "DIGESTS", {})
    path = tmp_path / "speech.npz"
    recordings._check(path, "one")
    recordings._check(path, "one")
    with pytest.raises(DataUnavailable, match="the SHA-256 of its speech is other, expected one"):
        recordings._check(path, "other")


def test_a_file_that_changes_while_it_is_read_gives_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was hashed would not be what was read."""
    file = tmp_path / "mine.csv"
    file.write_text("answer\n" + "\n".join(str(number % 7) for number in range(200)))
    dials = {"path": str(file), "answer": "answer", "horizon": 4}
    trial = learning_trial(task="csv-forecast", dials=dials, recipe=SMALL)
    assert run_trial(trial, CATALOGUE).provenance.data == {
        str(file): sha256(file.read_bytes()).hexdigest()
    }
    hashes = iter(["before", "after"])
    monkeypatch.setattr("rnnbench.runner.data.file_digest", lambda _: next(hashes))
    result = run_trial(trial, CATALOGUE)
    assert result.status == "skipped"
    assert result.reason == f"{file}: it changed while it was read"
