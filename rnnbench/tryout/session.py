"""A tryout from its planned suite to what was found, in one folder."""

import os
from dataclasses import dataclass, replace as replace_session
from pathlib import Path

from msgspec.structs import replace

from rnnbench.baselines import BaselineScore, fit_baselines
from rnnbench.driver import Prepared, keep_tryout, prepare, read_run
from rnnbench.findings import Condition, Findings, Tryout
from rnnbench.findings.learning.looks import look_at
from rnnbench.saved_model import MODEL_FOLDER, best_result, save_model
from rnnbench.store import keep_look
from rnnbench.suite import Choices as SuiteChoices
from rnnbench.tryout.evaluating import evaluate
from rnnbench.tryout.evaluation import Evaluation
from rnnbench.tryout.folder import keep_attempt, kept_attempt
from rnnbench.tryout.losses import Losses
from rnnbench.tryout.planning import enough_seeds
from rnnbench.tryout.preparing import OpenedFile, plan_attempt, suite_of
from rnnbench.tryout.reading import evaluations, looks_of, predictions_of
from rnnbench.tryout.records import Attempt
from rnnbench.tryout.workload import ANSWER_SECONDS

SUITE = "suite.toml"
THREADS = "OMP_NUM_THREADS"


@dataclass(frozen=True)
class Session:
    """A tryout in its folder.

    is_new:     whether nothing of it was there before.
    is_changed: whether its files do not say yet what is planned now.
    """

    folder: Path
    opened: OpenedFile
    attempt: Attempt
    is_new: bool
    is_changed: bool

    @property
    def answer_seconds(self) -> float:
        """How long the answer and its report take, as loaded as the machine was when steps were
        measured."""
        return self.attempt.times.slowed(ANSWER_SECONDS)

    @property
    def suite(self) -> Path:
        """The file of the suite."""
        return self.folder / SUITE

    def write(self) -> None:
        """Write the suite, unless it is there. Raises RnnbenchError where that fails."""
        if self.is_changed:
            keep_attempt(self.folder, self.attempt, suite_of(self.opened, self.attempt))

    def prepare(self, jobs: int | None) -> Prepared:
        """Return the suite as it is run by the ordinary driver."""
        return prepare(str(self.suite), SuiteChoices(), output=self.folder, jobs=jobs)

    def with_more_seeds(self) -> "Session | None":
        """Return the tryout with as many seeds as a verdict needs; None where it has them.

        A plan of fewer seeds may be done before the time is up: trainings that improve no more end
        early, and the plan counts on none of them.
        """
        attempt = with_enough_seeds(self.attempt)
        if attempt == self.attempt:
            return None
        return replace_session(self, attempt=attempt, is_changed=True)

    def baselines(self) -> tuple[BaselineScore, ...]:
        """Fit the baselines to the training part, on one thread: several ones that wait for each
        other take twenty times as long where other programs run.

        scikit-learn is imported here. It sets variables of the environment, on which trainings must
        not depend, and reads the number of its threads.
        """
        before = dict(os.environ)
        os.environ.setdefault(THREADS, "1")
        try:
            return fit_baselines(self.opened.dataset)
        finally:
            for name in set(os.environ) - set(before):
                del os.environ[name]

    def save_model(self, prepared: Prepared, row: str) -> tuple[Path, str]:
        """Write the model of a cell, of its seeds the one that is best on validation data.

        Returns its folder, and the reason why there is no `predict.py` in it; "" where there is.
        Raises RnnbenchError where no weights of the cell are kept, or the folder cannot be written.
        """
        folder = self.folder / MODEL_FOLDER
        _, reason = save_model(prepared.store, best_result(prepared.store, row=row), folder)
        return folder, reason

    def evaluate(self, prepared: Prepared, baselines: tuple[BaselineScore, ...]) -> Tryout:
        """Say what was found, and keep it in the folder, with the look at it."""
        contents = read_run(prepared.store)
        losses = Losses(self.opened.dataset)
        predictions = predictions_of(contents, prepared.store.predictions, losses)
        cells = prepared.suite.cells
        planned = len(prepared.suite.seeds)
        condition = _condition(contents.findings) if contents.results else None
        rows = [cell.row for cell in cells]
        evaluation = Evaluation(losses, rows, predictions, baselines)
        looks = looks_of(contents, cells, predictions, planned)
        found = evaluate(evaluation, looks, condition, planned)
        keep_tryout(self.folder, found)
        if any(cell.p_value is not None for cell in found.cells):
            keep_look(self.folder, [look_at(evaluations(contents))])
        return found


def _condition(findings: Findings) -> Condition | None:
    return findings.conditions[0] if findings.conditions else None


def open_session(opened: OpenedFile, folder: Path, seconds: float, jobs: int) -> Session:
    """Return the tryout that a folder holds, so that the same command goes on, or plan a new one.

    seconds: that are left for all of it.

    Raises RnnbenchError where the folder holds something else, or the time is too short.
    """
    kept = kept_attempt(folder, opened.request)
    if kept is None:
        attempt = plan_attempt(opened, seconds, jobs)
        opened = opened.with_examples(attempt.plan.train_examples)
        return Session(folder, opened, attempt, is_new=True, is_changed=True)
    attempt = with_enough_seeds(kept)
    opened = opened.with_examples(attempt.plan.train_examples)
    return Session(folder, opened, attempt, is_new=False, is_changed=attempt != kept)


def with_enough_seeds(attempt: Attempt) -> Attempt:
    """Return an attempt with as many seeds as a verdict needs, for which the first time was too
    short."""
    planned = attempt.plan
    enough = max(planned.seeds, enough_seeds(len(planned.cells)))
    return replace(attempt, plan=replace(planned, seeds=enough))
