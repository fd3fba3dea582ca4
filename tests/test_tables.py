"""Results as CSV and Parquet: the tables of a notebook, with columns that are documented."""

import csv
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

import rnnbench
from rnnbench.tables import FORMAT, TABLES, Table
from tests.builders.inside import rnnbench_here
from tests.builders.notebook import folders
from tests.builders.readme import ROOT

PAGE = (ROOT / "docs" / "results.md").read_text()
OF_FORMAT_1 = {
    "trials": "trial lane suite suite_version row cell implementation task phase seed learning_rate measurement replicate session status reason metric metric_unit metric_direction target score validation_score trivial_score epochs_budget epochs_run epochs_to_target steps_to_target chosen_epoch steps_per_epoch hidden_size parameters state_floats off_budget process_seconds preparing_seconds training_seconds evaluating_seconds threads device executor shared machine accelerator started",
    "epochs": "trial row cell implementation task phase seed learning_rate epoch step training_loss metric validation_score reason",
    "costs": "trial row cell implementation measurement steps batch hidden inputs frame parameters_budget session replicate figure unit statistic value repeats reason kernel parameters threads device executor shared machine accelerator",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with every kind of figure and of failure, exported to both formats."""
    folder = folders(tmp_path_factory.mktemp("runs"))[1]
    for format_ in ("csv", "parquet"):
        done = rnnbench_here("export", str(folder), "--format", format_, cwd=folder)
        assert done.returncode == 0, done.stderr
        files = [Path(line) for line in done.stdout.splitlines()]
        assert {file.name for file in files} >= {f"results-{t.name}.{format_}" for t in TABLES}
        assert all(file.is_file() for file in files)
    return folder


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_both_files_hold_what_the_frame_of_a_notebook_holds(run: Path, table: Table) -> None:
    """Each value of each column, read back by pandas."""
    frame = getattr(rnnbench.load(run), table.name)
    of_csv = pd.read_csv(
        run / "export" / f"results-{table.name}.csv",
        dtype={name: str(kind) for name, kind in frame.dtypes.items() if "UTC" not in str(kind)},
        keep_default_na=False,
        na_values=[""],
    )
    of_parquet = pd.read_parquet(run / "export" / f"results-{table.name}.parquet")
    assert len(frame) > 5
    for other in (of_csv, of_parquet):
        assert list(other.columns) == list(frame.columns)
        for name in frame:
            expected = [plain(value) for value in frame[name]]
            assert [plain(value) for value in other[name]] == expected, name


def plain(value: object) -> object:
    """A value of a frame: None where it is absent or an empty text, a moment as a number."""
    if pd.isna(value) or value == "":  # type: ignore[call-overload]
        return None
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        value = pd.Timestamp(value)
    return value.timestamp() if isinstance(value, pd.Timestamp) else value


def test_what_is_absent_is_empty_and_has_a_reason(run: Path) -> None:
    """No file says NaN, None or inf; a cost without a value has a reason."""
    for table in TABLES:
        text = (run / "export" / f"results-{table.name}.csv").read_text()
        assert not re.search(r"(^|,)(nan|none|-?inf)(,|$)", text, re.IGNORECASE | re.MULTILINE)
    with (run / "export" / "results-costs.csv").open() as file:
        rows = list(csv.DictReader(file))
    absent = [row for row in rows if not row["value"]]
    assert absent
    assert all(row["reason"] for row in absent)


def test_the_package_describes_the_columns_of_each_file(run: Path) -> None:
    """By name, type and meaning, with the version of the tables."""
    package = json.loads((run / "export" / "datapackage.json").read_text())
    assert package["version"] == f"{FORMAT}.0.0"
    assert [resource["name"] for resource in package["resources"]] == [t.name for t in TABLES]
    for resource in package["resources"]:
        heading = (run / "export" / resource["path"]).read_text().splitlines()[0]
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == heading.split(",")
        assert all(field["description"] for field in fields)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_page_has_every_column_with_its_type_and_meaning(table: Table) -> None:
    """In the order of the code, then the prefixes of those that vary."""
    section = PAGE[PAGE.index(f"\n## {table.name.capitalize()}\n") :].split("\n## ")[1]
    rows = re.findall(r"^\| `([\w*]+)` \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    columns = [(column.name, column.kind, column.meaning) for column in table.columns]
    further = [(prefix, "of its values", what) for prefix, what in table.prefixes.items()]
    assert rows == [*columns, *further]


def test_no_column_of_this_format_is_lost() -> None:
    """Who removes or renames one raises FORMAT, writes its history, and renews this list."""
    assert FORMAT == 1
    for table in TABLES:
        names = {column.name for column in table.columns}
        assert set(OF_FORMAT_1[table.name].split()) - names == set()


def test_without_pyarrow_one_sentence_says_how_to_install_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = rnnbench_here("export", str(run), "--format", "parquet", cwd=run)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("which is not installed: pip install 'rnnbench[parquet]'\n")


def test_a_misspelt_format_is_told_those_of_results_too(run: Path) -> None:
    done = rnnbench_here("export", str(run), "--format", "parket", cwd=run)
    assert done.returncode == 2
    assert "Did you mean 'parquet'?" in done.stderr


def test_to_export_results_is_no_look(run: Path) -> None:
    """Nothing is kept beside the results."""
    assert not (run / "looks").exists()
