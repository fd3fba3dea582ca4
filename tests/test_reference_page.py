"""docs/reference.md shows every name of the front door and every record of findings; its examples
work."""

import re
import typing
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

import rnnbench
from rnnbench.findings import find
from rnnbench.testing import check_task
from tests.builders.pages import fenced
from tests.builders.readme import ROOT
from tests.builders.report import results

PAGE = (ROOT / "docs" / "reference.md").read_text()
SHOWN = re.findall(r"^::: ([\w.]+)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The examples as one module."""
    folder = tmp_path_factory.mktemp("reference")
    program = "\n\n".join(text for _, text in fenced(PAGE))
    (folder / "of_the_reference.py").write_text(f"import rnnbench\n\n{program}")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        return vars(import_module("of_the_reference"))


def records(kind: Any, found: set[Any]) -> set[Any]:
    """The records that a type can hold, itself included."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in found:
        found.add(kind)
        for field in msgspec.structs.fields(kind):
            records(field.type, found)
    for inner in typing.get_args(kind):
        records(inner, found)
    return found


def test_every_name_of_the_front_door_is_shown_once() -> None:
    names = [name.removeprefix("rnnbench.") for name in SHOWN if name.count(".") == 1]
    assert sorted(names) == sorted(set(rnnbench.__all__) - {"__version__"})


def test_every_record_of_findings_is_shown() -> None:
    """By the front door where it has the record, or else by its module."""
    for record in records(rnnbench.Findings, set()):
        public = record.__name__ in rnnbench.__all__
        place = "rnnbench" if public else record.__module__
        assert f"{place}.{record.__qualname__}" in SHOWN


def test_the_task_of_the_page_keeps_the_laws(plugin: dict[str, Any]) -> None:
    """Its target lies beyond its trivial forecast, and no sequence is in two splits."""
    (task,) = plugin["rnnbench_tasks"]()
    outcomes = {outcome.check: outcome for outcome in check_task(task())}
    assert {name for name, one in outcomes.items() if one.status == "failed"} == set()
    assert outcomes["splits"].status == "passed"


def test_the_metric_of_the_page_counts_what_is_near(plugin: dict[str, Any]) -> None:
    outputs = np.array([[1.0], [3.0], [2.5], [9.0]])
    assert plugin["WITHIN_ONE"].compute(outputs, np.full((4, 1), 2.0), {}) == 0.75


def test_the_diagnostic_of_the_page_measures_or_refuses(plugin: dict[str, Any]) -> None:
    (diagnostic,) = plugin["rnnbench_metrics"]()
    measure = diagnostic.load()
    x_BTI = torch.ones(2, 3, 1)
    doubling = lambda x: (x * torch.tensor([1.0, 2.0, 4.0])[:, None], None)  # noqa: E731
    assert measure(doubling, x_BTI, None).figures == {"last over first": 4.0}
    with pytest.raises(rnnbench.Refused, match="one step"):
        measure(doubling, x_BTI[:, :1], None)


def test_the_report_of_the_page_has_a_line_for_each_cell(
    plugin: dict[str, Any], tmp_path: Path
) -> None:
    (report,) = plugin["rnnbench_reports"]()
    findings = find(results())
    (path,) = report.load()(findings, tmp_path)
    arms = list(chain.from_iterable(condition.arms for condition in findings.conditions))
    lines = path.read_text().splitlines()
    assert len(lines) == len(arms) > 0
    assert all(re.fullmatch(r".+: .+, \d+ of \d+ seeds", line) for line in lines)
