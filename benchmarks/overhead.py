"""What does a trial cost beyond its training? From handing it to the pool until its result is
stored, less the seconds of training and evaluating. Run: python benchmarks/overhead.py [number of
trials]"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from rnnbench.catalogue import Catalogue
from rnnbench.executors.local import LocalPool
from rnnbench.plan import learning_trials
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite


def overheads(count: int) -> dict[str, list[float]]:
    """Seconds beyond training for each trial, by task; the first trial of all pays for the
    forkserver and is apart."""
    catalogue = Catalogue.load()
    suite = read_suite(
        "quick", catalogue, Choices(seeds=max(1, count // 18), settings=("recipe.epochs=2",))
    )
    found: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, LocalPool(1) as pool:
        store = Store(Path(folder))
        store.prepare()
        for number, trial in enumerate(learning_trials(suite, {})):
            started = perf_counter()
            pool.start(trial)
            results = []
            while not results:
                results = pool.wait(1.0)
            store.write(results[0])
            seconds = (
                perf_counter()
                - started
                - results[0].seconds.training
                - results[0].seconds.evaluating
            )
            found.setdefault("first of all" if number == 0 else trial.task, []).append(seconds)
    return found


if __name__ == "__main__":
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 36
    for task, seconds in overheads(trials).items():
        median = np.median(seconds)
        worst = max(seconds)
        print(f"{task:<14} median {median:.3f} s, largest {worst:.3f} s, n = {len(seconds)}")
