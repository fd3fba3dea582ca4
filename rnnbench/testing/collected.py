"""The tests that `pytest --rnnbench NAME` collects. This is no test of rnnbench itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec
from rnnbench.errors import DataUnavailable, UnknownName
from rnnbench.records import Outcome
from rnnbench.suite import cell_use, objections, resolve_dials
from rnnbench.testing.cell_checks import CELL_CHECKS, run_check
from rnnbench.testing.outcome import Check
from rnnbench.testing.speed import JOBS, THREADS, steps_of, trial_of
from rnnbench.testing.step_figures import beside_reference, of_training_step
from rnnbench.testing.subject import Subject
from rnnbench.testing.task_checks import TASK_CHECKS
from rnnbench.testing.task_subject import TaskUnderTest, under_test


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a test by name and check, or a benchmark by implementation and job."""
    catalogue = Catalogue.present()
    names = list(dict.fromkeys(metafunc.config.getoption("--rnnbench")))
    _refuse_unknown(names, catalogue)
    tasks = [name for name in names if name in catalogue.tasks]
    cells = [name for name in names if name not in catalogue.tasks]
    if "task_check" in metafunc.fixturenames:
        task_checks = {check.name: check for check in TASK_CHECKS}
        metafunc.parametrize(("task", "task_check"), _parameters(tasks, task_checks))
    elif "cell_check" in metafunc.fixturenames:
        cell_checks = {check.name: check for check in CELL_CHECKS}
        metafunc.parametrize(("cell", "cell_check"), _parameters(cells, cell_checks))
    else:
        timed = []
        for name in cells:
            timed += _implementations(name, catalogue.cells[_cell_name(name)].item)
        metafunc.parametrize(("cell", "job"), _timed(timed))


def _refuse_unknown(names: list[str], catalogue: Catalogue) -> None:
    for name in names:
        if _cell_name(name) not in catalogue.cells and name not in catalogue.tasks:
            available = [*catalogue.cells, *catalogue.tasks]
            raise pytest.UsageError(str(UnknownName("cell or task", name, available)))


def _cell_name(name: str) -> str:
    """Return the cell of "cell:implementation"."""
    return name.partition(":")[0]


def _parameters(names: list[str], arguments: dict[str, Any]) -> list[Any]:
    parameters = []
    for name in names:
        for key, argument in arguments.items():
            parameters.append(pytest.param(name, argument, id=f"{name}-{key}"))
    return parameters


def _timed(cells: list[str]) -> list[Any]:
    """Return each job of each cell, in the group of pytest-benchmark that is timed alike."""
    parameters = []
    for cell in cells:
        for name, job in JOBS.items():
            group = pytest.mark.benchmark(group=job.group)
            parameters.append(pytest.param(cell, name, id=f"{cell}-{name}", marks=group))
    return parameters


def _implementations(name: str, spec: CellSpec) -> list[str]:
    if ":" in name or not spec.implementations:
        return [name]
    return [f"{name}:{implementation}" for implementation in spec.implementations]


def test_cell(cell: str, cell_check: Check[Subject]) -> None:
    """The cell keeps one law of cells."""
    catalogue = Catalogue.present()
    use = cell_use(cell, catalogue, "--rnnbench")
    spec = catalogue.cells[use.name].item
    _demand_passed(run_check(cell_check, spec, use.options, use.implementation))


def test_task(task: str, task_check: Check[TaskUnderTest]) -> None:
    """The task keeps one law of tasks."""
    task_class = Catalogue.present().tasks[task].item
    try:
        dials = resolve_dials(task_class, {}, "--rnnbench")
        subject = under_test(task_class(**dials))  # type: ignore[arg-type]
    except DataUnavailable as error:
        pytest.skip(str(error))
    _demand_passed(task_check.outcome(task, lambda: subject))


def test_speed(cell: str, job: str, benchmark: Any, request: pytest.FixtureRequest) -> None:
    """Time a training step, an inference and a streaming step, on one thread.

    Where pytest-benchmark times, it saves the ratio to torch's LSTM and what else a step costs.
    Beside xdist and with --benchmark-disable the step runs once and is not timed.
    """
    catalogue = Catalogue.present()
    use = cell_use(cell, catalogue, "--rnnbench")
    spec = catalogue.cells[use.name].item
    trial = trial_of(use, spec, JOBS[job].measurement)
    reasons = list(objections(use, spec, trial.measurement, trial.shape, trial.device))
    if reasons:
        pytest.skip(f"{cell}: {reasons[0]}")
    with _threads(THREADS):
        try:
            step, reference = steps_of(trial, catalogue)
            step()
        except DataUnavailable as error:
            pytest.skip(str(error))
        benchmark(step)
        # pytest-codspeed's fixture takes this one's place, and keeps no statistics
        if getattr(benchmark, "stats", None) is None:
            return
        figures = beside_reference(trial, step, reference)
        request.node.user_properties.extend(figures.items())
        if trial.measurement == "train-step-time":
            timeline = request.config.getoption("--rnnbench-timeline")
            figures |= of_training_step(trial, timeline=timeline)
        benchmark.extra_info.update(figures)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _demand_passed(outcome: Outcome) -> None:
    if outcome.status == "not applicable":
        pytest.skip(outcome.sentence)
    assert outcome.status == "passed", f"{outcome.subject}: {outcome.sentence}"
