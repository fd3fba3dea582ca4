"""What `pytest --rnnbench NAME` collects. Not a test of rnnbench itself."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec
from rnnbench.errors import DataUnavailable, UnknownName
from rnnbench.records import Outcome
from rnnbench.suite import cell_use, resolve_dials
from rnnbench.testing.cell_checks import CELL_CHECKS, run_check
from rnnbench.testing.outcome import Check
from rnnbench.testing.speed import JOBS, start
from rnnbench.testing.subject import Subject
from rnnbench.testing.task_checks import TASK_CHECKS, TaskUnderTest, under_test


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each name and check; a benchmark for each name, implementation and job."""
    catalogue = Catalogue.load()
    names = list(dict.fromkeys(metafunc.config.getoption("--rnnbench")))
    for name in names:
        if name.partition(":")[0] not in catalogue.cells and name not in catalogue.tasks:
            raise pytest.UsageError(
                str(UnknownName("cell or task", name, [*catalogue.cells, *catalogue.tasks]))
            )
    cells = [name for name in names if name not in catalogue.tasks]
    if "task_check" in metafunc.fixturenames:
        tasks = [name for name in names if name in catalogue.tasks]
        metafunc.parametrize(
            ("task", "task_check"), _each(tasks, {check.name: check for check in TASK_CHECKS})
        )
    elif "cell_check" in metafunc.fixturenames:
        metafunc.parametrize(
            ("cell", "cell_check"), _each(cells, {check.name: check for check in CELL_CHECKS})
        )
    else:
        forms = [
            form
            for name in cells
            for form in _implementations(name, catalogue.cells[name.partition(":")[0]].item)
        ]
        metafunc.parametrize(("cell", "job"), _each(forms, {job: job for job in JOBS}))


def _each(names: list[str], things: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(name, thing, id=f"{name}-{key}")
        for name in names
        for key, thing in things.items()
    ]


def _implementations(name: str, spec: CellSpec) -> list[str]:
    if ":" in name or not spec.implementations:
        return [name]
    return [f"{name}:{implementation}" for implementation in spec.implementations]


def test_cell(cell: str, cell_check: Check[Subject]) -> None:
    """A law of cells."""
    use = cell_use(cell, Catalogue.load(), "--rnnbench")
    _demand(
        run_check(
            cell_check, Catalogue.load().cells[use.name].item, use.options, use.implementation
        )
    )


def test_task(task: str, task_check: Check[TaskUnderTest]) -> None:
    """A law of tasks."""
    kind = Catalogue.load().tasks[task].item
    try:
        subject = under_test(kind(**resolve_dials(kind, {}, "--rnnbench")))  # type: ignore[arg-type]
    except DataUnavailable as error:
        pytest.skip(str(error))
    _demand(task_check.outcome(task, lambda: subject))


def test_speed(cell: str, job: str, benchmark: Callable[..., Any]) -> None:
    """How long a training step, an inference and a streaming step take, on one thread."""
    use = cell_use(cell, Catalogue.load(), "--rnnbench")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work = start(job, Catalogue.load().cells[use.name].item, use.options, use.implementation)
        work()
        benchmark(work)
    except DataUnavailable as error:
        pytest.skip(str(error))
    finally:
        torch.set_num_threads(threads)


def _demand(outcome: Outcome) -> None:
    if outcome.status == "not applicable":
        pytest.skip(outcome.sentence)
    assert outcome.status == "passed", f"{outcome.subject}: {outcome.sentence}"
