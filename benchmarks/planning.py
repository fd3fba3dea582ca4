"""How do planning and reading results grow with the number of trials? Nothing is run: results are
written as if it had been. Run: python benchmarks/planning.py [trials]"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.executors.running import without_run
from rnnbench.plan import Known, learning_trials, plan
from rnnbench.records import trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite


def measure(trials: int) -> None:
    """Seconds for a plan with nothing done, with half done, and for reading half of the results."""
    suite = read_suite("quick", Catalogue.load(), Choices(seeds=max(1, trials // 18)))
    everything = list(learning_trials(suite, {}))
    half = everything[: len(everything) // 2]
    done = {trial_id(trial): Known("ok") for trial in half}
    clock = perf_counter()
    plan(suite, {}, ())
    planned = perf_counter()
    plan(suite, done, ())
    resumed = perf_counter()
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.prepare()
        for trial in half:
            store.path(trial_id(trial)).write_bytes(
                msgspec.json.encode(without_run(trial, "skipped", "never run"))
            )
        written = perf_counter()
        count = sum(1 for _ in store.read())
        read = perf_counter()
    print(
        f"{len(everything):>6} trials: plan {planned - clock:.2f} s, with half done"
        f" {resumed - planned:.2f} s; reading {count} results {read - written:.2f} s"
    )


if __name__ == "__main__":
    numbers = [200, 2_000, 20_000]
    if len(sys.argv) > 1:
        numbers = [int(sys.argv[1])]
    for trials in numbers:
        measure(trials)
