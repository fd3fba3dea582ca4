"""How much of a run would be saved if trainings that cannot win were stopped early? Replayed on the
trainings of stored runs, each with its curve.

    python benchmarks/early_stops.py ARCHIVE.tar.xz ...

Two rules. *Capping*: the best rate so far goes first at each seed (at the first seed the highest),
and others end at so many times its epochs to target. *Futility*: a training ends when its
validation score has not improved for so many epochs; counted are trainings that would have reached
the target, and were stopped.
"""

import sys
import tarfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from msgspec.structs import replace

from rnnbench.records import Learning, LearningTrial, Result, canonical
from rnnbench.store import Store

CAPS = (2.0, 3.0, 4.0)
PATIENCE = (5, 8, 10, 12, 15)
Trainings = Mapping[tuple[int, float], Result]
"""The trainings of a cell under one setting, by seed and rate."""


def read(archive: Path) -> list[Result]:
    """Return the trainings of an archived run that have a curve."""
    with TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        results = list(Store(Path(folder)).read())
    return [result for result in results if result.learning and result.learning.curve]


def learned(result: Result) -> Learning:
    """Return the part of a result that has the curve."""
    assert result.learning is not None
    return result.learning


def arms(results: Sequence[Result]) -> list[Trainings]:
    """Group trainings by all but seed and rate."""
    found: dict[bytes, dict[tuple[int, float], Result]] = defaultdict(dict)
    for result in results:
        trial = result.trial
        assert isinstance(trial, LearningTrial)
        key = canonical(replace(trial, seed=0, learning_rate=1.0))
        found[key][trial.seed, trial.learning_rate] = result
    return list(found.values())


def stopped_at(result: Result, epochs: float) -> float:
    """Return the seconds of a trial whose training ends after so many epochs."""
    run = learned(result).epochs_run
    left = min(1.0, epochs / run)
    return result.seconds.process - result.seconds.training * (1 - left)


def capped(trainings: Trainings, cap: float) -> float:
    """Return the seconds of these trainings with capping."""
    total = 0.0
    epochs_of: dict[float, list[int]] = defaultdict(list)
    for seed in sorted({seed for seed, _ in trainings}):
        rates = [rate for at, rate in trainings if at == seed]
        rates.sort(key=lambda rate: (np.mean(epochs_of.get(rate, [1_000])), -rate))
        best: int | None = None
        for rate in rates:
            result = trainings[seed, rate]
            reached = learned(result).epochs_to_target
            limit = np.inf if best is None else max(cap * best, best + 2)
            whole = reached is not None and reached <= limit
            total += result.seconds.process if whole else stopped_at(result, limit)
            if reached is not None:
                best = reached if best is None else min(best, reached)
            epochs_of[rate].append(reached or learned(result).epochs_run)
    return total


def futile_at(result: Result, patience: int) -> int | None:
    """Return the epoch at which a training would be given up; None where it never is."""
    learning = learned(result)
    metric = learning.metrics[0]
    best = np.inf
    since = 0
    for epoch in learning.curve:
        loss = metric.loss(epoch.validation[metric.name])
        if loss < best:
            best = loss
            since = epoch.epoch
        if epoch.epoch - since >= patience:
            return epoch.epoch
        if learning.epochs_to_target and epoch.epoch >= learning.epochs_to_target:
            return None
    return None


def main(archives: Sequence[Path]) -> None:
    """Print the share of seconds that each rule would save."""
    for archive in archives:
        results = read(archive)
        total = sum(result.seconds.process for result in results)
        print(f"{archive.name}: {len(results)} trainings, {total / 3600:.1f} core-hours")
        for cap in CAPS:
            spent = sum(capped(trainings, cap) for trainings in arms(results))
            print(f"  capped at {cap:g} times the best: {1 - spent / total:.1%} saved")
        for patience in PATIENCE:
            saved = 0.0
            lost = 0
            for result in results:
                at = futile_at(result, patience)
                reached = learned(result).epochs_to_target is not None
                lost += at is not None and reached
                if at is not None and not reached:
                    saved += result.seconds.process - stopped_at(result, at)
            reaching = sum(learned(result).epochs_to_target is not None for result in results)
            print(
                f"  given up after {patience} epochs without progress: {saved / total:.1%} saved,"
                f" {lost} of {reaching} that reach the target lost"
            )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
