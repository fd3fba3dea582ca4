"""Exports for trackers of benchmarks: github-action-benchmark, Bencher, pytest-benchmark."""

import json
import re
import subprocess
import sys
from math import log
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, Result
from tests.builders.compare import timed
from tests.builders.findings import learned
from tests.builders.report import results

FINDINGS = find(
    [
        *(result for result in results() if result.costs or result.status == "error"),
        *(learned("gru", seed, 4, dials={"horizon": 10}) for seed in (0, 1)),
    ]
)


def files_of(report: str, findings: Findings, folder: Path) -> dict[str, Any]:
    """The files that a report writes, by name, read as JSON. No number in them is infinite."""
    written = Catalogue.present().reports[report].item.load()(findings, folder)
    return {path.name: json.loads(path.read_text(), parse_constant=_refuse) for path in written}


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


class Entry(Struct, forbid_unknown_fields=True):
    """What the README of github-action-benchmark publishes of its custom format: a name, a unit and
    a value, and optionally a range and something extra."""

    name: str
    unit: str
    value: float
    range: str = ""
    extra: str = ""


def test_github_action_benchmark_gets_a_file_for_each_way_of_better(tmp_path: Path) -> None:
    """The npm registry has no version of the action. So the files are held against its published
    format: an array of entries, of unique names, which it refuses where it is empty."""
    files = files_of("github-action-benchmark", FINDINGS, tmp_path)
    smaller = msgspec.convert(files["custom-smaller-is-better.json"], list[Entry])
    bigger = msgspec.convert(files["custom-bigger-is-better.json"], list[Entry])
    names = [entry.name for entry in (*smaller, *bigger)]
    assert len(set(names)) == len(names)
    by_name = {entry.name: entry for entry in smaller}
    time = by_name["gru, T=50 B=32 H=64 I=64: train step over torch's LSTM"]
    assert (time.unit, time.value, time.range, time.extra) == ("ratio", 2.0, "", "n = 1")
    peak = by_name["gru, T=100 B=32 H=64 I=64: peak memory"]
    assert (peak.unit, peak.value) == ("bytes", 3 << 20)
    assert by_name["gru, adding, horizon 10: epochs to target"].unit == "epochs"
    assert {entry.name.partition(": ")[2] for entry in bigger} == {"solve rate"}


def test_scores_go_where_their_metric_says(tmp_path: Path) -> None:
    """A share of correct answers to the bigger ones, a squared error to the smaller ones."""
    for direction, name in (("higher", "bigger"), ("lower", "smaller")):
        findings = find([learned("gru", seed, 3, direction=direction) for seed in range(3)])
        files = files_of("github-action-benchmark", findings, tmp_path)
        names = [entry["name"] for entry in files[f"custom-{name}-is-better.json"]]
        assert "gru, adding, horizon 10: test mse" in names


def test_names_stay_when_a_suite_gets_another_horizon(tmp_path: Path) -> None:
    """A tracker joins the figures of two commits by their names."""
    found = []
    for horizons in ((10,), (10, 20)):
        runs = [learned("gru", 0, 4, dials={"horizon": horizon}) for horizon in horizons]
        found.append(set(files_of("bmf", find(runs), tmp_path)["bmf.json"]))
    assert found == [{"gru, adding, horizon 10"}, {f"gru, adding, horizon {h}" for h in (10, 20)}]


def test_no_file_is_written_without_figures(tmp_path: Path) -> None:
    """The action refuses an empty array."""
    failed = find([result for result in results() if result.status == "error"])
    assert files_of("github-action-benchmark", failed, tmp_path) == {}
    assert files_of("bmf", failed, tmp_path) == {"bmf.json": {}}


class Metric(Struct, forbid_unknown_fields=True):
    """What the schema bencher.dev/bmf.json demands of a metric: a value, and no other fields than
    the ends."""

    value: float
    lower_value: float | None = None
    upper_value: float | None = None


def test_bencher_gets_the_figures_by_cell_and_setting(tmp_path: Path) -> None:
    """Bencher's program is in no registry of packages. So the file is held against the published
    schema, names of at most 1,024 characters, and slugs of at most 64."""
    (content,) = files_of("bmf", FINDINGS, tmp_path).values()
    benchmarks = msgspec.convert(content, dict[str, dict[str, Metric]])
    assert all(0 < len(name) <= 1024 for name in benchmarks)
    for measures in benchmarks.values():
        for slug, metric in measures.items():
            assert len(slug) <= 64
            assert slug == "-".join(slug.lower().split())
            if metric.lower_value is not None and metric.upper_value is not None:
                assert metric.lower_value <= metric.value <= metric.upper_value
    learning = benchmarks["gru, adding, horizon 10"]
    assert set(learning) == {"epochs-to-target", "solve-rate", "test-mse"}
    assert learning["solve-rate"].lower_value is not None
    assert benchmarks["gru, T=200 B=32 H=64 I=64"]["train-step-over-torch-s-lstm"].value == 2.0


