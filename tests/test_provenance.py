"""What a result depends on, and what has changed since."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.compare import Run, compare, rule
from rnnbench.findings.origins import changed_sources
from rnnbench.provenance import HARNESS, changed, combined, definition, provenance, without_helpers
from rnnbench.records import CellUse, Learning, Provenance, Result
from rnnbench.runner import run_trial
from tests.test_records import learning_trial

CATALOGUE = Catalogue.load()


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
    result = run_trial(learning_trial(), CATALOGUE)
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


def old(now: Provenance) -> Provenance:
    """As results were recorded before: the hash of the one file that defines a thing."""
    definitions = {
        "gru": definition(CATALOGUE.cells["gru"].item.build),
        "adding": definition(CATALOGUE.tasks["adding"].item),
    }
    return replace(now, definitions=definitions, sources={}, files={}, variables=None)


def test_old_results_are_compared_by_the_hash_that_they_have() -> None:
    """The file that defines the cell; and they are marked, since its helper modules were not recorded."""
    now = provenance(learning_trial(task="adding"), CATALOGUE)
    before = old(now)
    assert changed(before, now) == ()
    assert without_helpers(before) == ("gru", "adding")
    assert without_helpers(now) == ()
    assert changed(replace(before, definitions={**before.definitions, "gru": "0ther"}), now) == ("gru",)


def run_of(*results: Result) -> Run:
    """One side of a comparison."""
    return Run(folder="x", results=results)


def test_bits_are_compared_under_the_same_variables_alone() -> None:
    """Those that choose kernels; where they were not recorded, nothing is known of last bits."""
    result = run_trial(learning_trial(), CATALOGUE)
    assert isinstance(result.learning, Learning)
    assert result.provenance.variables is not None
    other = replace(result, started="later")
    assert rule(compare(run_of(result), run_of(other))).standing == "passed"

    def under(variables: dict[str, str] | None) -> Result:
        return replace(other, provenance=replace(result.provenance, variables=variables))

    for variables, said in (
        ({"ATEN_CPU_CAPABILITY": "default"}, "ATEN_CPU_CAPABILITY=default"),
        (None, "not recorded"),
    ):
        comparison = compare(run_of(result), run_of(under(variables)))
        ruling = rule(comparison)
        assert ruling.standing == "undecided"
        assert {change.verdict for change in ruling.undecided} == {"not comparable"}
        assert said in ruling.undecided[0].reason
        assert any(one.name == "variables that choose kernels" for one in comparison.circumstances)
    both_old = compare(run_of(replace(under(None), started="earlier")), run_of(under(None)))
    assert rule(both_old).standing == "undecided"


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
        ("HOME", False),
    ],
)
def test_variables_that_choose_kernels_are_recorded(name: str, recorded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else of the environment, which may hold secrets."""
    monkeypatch.setenv(name, "1")
    assert (name in environment.variables()) == recorded


def test_sources_are_compared_where_both_results_have_all_modules() -> None:
    """A folder with old and new results of one source has not changed its source."""
    now = run_trial(learning_trial(task="adding"), CATALOGUE)
    before = replace(now, provenance=old(now.provenance))
    assert changed_sources([now, before]) == []
    later = replace(now, provenance=replace(now.provenance, definitions={**now.provenance.definitions, "gru": "0ther"}))
    assert changed_sources([now, before, later]) == ["gru"]
