"""Prepares a tryout: reads the file, chooses cells by measured steps, and plans within minutes."""

from dataclasses import dataclass, replace as replace_dataset
from pathlib import Path
from time import monotonic

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.datafile import (
    Choices,
    Dataset,
    headline,
    load,
    sampled,
    six_lines,
    with_examples,
)
from rnnbench.errors import RnnbenchError
from rnnbench.records import Shape
from rnnbench.tryout.folder import digest_of
from rnnbench.tryout.planning import LEAST_EXAMPLES, plan, plan_of_all, plan_of_part
from rnnbench.tryout.records import Attempt, StepTimes, TryRequest
from rnnbench.tryout.stepping import candidates, chosen, classic_cells, measure_steps
from rnnbench.tryout.suite_file import suite_text
from rnnbench.tryout.task_dials import dials_of, task_name
from rnnbench.tryout.workload import ANSWER_SECONDS, PART_BATCH, Sizes

EMBEDDING = 32
"""Numbers of a symbol where the cells are timed on texts; a model has as many as hidden units."""


@dataclass(frozen=True)
class OpenedFile:
    """A user's file in arrays, with what was asked for.

    reading_seconds: how long it took to read.
    """

    request: TryRequest
    dataset: Dataset
    reading_seconds: float

    @property
    def sizes(self) -> Sizes:
        """The sizes of the data."""
        dataset = self.dataset
        is_text = dataset.inspection.kind in ("language model", "text classification")
        train = len(dataset.train)
        validation = len(dataset.validation)
        test = len(dataset.test)
        if dataset.inspection.kind == "language model":
            window = dataset.preparation.window
            train = max(1, dataset.train.targets.size // window)
            validation = max(1, dataset.validation.targets.size // window)
            test = max(1, dataset.test.targets.size // window)
        return Sizes(train, validation, is_text, self.reading_seconds, test=test)

    def with_examples(self, count: int | None) -> "OpenedFile":
        """Return the file with so many training examples; None for as many as it has."""
        if count is None:
            return self
        used = with_examples(self.dataset.inspection, count)
        return replace_dataset(self, dataset=sampled(self.dataset, used))

    @property
    def shape(self) -> Shape:
        """The shape of a training step on the data, for a cell of a size of its own budget."""
        dataset = self.dataset
        inputs = dataset.train.inputs
        steps = inputs.shape[1]
        if dataset.inspection.kind == "language model":
            steps = dataset.preparation.window
        features = inputs.shape[2] if inputs.ndim == 3 else EMBEDDING
        return Shape(
            steps=steps,
            batch=self.sizes.batch_size,
            inputs=features,
            parameters=self.sizes.parameters,
        )


def open_file(file: Path, choices: Choices, cells: tuple[str, ...]) -> OpenedFile:
    """Read a user's file. Raises RnnbenchError where it cannot be used, with the place."""
    path = file.absolute()
    started = monotonic()
    dataset = load(path, choices)
    reading_seconds = monotonic() - started
    request = TryRequest(
        file=str(path), digest=digest_of(path), choices=choices, cells=tuple(dict.fromkeys(cells))
    )
    return OpenedFile(request, dataset, reading_seconds)


def plan_attempt(opened: OpenedFile, seconds: float, jobs: int) -> Attempt:
    """Choose cells by a measured step, unless they are named, and plan their trainings.

    seconds: that is left for everything, the measuring and the answer included.

    Where training on all examples would take too long, fewer are used. Raises RnnbenchError where
    no cell can be timed, or the time is too short for the fewest.
    """
    started = monotonic()
    request = opened.request
    catalogue = Catalogue.present()
    names = request.cells or candidates(catalogue)
    times = _measured(names, opened.shape, catalogue)
    rows = request.cells or chosen(times, classic_cells(catalogue)) or names[:1]
    of_rows = _slowed(times, rows)
    sizes = opened.sizes.slowed(times.slowdown)
    spent = monotonic() - started + times.slowed(ANSWER_SECONDS)
    if request.choices.train_examples is not None or sizes.train <= LEAST_EXAMPLES:
        planned = plan(of_rows, sizes, seconds - spent, jobs, spent)
        return Attempt(request=request, times=times, plan=planned)
    of_all = plan_of_all(of_rows, sizes, seconds - spent, jobs)
    if of_all is not None:
        return Attempt(request=request, times=times, plan=of_all)
    smaller = replace(opened.shape, batch=PART_BATCH)
    times = _measured(rows, smaller, catalogue)
    of_rows = _slowed(times, rows)
    sizes = opened.sizes.slowed(times.slowdown)
    spent = monotonic() - started + times.slowed(ANSWER_SECONDS)
    planned = plan_of_part(of_rows, sizes, seconds - spent, jobs, spent)
    return Attempt(request=request, times=times, plan=planned)


def _measured(names: tuple[str, ...], shape: Shape, catalogue: Catalogue) -> StepTimes:
    """Return measured steps in the order of names."""
    times = measure_steps(names, shape, catalogue)
    seconds = {name: times.seconds[name] for name in names if name in times.seconds}
    return replace(times, seconds=seconds)


def _slowed(times: StepTimes, rows: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds of a training step of each row by the clock. Raises RnnbenchError where a
    row has none."""
    for row in rows:
        if row not in times.seconds:
            reason = times.absent.get(row, "it failed")
            raise RnnbenchError(f"{row}: no step could be timed: {reason}")
    return {row: times.slowed(times.seconds[row]) for row in rows}


def suite_of(opened: OpenedFile, attempt: Attempt) -> str:
    """Return the suite of an attempt as TOML."""
    inspection = opened.dataset.inspection
    task = task_name(inspection.kind, Catalogue.present())
    dials = dials_of(opened.dataset, opened.request.file, opened.request.choices)
    comments = [headline(inspection)]
    comments += [f"{name}: {sentence}" for name, sentence in six_lines(inspection)]
    summary = f"Which cell is best on {inspection.file}? Written by `rnnbench try`."
    return suite_text(attempt.plan, task, dials, summary, comments)
