"""What a tryout trains within its minutes, and the suite and the folder that it goes into."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.campaign import Progress
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Batch
from rnnbench.datafile import Choices, Dataset, load
from rnnbench.errors import RnnbenchError
from rnnbench.records import Result
from rnnbench.suite import read_suite
from rnnbench.training.evaluation import EVALUATION_STREAMS
from rnnbench.training.predictions import in_order
from rnnbench.training.windows import folded, windows
from rnnbench.tryout import Attempt, Session, StepTimes, TryPlan, TryRequest, run_until
from rnnbench.tryout.evaluation import Evaluation
from rnnbench.tryout.folder import keep_attempt, kept_attempt
from rnnbench.tryout.losses import Losses
from rnnbench.tryout.planning import LEAST_EXAMPLES, enough_seeds, plan, plan_of_all, plan_of_part
from rnnbench.tryout.preparing import OpenedFile, suite_of
from rnnbench.tryout.stepping import candidates, chosen, classic_cells
from rnnbench.tryout.task_dials import dials_of
from rnnbench.tryout.workload import ANSWER_SECONDS, PART_BATCH, Sizes
from tests.builders import clean_files as clean
from tests.builders.hostile_files import HOSTILE

SIZES = Sizes(train=1_340, validation=300, is_text=False, reading_seconds=0.1)
STEPS = {"rnn": 0.007, "gru": 0.014, "lstm": 0.006, "lru": 0.007, "s5": 0.008}
PLAN = TryPlan(
    cells=("gru", "rnn"),
    parameters=500,
    batch_size=32,
    epochs=3,
    futility_epochs=3,
    learning_rates=(0.001, 0.01),
    tuning_seeds=1,
    seeds=8,
    seconds=1.0,
)


def test_a_plan_fits_the_time_that_it_has() -> None:
    """More time gives more epochs, and never more than it is."""
    epochs = []
    for seconds in (120.0, 180.0, 300.0):
        planned = plan(STEPS, SIZES, seconds, jobs=2)
        assert planned.seconds <= seconds
        assert planned.seeds == enough_seeds(5)
        epochs.append(planned.epochs)
    assert epochs == sorted(set(epochs))


def test_a_short_time_gives_fewer_seeds_and_a_shorter_one_is_refused() -> None:
    """With the minutes that would do; what it names is enough."""
    assert plan(STEPS, SIZES, 40.0, jobs=2).seeds == 3
    for spent in (0.0, 100.0):
        with pytest.raises(RnnbenchError, match=r"need about (\S+) minutes? in all") as caught:
            plan(STEPS, SIZES, 5.0, jobs=2, spent_seconds=spent)
        minutes = float(str(caught.value).split("about ")[1].split(" ")[0])
        assert plan(STEPS, SIZES, 60 * minutes - spent, jobs=2).seeds == 3


MANY = Sizes(train=36_765, validation=7_891, is_text=False, reading_seconds=0.6, test=7_892)


def test_of_more_examples_than_there_is_time_for_some_are_used() -> None:
    """As many as fit, and more of them the more time there is; at first with as many seeds as a
    verdict needs, then with three; below the fewest the plan is refused, and names the minutes."""
    large_steps = {row: 5 * seconds for row, seconds in STEPS.items()}
    used = []
    for seconds in (90.0, 110.0, 200.0, 400.0):
        assert plan_of_all(large_steps, MANY, seconds, jobs=2) is None
        planned = plan_of_part(STEPS, MANY, seconds, jobs=2)
        assert planned.seconds <= seconds
        assert planned.batch_size == PART_BATCH
        assert planned.train_examples is not None
        used.append((planned.seeds, planned.train_examples))
    assert used == sorted(used)
    assert len(set(used)) == len(used)
    assert used[0][0] == 3
    assert used[-1][0] == enough_seeds(5)
    assert all(LEAST_EXAMPLES <= count < MANY.train for _, count in used)
    assert plan_of_part(STEPS, MANY, 1e6, jobs=2).train_examples is None
    with pytest.raises(RnnbenchError, match="on 2,000 of 36,765 examples need about") as caught:
        plan_of_part(STEPS, MANY, 20.0, jobs=2, spent_seconds=30.0)
    minutes = float(str(caught.value).split("about ")[1].split(" ")[0])
    least = plan_of_part(STEPS, MANY, 60 * minutes - 30.0, jobs=2)
    assert least.train_examples is not None
    assert least.train_examples >= LEAST_EXAMPLES


def test_a_loaded_machine_has_more_time_for_its_answer(tmp_path: Path) -> None:
    """By as much as steps take longer on it, so that the answer is not late."""
    file = opened(*files(tmp_path)[0])
    seconds = []
    for slowdown in (1.0, 3.0):
        times = StepTimes(seconds=STEPS, slowdown=slowdown)
        begun = replace(attempt(file), times=times)
        session = Session(tmp_path, file, begun, is_new=True, is_changed=True)
        seconds.append(session.answer_seconds)
    assert seconds == [ANSWER_SECONDS, 3 * ANSWER_SECONDS]


def test_the_two_cheapest_beside_the_classic_ones_are_tried() -> None:
    times = StepTimes(seconds={"hgrn": 0.04, **STEPS, "qrnn": 0.02}, absent={"mamba": "it failed"})
    catalogue = Catalogue.present()
    classic = classic_cells(catalogue)
    assert classic == ("rnn", "gru", "lstm")
    assert chosen(times, classic) == (*classic, "lru", "s5")
    assert set(candidates(catalogue)) > {*classic, "lru", "s5", "qrnn"}


def files(folder: Path) -> list[tuple[Path, Choices]]:
    """A file of each kind, with what is said of it."""
    prose = folder / "text.txt"
    prose.write_text(clean.prose())
    quarters = [["year", "quarter", "gdp"]]
    quarters += [[str(1950 + n // 4), str(n % 4 + 1), str(9 + n % 7)] for n in range(160)]
    return [
        (clean.write(folder / "prices.csv", clean.prices()), Choices(window=20, horizon=3)),
        (clean.write(folder / "panel.csv", clean.panel()), Choices(window=10)),
        (clean.write(folder / "visits.csv", clean.visits()), Choices()),
        (clean.write(folder / "reviews.csv", clean.reviews()), Choices()),
        (prose, Choices(window=30)),
        (clean.write(folder / "quarters.csv", quarters), Choices(window=8)),
    ]


def opened(path: Path, choices: Choices) -> OpenedFile:
    request = TryRequest(file=str(path), digest="", choices=choices)
    return OpenedFile(request, load(path, choices), 0.1)


def attempt(file: OpenedFile) -> Attempt:
    return Attempt(request=file.request, times=StepTimes(seconds=STEPS), plan=PLAN)


@pytest.mark.parametrize(
    ("place", "examples"),
    [(0, None), (0, 30), (1, None), (2, 8), (3, None), (3, 30), (4, 30), (5, None)],
)
def test_the_suite_says_every_guess_and_its_task_reads_the_same_arrays(
    place: int, examples: int | None, tmp_path: Path
) -> None:
    """By the task's own reading of the dials in the file, to the last bit; where the plan uses some
    of the training examples, these are the same ones."""
    path, choices = files(tmp_path)[place]
    file = opened(path, choices).with_examples(examples)
    written = keep_attempt(tmp_path / "run", attempt(file), suite_of(file, attempt(file)))
    suite = read_suite(str(written), Catalogue.present())
    (use,) = suite.tasks
    assert [cell.row for cell in suite.cells] == list(PLAN.cells)
    assert (len(suite.seeds), use.recipe.epochs) == (PLAN.seeds, PLAN.epochs)
    assert suite.keep_predictions
    task = Catalogue.present().tasks[use.name].item(**use.dials)
    assert use.dials == {**use.dials, **dials_of(file.dataset, str(path), choices)}
    splits = task.load({})
    for ours, theirs in zip(
        file.dataset.parts, (splits.train, splits.validation, splits.test), strict=True
    ):
        read = theirs.inputs if theirs.tokens is None else theirs.tokens
        assert np.array_equal(ours.inputs, read)
        assert np.array_equal(ours.targets, theirs.targets)


def test_a_folder_goes_on_with_its_own_request_alone(tmp_path: Path) -> None:
    file = opened(*files(tmp_path)[0])
    begun = attempt(file)
    assert kept_attempt(tmp_path / "run", begun.request) is None
    keep_attempt(tmp_path / "run", begun, suite_of(file, begun))
    assert kept_attempt(tmp_path / "run", begun.request) == begun
    other = replace(begun.request, choices=Choices(window=5))
    with pytest.raises(RnnbenchError, match="with other options; choose another -o"):
        kept_attempt(tmp_path / "run", other)
    with pytest.raises(RnnbenchError, match="has changed since it was tried"):
        kept_attempt(tmp_path / "run", replace(begun.request, digest="1"))
    (tmp_path / "suite" / "trials").mkdir(parents=True)
    with pytest.raises(RnnbenchError, match="holds a run of another suite"):
        kept_attempt(tmp_path / "suite", begun.request)


class _Run:
    """A run that watches its progress three times, and is interrupted if so wanted."""

    def __init__(self, error: type[BaseException] | None = None) -> None:
        self.error = error
        self.watched = 0

    def run(self, watch: object) -> None:
        for _ in range(3):
            self.watched += 1
            watch(Progress(total=3), None)  # type: ignore[operator]
        if self.error:
            raise self.error


def shown(progress: Progress, result: Result | None) -> None:
    """Show nothing."""


@pytest.mark.parametrize(
    ("error", "deadline", "ending", "watched"),
    [
        (None, 10.0, "complete", 3),
        (KeyboardInterrupt, 10.0, "interrupted", 3),
        (None, 1.5, "out of time", 2),
    ],
)
def test_a_run_ends_with_its_time_or_with_ctrl_c(
    error: type[BaseException] | None, deadline: float, ending: str, watched: int
) -> None:
    """Each end is an answer from what has finished."""
    run = _Run(error)
    end = run_until(run, deadline, shown, lambda: float(run.watched))  # type: ignore[arg-type]
    assert (end.ending, run.watched) == (ending, watched)
    assert end.progress is not None


def test_predictions_of_a_text_are_in_its_order() -> None:
    """Of each symbol the one that was predicted, though streams are read side by side."""
    symbols = np.arange(1_003)[None]
    data = Batch(symbols, symbols)
    streams = folded(data, EVALUATION_STREAMS)
    answered = np.concatenate([window.targets.ravel() for window in windows(streams, 7)])
    assert np.array_equal(in_order(answered, data, 7), np.arange(1_003 // 16 * 16))


def evaluation(dataset: Dataset, outputs: np.ndarray) -> Evaluation:
    losses = Losses(dataset)
    return Evaluation(losses, ["gru"], {"gru": {0: losses.predicted(outputs)}}, ())


@pytest.mark.parametrize("place", [0, 1])
def test_right_outputs_have_no_error_in_units_of_the_file(place: int, tmp_path: Path) -> None:
    """Scaling, changes and logarithms are undone; one unit off is off by one unit."""
    path, choices = files(tmp_path)[place]
    dataset = load(path, choices)
    right = evaluation(dataset, dataset.test.targets).judged({})
    assert right[0].error.centre == pytest.approx(0.0, abs=1e-3)
    losses = Losses(dataset)
    actual = dataset.test.actual
    assert actual is not None
    off = float(losses.figure(float(losses.of(actual + 1.0).mean())))
    assert off == pytest.approx(100 / actual.mean())


def left_by_a_line(dataset: Dataset) -> float:
    """The part of the variance of the last value's error that least squares leave, in the test."""
    losses = Losses(dataset)
    train = dataset.train.inputs[:, -2:].reshape(len(dataset.train), -1)
    weights = np.linalg.lstsq(np.c_[train, np.ones(len(train))], dataset.train.targets, rcond=None)
    test = dataset.test.inputs[:, -2:].reshape(len(dataset.test), -1)
    outputs = np.c_[test, np.ones(len(test))] @ weights[0]
    assert dataset.test.actual is not None
    last = dataset.levels[dataset.test.start - 1]  # type: ignore[index,operator]
    of_last = np.mean(np.square(dataset.test.actual - last))
    return float(np.mean(losses.of(losses.predicted(outputs))) / of_last)


def test_a_column_with_the_future_is_never_read(tmp_path: Path) -> None:
    """So that no model wins by it; kept against advice, it gives the answer away."""
    (hostile,) = [one for one in HOSTILE if one.kind == "future-of-target"]
    path = hostile.make(tmp_path)
    honest = load(path, Choices(window=10))
    leaking = load(path, Choices(window=10, keep=("signal",)))
    assert "signal" not in honest.preparation.columns
    assert "signal" in leaking.preparation.columns
    assert left_by_a_line(leaking) < 0.05 < 0.5 < left_by_a_line(honest)