def test_no_figure_of_bencher_takes_the_place_of_another(tmp_path: Path) -> None:
    """Metrics that differ in signs and capitals, or far behind, have slugs of their own, whatever
    other figures there are; so have long names of benchmarks."""
    metrics = ["f1.5", "f1_5", "F1.5", "f1 5", *(f"{'long ' * 20}{n}" for n in (1, 2))]
    result = learned("gru", 0, 4, dials={"horizon": 10})
    assert result.learning
    (note,) = result.learning.metrics
    slugs = {}
    for chosen in (metrics, metrics[:1]):
        notes = (note, *(replace(note, name=name) for name in chosen))
        scores = {**result.learning.test, **dict.fromkeys(chosen, 0.5)}
        learning = replace(result.learning, metrics=notes, test=scores)
        (content,) = files_of("bmf", find([replace(result, learning=learning)]), tmp_path).values()
        (measures,) = content.values()
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in measures)
        assert all(len(slug) <= 64 for slug in measures)
        assert len(measures) == len(chosen) + 3
        slugs[len(chosen)] = set(measures)
    assert slugs[1] < slugs[len(metrics)]
    assert "test-mse" in slugs[1]
    label = "g" * 1100
    trials = [replace(both(1.0, 2.0)) for _ in range(2)]
    labelled = []
    for number, one in enumerate(trials):
        rows = tuple(replace(row, row=f"{label}{number}") for row in one.costs)
        cells = (CellUse(name="gru", label=f"{label}{number}"),)
        labelled.append(replace(one, trial=replace(one.trial, cells=cells), costs=rows))
    (content,) = files_of("bmf", find(labelled), tmp_path).values()
    assert sorted(map(len, content)) == [1024, 1024]


def test_pytest_benchmark_is_of_the_commit_of_the_latest_result(tmp_path: Path) -> None:
    """And not of the last one in the alphabet."""
    runs = []
    for number, commit in enumerate(("eee", "fff+changes", "aaa")):
        one = both(1.0, 2.0, number)
        provenance = replace(one.provenance, commit=commit)
        runs.append(replace(one, provenance=provenance, started=f"2030-01-0{number + 1}T00:00:00"))
    found = find(runs)
    assert found.commits == ("eee", "fff+changes", "aaa")
    (content,) = files_of("pytest-benchmark", found, tmp_path).values()
    assert (content["commit_info"]["id"], content["commit_info"]["dirty"]) == ("aaa", False)


def both(seconds: float, ratio: float, replicate: int = 0) -> Result:
    """A cell that takes so many seconds a step, and so often the time of torch's LSTM."""
    result = timed({"gru": seconds}, round=replicate)
    rows = tuple(replace(row, log_ratio_to_reference_cell=log(ratio)) for row in result.costs)
    return replace(result, costs=rows)


def test_pytest_benchmark_calls_the_slower_cell_slower(tmp_path: Path) -> None:
    """Also where the machine was busier before: its steps take fewer seconds than those of the
    faster cell took, and more of the time of torch's LSTM beside them. Read by
    pytest-benchmark itself."""
    runs = {}
    for name, seconds, ratio in (("faster", 0.020, 1.5), ("slower", 0.016, 1.8)):
        folder = tmp_path / name
        folder.mkdir()
        files_of("pytest-benchmark", find([both(seconds, ratio, r) for r in range(3)]), folder)
        runs[name] = folder / "pytest-benchmark.json"
    compared = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest_benchmark", "compare", "--between=median", "--time-unit=s"),
            *map(str, runs.values()),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"NO_COLOR": "1"},
    )
    assert compared.returncode == 0, compared.stderr
    assert "+20.0%" in compared.stdout
    (benchmark,) = json.loads(runs["slower"].read_text())["benchmarks"]
    extra = benchmark["extra_info"]
    assert (extra["seconds"], extra["seconds_of_replicates"]) == (0.016, [0.016] * 3)
    assert benchmark["stats"]["rounds"] == 3


def test_pytest_benchmark_has_how_a_cell_learns_beside_its_times(tmp_path: Path) -> None:
    """In `extra_info` of each of its benchmarks; epochs to target are a benchmark as well."""
    (content,) = files_of("pytest-benchmark", FINDINGS, tmp_path).values()
    by_name = {one["name"]: one for one in content["benchmarks"]}
    time = by_name["train over torch's LSTM[gru, T=50 B=32 H=64 I=64]"]
    (condition,) = FINDINGS.conditions
    (arm,) = condition.arms
    assert arm.epochs
    said = time["extra_info"]["learning"]["adding, horizon 10"]
    assert said["epochs to target"] == [arm.epochs.centre, arm.epochs.low, arm.epochs.high]
    assert said["solve rate"][0] == 1.0
    epochs = by_name["epochs to target[gru, adding, horizon 10]"]
    assert (epochs["stats"]["median"], epochs["stats"]["rounds"]) == (arm.epochs.centre, 1)
    assert "(1 s is one epoch)" in epochs["group"]


def test_every_run_has_a_file_for_pytest_benchmark() -> None:
    """It is a report, not an export that somebody has to ask for."""
    assert not Catalogue.present().reports["pytest-benchmark"].item.on_request


@pytest.mark.parametrize("name", ["github-action-benchmark", "bmf", "junit", "github"])
def test_other_formats_are_made_on_request(name: str) -> None:
    assert Catalogue.present().reports[name].item.on_request
