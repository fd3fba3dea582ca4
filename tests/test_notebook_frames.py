"""The frames of a run hold what its JSON holds, read independently; what is absent has a reason."""

import math
import statistics
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import rnnbench
from tests.builders.notebook import Stored, folders, stored

Read = tuple[rnnbench.Run, dict[str, Stored]]


@pytest.fixture(scope="module", params=[0, 1], ids=["measured", "made up"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """A run as it is loaded, and its files as they stand there."""
    folder = folders(tmp_path_factory.mktemp("runs"))[request.param]
    return rnnbench.load(folder), stored(folder)


def plain(value: Any) -> Any:
    """A value of a frame, where what is absent is None."""
    return None if pd.isna(value) else value


def test_a_trial_is_a_row_and_has_the_figures_of_its_file(read: Read) -> None:
    """Each column by its own place in the JSON."""
    run, files = read
    assert list(run.trials["trial"]) == list(files)
    for row in run.trials.to_dict("records"):
        file = files[row["trial"]]
        trial = file["trial"]
        figures = file["learning"] or {}
        assert row["lane"] == trial["lane"]
        assert (row["status"], row["suite"]) == (file["status"], trial["suite"])
        assert row["process_seconds"] == file["seconds"]["process"]
        assert row["machine"] == file["provenance"]["machine"]["processor"]
        assert row["started"] == pd.Timestamp(file["started"])
        for name in ("task", "phase", "seed", "learning_rate", "measurement"):
            assert plain(row[name]) == trial.get(name), name
        assert plain(row["session"]) == trial.get("occasion")
        for name in (
            "epochs_run",
            "epochs_to_target",
            "chosen_epoch",
            "hidden_size",
            "parameters",
            "off_budget",
        ):
            assert plain(row[name]) == figures.get(name), name
        assert plain(row["epochs_budget"]) == trial.get("recipe", {}).get("epochs")
        for dial, value in trial.get("dials", {}).items():
            assert row[f"dial_{dial}"] == value


def test_a_score_is_that_of_the_metric_that_decides(read: Read) -> None:
    """On test data and on validation data at the chosen epoch; each metric has its own column
    besides."""
    run, files = read
    learned = [row for row in run.trials.to_dict("records") if files[row["trial"]]["learning"]]
    assert learned
    for row in learned:
        figures = files[row["trial"]]["learning"]
        metric = figures["metrics"][0]
        assert (row["metric"], row["metric_direction"]) == (metric["name"], metric["direction"])
        assert plain(row["score"]) == figures["test"].get(metric["name"])
        (chosen,) = [
            epoch for epoch in figures["curve"] if epoch["epoch"] == figures["chosen_epoch"]
        ]
        assert row["validation_score"] == chosen["validation"][metric["name"]]
        assert plain(row["trivial_score"]) == figures["trivial"].get(metric["name"])
        assert {name: row[f"test_{name}"] for name in figures["test"]} == figures["test"]


def test_an_epoch_is_a_row_with_its_loss_and_its_scores(read: Read) -> None:
    """As many as all curves have, in their order."""
    run, files = read
    expected = []
    for identity, file in files.items():
        if file["learning"]:
            expected += [(identity, epoch) for epoch in file["learning"]["curve"]]
    rows = run.epochs.to_dict("records")
    assert len(rows) == len(expected)
    for row, (identity, epoch) in zip(rows, expected, strict=True):
        assert row["trial"] == identity
        assert (row["epoch"], row["step"]) == (epoch["epoch"], epoch["step"])
        assert row["training_loss"] == epoch["train_loss"]
        scores = epoch["validation"]
        assert row["validation_score"] == scores[row["metric"]]
        assert {name: row[f"validation_{name}"] for name in scores} == scores


def expected_costs(file: Stored) -> dict[tuple[str, str], float]:
    """The figures of a cost trial by row and name, times as medians and timelines as maxima."""
    found: dict[tuple[str, str], float] = {}
    for row in file["costs"]:
        for name, value in row.items():
            if name in ("row", "kernel", "parameters", "figure", "meter", "form") or value is None:
                continue
            if name == "log_ratio_to_ruler":
                found[row["row"], "ratio_to_reference_cell"] = math.exp(value)
            elif isinstance(value, list) and row["figure"] == "time":
                found[row["row"], name] = statistics.median(value)
            elif name == "bytes":
                found[row["row"], name] = max(value)
            elif name != "seconds":
                found[row["row"], name] = value
    return found


def test_a_cost_figure_is_a_row_in_its_unit(read: Read) -> None:
    """All that the file has, and nothing else that has a value."""
    run, files = read
    for identity, file in files.items():
        rows = run.costs[run.costs["trial"] == identity].dropna(subset="value")
        found = {(row["row"], row["figure"]): row["value"] for row in rows.to_dict("records")}
        assert found == (expected_costs(file) if file["trial"]["lane"] == "cost" else {})
        for row in rows.to_dict("records"):
            shape = file["trial"]["shape"]
            assert [row[name] for name in ("steps", "batch", "hidden", "inputs")] == [
                shape[name] for name in ("steps", "batch", "hidden", "inputs")
            ]
            assert row["unit"] == ("s" if row["figure"].endswith("_seconds") else row["unit"])


def test_whatever_figure_is_absent_has_a_reason(read: Read) -> None:
    """Of learning, a score or the epochs to a target; of cost, a value. What is there has none of
    cost."""
    run, files = read
    learning = run.trials[run.trials["lane"] == "learning"]
    for name in ("score", "validation_score", "epochs_run"):
        assert (learning.loc[learning[name].isna(), "reason"] != "").all(), name
    measured = learning[learning["trial"].map(lambda identity: bool(files[identity]["learning"]))]
    for row in measured.to_dict("records"):
        assert all(
            reason in row["reason"] for reason in files[row["trial"]]["learning"]["absent"].values()
        )
    absent = run.costs["value"].isna()
    assert absent.any()
    assert ((run.costs["reason"] != "") == absent).all()
    assert ((run.costs["repeats"] == 0) == absent).all()


def test_a_cell_that_a_cost_trial_lost_is_there_with_the_reason(tmp_path: Path) -> None:
    """By its own word where there is one, else by that of the trial."""
    costs = rnnbench.load(folders(tmp_path)[1]).costs
    lost = costs[(costs["replicate"] == 1) & costs["value"].isna() & (costs["row"] == "lstm")]
    assert set(lost["reason"]) == {"it raised"}
    assert list(lost["figure"]) == [
        "cpu_seconds",
        "wall_seconds",
        "ratio_to_reference_cell",
        "first_call_seconds",
        "joules",
    ]
    failed = costs[costs["replicate"] == 2]
    assert set(failed["reason"]) == {"longer than 300 s"}
    assert set(failed["row"]) == {"gru", "lstm"}


def test_columns_keep_their_types_whatever_is_absent(read: Read) -> None:
    """A seed is a whole number beside trials that have none; times are times."""
    run, _ = read
    types = run.trials.dtypes.astype(str)
    assert types["seed"] == types["epochs_to_target"] == types["dial_horizon"] == "Int64"
    assert types["score"] == types["learning_rate"] == "float64"
    assert types["started"].endswith("UTC]")
    assert list(run.trials.columns[:2]) == ["trial", "lane"]
