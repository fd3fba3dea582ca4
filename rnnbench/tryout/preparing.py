"""Prepares a tryout: reads the file, chooses cells by measured steps, and plans within minutes."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.datafile import Choices, Dataset, headline, load, six_lines
from rnnbench.errors import RnnbenchError
from rnnbench.records import Shape
from rnnbench.tryout.folder import digest_of
from rnnbench.tryout.planning import Sizes, plan
from rnnbench.tryout.records import Attempt, StepTimes, TryRequest
from rnnbench.tryout.stepping import candidates, chosen, classic_cells, measure_steps
from rnnbench.tryout.suite_file import suite_text
from rnnbench.tryout.task_dials import dials_of, task_name

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
        if dataset.inspection.kind == "language model":
            window = dataset.preparation.window
            train = max(1, dataset.train.targets.size // window)
            validation = max(1, dataset.validation.targets.size // window)
        return Sizes(train, validation, is_text, self.reading_seconds)

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

    seconds: that is left for everything, the measuring included.

    Raises RnnbenchError where no cell can be timed, or the time is too short.
    """
    started = monotonic()
    catalogue = Catalogue.present()
    names = opened.request.cells or candidates(catalogue)
    times = measure_steps(names, opened.shape, catalogue)
    rows = tuple(times.seconds)
    if not opened.request.cells:
        rows = chosen(times, classic_cells(catalogue))
    lacking = [row for row in opened.request.cells if row not in times.seconds]
    if lacking or not rows:
        row = lacking[0] if lacking else names[0]
        raise RnnbenchError(f"{row}: no step could be timed: {times.absent.get(row, 'it failed')}")
    step_seconds = {row: times.slowdown * times.seconds[row] for row in rows}
    spent = monotonic() - started
    sizes = opened.sizes.slowed(times.slowdown)
    planned = plan(step_seconds, sizes, seconds - spent, jobs, spent)
    return Attempt(request=opened.request, times=_of_rows(times, names), plan=planned)


def _of_rows(times: StepTimes, names: tuple[str, ...]) -> StepTimes:
    """Return step times in the order of names."""
    seconds = {name: times.seconds[name] for name in names if name in times.seconds}
    return replace(times, seconds=seconds)


def suite_of(opened: OpenedFile, attempt: Attempt) -> str:
    """Return the suite of an attempt as TOML."""
    inspection = opened.dataset.inspection
    task = task_name(inspection.kind, Catalogue.present())
    dials = dials_of(opened.dataset, opened.request.file, opened.request.choices)
    comments = [headline(inspection)]
    comments += [f"{name}: {sentence}" for name, sentence in six_lines(inspection)]
    summary = f"Which cell is best on {inspection.file}? Written by `rnnbench try`."
    return suite_text(attempt.plan, task, dials, summary, comments)
